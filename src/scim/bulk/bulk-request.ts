import { AppError } from '../../platform/errors/app-error.js';
import { isObject } from '../protocol/document.js';
import { scimError } from '../protocol/scim-error.js';
import { MOST_BULK_OPERATIONS } from './bulk-limits.js';

const REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** Deeper than any resource is. */
const DEEPEST = 20;

/** One operation, not yet known to be any that there is. */
export interface BulkOperation {
  readonly method: string;
  readonly path: string;
  readonly bulkId: string | null;
  readonly version: string | undefined;
  readonly data: unknown;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** After so many errors the rest is not tried. */
  readonly failOnErrors: number;
}

/** Reads a request of RFC 7644, 3.7. @throws invalidSyntax, as SCIM calls it; PAYLOAD_TOO_LARGE for too many operations */
export function readBulkRequest(body: unknown): BulkRequest {
  if (!isObject(body) || !Array.isArray(body.schemas) || !body.schemas.includes(REQUEST_SCHEMA))
    throw scimError('invalidSyntax', `schemas must name ${REQUEST_SCHEMA}.`);
  const { Operations: operations, failOnErrors } = body;
  if (!Array.isArray(operations) || operations.length === 0)
    throw scimError('invalidSyntax', 'Operations must be a list of at least one.');
  if (operations.length > MOST_BULK_OPERATIONS)
    throw new AppError('PAYLOAD_TOO_LARGE', { message: `At most ${MOST_BULK_OPERATIONS} operations at once.` });
  return { operations: operations.map(readOperation), failOnErrors: errorsIn(failOnErrors) };
}

function errorsIn(failOnErrors: unknown): number {
  if (failOnErrors === undefined || failOnErrors === null) return Infinity;
  if (typeof failOnErrors !== 'number' || !Number.isInteger(failOnErrors) || failOnErrors < 0)
    throw scimError('invalidSyntax', 'failOnErrors must be a whole number.');
  return Math.max(failOnErrors, 1);
}

function readOperation(given: unknown): BulkOperation {
  const { method, path, bulkId, version, data } = isObject(given) ? given : {};
  return {
    method: methodIn(method),
    path: typeof path === 'string' ? path : '',
    bulkId: typeof bulkId === 'string' && bulkId !== '' ? bulkId : null,
    version: typeof version === 'string' ? version : undefined,
    data,
  };
}

/** It is told again, in the answer and on the trail: what can't be a method is none. */
function methodIn(method: unknown): string {
  const name = typeof method === 'string' ? method.toUpperCase() : '';
  return /^[A-Z]{1,10}$/.test(name) ? name : '';
}

/**
 * The same with each `bulkId:…` replaced by what has been made under that name.
 * @throws invalidValue, as SCIM calls it, for a name under which nothing was made before; invalidSyntax for what is too deep
 */
export function withoutBulkIds(value: unknown, made: ReadonlyMap<string, string>, depth = 0): unknown {
  if (depth > DEEPEST) throw scimError('invalidSyntax', `data is at most ${DEEPEST} levels deep.`);
  const within = (one: unknown): unknown => withoutBulkIds(one, made, depth + 1);
  if (typeof value === 'string') return withoutBulkId(value, made);
  if (Array.isArray(value)) return value.map(within);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, within(one)]));
}

function withoutBulkId(text: string, made: ReadonlyMap<string, string>): string {
  const bulkId = /^bulkId:(.+)$/s.exec(text)?.[1];
  if (bulkId === undefined) return text;
  const id = made.get(bulkId);
  if (id === undefined) throw scimError('invalidValue', 'A bulkId names nothing that was made before it.');
  return id;
}
