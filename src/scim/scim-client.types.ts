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
