import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { requestOf } from '../policy/current.decorators.js';
import type { ScimClient } from './scim-client.types.js';

declare module 'express-serve-static-core' {
  interface Request {
    scimClient?: ScimClient;
  }
}

/** The directory that calls. For routes of `@Requires('scimToken')`. */
export const CurrentScimClient = createParamDecorator((_: unknown, context: ExecutionContext): ScimClient =>
  scimClientOf(requestOf(context)),
);

export function scimClientOf({ scimClient }: Request): ScimClient {
  if (!scimClient) throw new Error("A route of SCIM needs @Requires('scimToken')");
  return scimClient;
}
