import type { IncomingMessage } from 'node:http';
import { AppError } from '../../platform/errors/app-error.js';

const BODY_LIMIT_BYTES = 4096;

/** What a caller wants to know of a key beyond whether it is good. */
export interface VerificationQuestion {
  readonly permission: string | null;
  readonly projectId: string | null;
}

const fields: ReadonlySet<string> = new Set(['permission', 'projectId']);

/**
 * Reads the optional JSON body.
 * @throws VALIDATION_FAILED for anything but an object of the two strings: a misspelt field would otherwise ask
 *   nothing, and be answered yes; PAYLOAD_TOO_LARGE beyond 4 kB
 */
export async function readQuestion(request: IncomingMessage): Promise<VerificationQuestion> {
  const text = hasBody(request) ? await readBody(request) : '';
  const { permission = null, projectId = null } = text === '' ? {} : parse(text);
  return { permission, projectId };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_LIMIT_BYTES) reject(new AppError('PAYLOAD_TOO_LARGE'));
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
    request.on('close', () => reject(new AppError('VALIDATION_FAILED', { detail: 'the request ended early' })));
  });
}

function parse(text: string): Partial<VerificationQuestion> {
  const value = parseJson(text);
  const isQuestion =
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    Object.entries(value).every(([name, inner]) => fields.has(name) && typeof inner === 'string');
  if (!isQuestion) throw malformed();
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

const malformed = (): AppError =>
  new AppError('VALIDATION_FAILED', {
    message: 'The body must be a JSON object with permission and projectId, both strings, both optional.',
  });
