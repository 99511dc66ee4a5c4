import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError } from '../errors/app-error.js';
import { toAppError } from '../http/problem.js';
import { withoutValues } from './without-values.js';

/** Apollo's own complaints about a document, all of which are the caller's to mend. */
const documentErrors = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Gives an error its public shape: a message, a stable code, the path, and nothing of our insides. */
export function formatError(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
  const error = publicErrorOf(thrown);
  return {
    message: error.message,
    ...(formatted.path ? { path: formatted.path } : {}),
    ...(formatted.locations ? { locations: formatted.locations } : {}),
    extensions: error.publicFacts,
  };
}

/** Whatever an operation ended with, as an error that its caller may be told of. */
export function publicErrorOf(error: unknown): AppError {
  const thrown = unwrapResolverError(error);
  if (!(thrown instanceof GraphQLError)) return toAppError(thrown);
  if (thrown.originalError instanceof AppError) return thrown.originalError;
  if (!isAboutDocument(thrown)) return toAppError(thrown);
  return new AppError('VALIDATION_FAILED', { message: withoutValues(withoutSuggestion(thrown.message)) });
}

/** What graphql-js finds wrong with an argument only while it executes has no code, but a place in the document. */
function isAboutDocument({ extensions, nodes, path }: GraphQLError): boolean {
  const { code } = extensions;
  return documentErrors.has(code) || (code === undefined && nodes !== undefined && path === undefined);
}

/** graphql-js ends a complaint with the names that are near: a schema that may not be read would be read that way. */
const withoutSuggestion = (message: string): string => message.replace(/ ?Did you mean .*$/s, '');
