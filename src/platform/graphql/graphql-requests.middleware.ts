import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors/app-error.js';

/**
 * GraphQL is spoken by POST with a JSON object, and in no other way: a GET, a form or plain text could be sent by
 * another site without asking first, and an array would be a batch.
 */
export function graphqlRequests(): RequestHandler {
  return (request, _response, next) => {
    const isJson = /^application\/json(\s*;|$)/i.test(request.get('content-type') ?? '');
    if (request.method === 'POST' && isJson) next();
    else next(malformed('Send GraphQL by POST as application/json.'));
  };
}

const answers = ['application/json', 'application/graphql-response+json'];

/** What Apollo would refuse without a request id or, for an answer that nobody can read, after it has done the work. */
export function graphqlBodies(): RequestHandler {
  return (request, _response, next) => {
    if (!isOneOperation(request))
      next(malformed('Send one JSON object with query, a string, and variables, an object.'));
    else if (request.accepts(answers) === false) next(malformed('Accept application/json.'));
    else next();
  };
}

function isOneOperation({ body }: Request): boolean {
  if (!isObject(body)) return false;
  const { query, operationName, variables, extensions } = body;
  return (
    typeof query === 'string' &&
    query !== '' &&
    (operationName === undefined || operationName === null || typeof operationName === 'string') &&
    [variables, extensions].every((part) => part === undefined || part === null || isObject(part))
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (message: string): AppError => new AppError('VALIDATION_FAILED', { message });
