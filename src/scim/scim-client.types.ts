import type { Config } from '../platform/config/config.js';
import type { Actor } from '../policy/actor.js';
import type { BuiltInRole } from '../policy/permissions.js';

/** A directory that calls: the token it came with, and what that gives. */
export interface ScimClient {
  readonly tokenId: string;
  readonly organizationId: string;
  /** What people have whom it sends without a role. */
  readonly role: BuiltInRole;
  readonly actor: Actor;
}

/** Where the service stands, without a slash at its end. */
export const scimBase = ({ rootUrl }: Config): string => `${rootUrl}/api/scim/v2`;
