import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { requestOf } from '../policy/current.decorators.js';
import { scimClientOf } from './scim-client.decorator.js';
import type { ScimClient } from './scim-client.types.js';

/** What a directory asks of a resource, or of a list of them. */
export interface ScimCall {
  readonly client: ScimClient;
  /** As it stands in the address: `Users`. */
  readonly list: string;
  /** Empty for the list itself. */
  readonly id: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** For routes of `@Requires('scimToken')`, right below the base address. */
export const CurrentScimCall = createParamDecorator((_: unknown, context: ExecutionContext): ScimCall => {
  const request = requestOf(context);
  return {
    client: scimClientOf(request),
    list: /\/v2\/(\w+)/i.exec(request.path)?.[1] ?? '',
    id: String(request.params.id ?? ''),
    query: request.query,
    body: request.body as unknown,
    ifMatch: request.get('if-match'),
    ifNoneMatch: request.get('if-none-match'),
  };
});
