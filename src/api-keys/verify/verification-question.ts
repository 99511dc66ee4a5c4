import type { IncomingMessage } from 'node:http';
import { AppError } from '../../platform/errors/app-error.js';
import { hasBody, parseJson, readBody } from './request-body.js';

const BODY_LIMIT_BYTES = 4096;

/** What a caller wants to know of a key beyond whether it is good. */
export interface VerificationQuestion {
  readonly permission: string | null;
  readonly projectId: string | null;
  /** The address that the key was shown from, as the product saw it: for keys that are kept to networks. */
  readonly ip: string | null;
}

/** No text of the database has one. */
const NUL = '\0';

const fields: ReadonlySet<string> = new Set(['permission', 'projectId', 'ip']);

/**
 * Reads the optional JSON body.
 * @throws VALIDATION_FAILED for anything but an object of the three strings: a misspelt field would otherwise ask
 *   nothing, and be answered yes; PAYLOAD_TOO_LARGE beyond 4 kB
 */
export function readQuestion(request: IncomingMessage): VerificationQuestion | Promise<VerificationQuestion> {
  return hasBody(request) ? readBody(request, BODY_LIMIT_BYTES).then(questionIn) : nothing;
}

const nothing: VerificationQuestion = { permission: null, projectId: null, ip: null };

function questionIn(text: string): VerificationQuestion {
  const { permission = null, projectId = null, ip = null } = text === '' ? {} : parse(text);
  return { permission, projectId, ip };
}

function parse(text: string): Partial<VerificationQuestion> {
  const value = parseJson(text, malformed);
  const isQuestion =
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    Object.entries(value).every(
      ([name, inner]) => fields.has(name) && typeof inner === 'string' && !inner.includes(NUL),
    );
  if (!isQuestion) throw malformed();
  return value;
}

const malformed = (): AppError =>
  new AppError('VALIDATION_FAILED', {
    message: 'The body must be a JSON object with permission, projectId and ip, all strings, all optional.',
  });
