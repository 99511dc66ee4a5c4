import { SetMetadata, type Type } from '@nestjs/common';
import type { Scope } from './actor.js';
import type { OwnPermission } from './permissions.js';

export const REQUIRES = Symbol('requires');
export const PUBLIC = Symbol('public');

/** A service that can tell where one of its things belongs: null when there is no such thing. */
export interface ScopeLocator {
  scopeOf(id: string): Promise<Scope | null>;
}

/**
 * - a permission of the catalogue, asked in a scope;
 * - `signedIn`: any actor who has proven who they are (the handler shows them their own things only); with a scope, one whom
 *   the organization has nothing against;
 * - `user`: a signed-in person, not a key;
 * - `scimToken`: the bearer of a SCIM token, whose organization is the scope of all that it asks;
 * - `instanceAdministrator`: the holder of `ADMIN_API_KEY` or a user who administers the instance.
 */
export type Requirement = OwnPermission | 'signedIn' | 'user' | 'scimToken' | 'instanceAdministrator';

/** For what may belong to a project or to the organization itself: the permission that counts in each. */
export interface PermissionByLevel {
  readonly inProject: OwnPermission;
  readonly inOrganization: OwnPermission;
}

export interface RequiresMetadata {
  readonly requirement: Requirement | PermissionByLevel;
  readonly scopePath: string | null;
  readonly locator: Type<ScopeLocator> | null;
}

/**
 * Declares what a resolver or route needs, and where in its arguments the scope stands.
 *
 * @param scopePath dotted path of an id in the arguments (`input.projectId`), or under `parent` for a field of a type;
 *   several with `|` between them when any may be given, and the first that is counts. Without a `locator` a path that
 *   ends in `projectId` names a project and any other an organization. Where none is given the call is VALIDATION_FAILED.
 * @param locator the service that knows which organization (and project) the id belongs to
 */
export function Requires(requirement: Exclude<Requirement, OwnPermission>): MethodDecorator & ClassDecorator;
export function Requires(requirement: 'signedIn', scopePath: string): MethodDecorator & ClassDecorator;
export function Requires(
  requirement: OwnPermission | PermissionByLevel,
  scopePath: string,
  locator?: Type<ScopeLocator>,
): MethodDecorator & ClassDecorator;
export function Requires(
  requirement: Requirement | PermissionByLevel,
  scopePath: string | null = null,
  locator: Type<ScopeLocator> | null = null,
): MethodDecorator & ClassDecorator {
  return SetMetadata(REQUIRES, { requirement, scopePath, locator } satisfies RequiresMetadata);
}

/** Declares that anybody may call this, and why that is right. */
export const Public = (reason: string): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, reason);
