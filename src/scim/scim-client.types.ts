import type { Actor } from '../policy/actor.js';
import type { BuiltInRole } from '../policy/permissions.js';

/** What a directory may give to the people that it brings. */
export type ProvisionedRole = Exclude<BuiltInRole, 'OWNER'>;

/** The directory that calls: known by its token, which belongs to one organization. */
export interface ScimClient {
  readonly tokenId: string;
  readonly organizationId: string;
  /** The built-in role that new people get. */
  readonly role: ProvisionedRole;
  readonly actor: Actor;
}

/** Where the service stands, without a slash at its end. @param config of which the public address counts */
export const scimBase = ({ rootUrl }: { readonly rootUrl: string }): string => `${rootUrl}/api/scim/v2`;
