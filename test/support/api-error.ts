import type { GraphqlError } from './servers/http-client.js';

/** A GraphQL error as something to throw, for helpers that give what was asked for or nothing. */
export class ApiError extends Error {
  readonly code: string;
  readonly fields: unknown;
  readonly loginUrl: unknown;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(error: GraphqlError | undefined) {
    super(error?.message ?? 'neither data nor an error');
    this.code = error?.extensions.code ?? 'none';
    this.fields = error?.extensions.fields;
    this.loginUrl = error?.extensions.loginUrl;
    this.extensions = error?.extensions ?? {};
  }
}
