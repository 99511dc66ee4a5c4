import type { Response } from 'express';
import type { AppError } from '../../platform/errors/app-error.js';
import { sayWhenToRetry } from '../../platform/http/problem.js';

/** What can be wrong in particular (RFC 7644, table 9). A refusal names it as its fact `scimType`. */
export const scimTypes = [
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
  'invalidVers',
  'sensitive',
  // RFC 9865, 3.
  'invalidCursor',
] as const;
export type ScimType = (typeof scimTypes)[number];

const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Answers with the error in the form of RFC 7644, 3.12, and with our code and the request's id besides. */
export function sendScimProblem(response: Response, error: AppError, requestId: string): void {
  sayWhenToRetry(response, error);
  askForToken(response, error);
  response.status(error.status).type('application/scim+json').json(scimErrorOf(error, requestId));
}

/** RFC 6750, 3. Which of the reasons it is, whoever has no good token does not learn. */
function askForToken(response: Response, { status }: AppError): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="SCIM"');
}

export function scimErrorOf(error: AppError, requestId: string): Record<string, unknown> {
  return {
    schemas: [ERROR_SCHEMA],
    // A text, as the RFC has it.
    status: String(error.status),
    scimType: scimTypeOf(error),
    // The public words; what an error calls its detail is for the log.
    detail: error.message,
    code: error.code,
    requestId,
  };
}

/** What our own rules refuse names fields, where a value is wrong, or none, where the whole can't be read. */
function scimTypeOf({ code, facts, fields }: AppError): ScimType | undefined {
  const named = scimTypes.find((type) => type === facts.scimType);
  if (named !== undefined || code !== 'VALIDATION_FAILED') return named;
  return fields.length > 0 ? 'invalidValue' : 'invalidSyntax';
}
