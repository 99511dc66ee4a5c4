import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { requestOf } from '../policy/current.decorators.js';
import type { ScimClient } from './scim-client.types.js';

declare module 'express-serve-static-core' {
  interface Request {
    scimClient?: ScimClient;
  }
}

/** The directory that calls. For routes of `@Requires('scimToken')`. */
export const CurrentScimClient = createParamDecorator((_: unknown, context: ExecutionContext): ScimClient => {
  const { scimClient } = requestOf(context);
  if (!scimClient) throw new Error("@CurrentScimClient needs @Requires('scimToken') on the same handler");
  return scimClient;
});
