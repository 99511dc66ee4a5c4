import type { IncomingMessage } from 'node:http';
import { AppError } from '../../platform/errors/app-error.js';

/**
 * The text of a body that is read on the HTTP server itself; empty where there is none.
 * @throws PAYLOAD_TOO_LARGE beyond `limit` bytes, whether the request says its length or not
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  return hasBody(request) ? collect(request, limit) : '';
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function collect(request: IncomingMessage, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) reject(new AppError('PAYLOAD_TOO_LARGE'));
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
    request.on('close', () => reject(new AppError('VALIDATION_FAILED', { detail: 'the request ended early' })));
  });
}

/** @throws what `malformed` makes, for what is no JSON */
export function parseJson(text: string, malformed: () => AppError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}
