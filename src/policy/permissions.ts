import { ConfigError } from '../platform/config/config-error.js';
import type { Feature } from './plans.js';

/**
 * The permission catalogue: the one place where a permission is named.
 * The GraphQL catalogue, the role matrix, the console and the docs are derived from it.
 */
export interface PermissionDefinition {
  /** Where the permission is granted and checked; `both` is granted at either and asked at the nearer. */
  readonly level: PermissionLevel;
  /** The least built-in role that holds it; every stronger role holds it too. */
  readonly from: BuiltInRole;
  readonly describe: string;
  /** What the organization's plan must include for it to be of use. */
  readonly needs?: Feature;
  /** Checked by the product behind Gatehouse through key verification, and by nothing in here. */
  readonly askedBy?: 'application';
}

export type PermissionLevel = 'organization' | 'project' | 'both';

/** Weakest first: a role holds all that the roles to its left hold. */
export const builtInRoles = ['NONE', 'VIEWER', 'MEMBER', 'ADMIN', 'OWNER'] as const;
export type BuiltInRole = (typeof builtInRoles)[number];

export const permissions = {
  'organization.read': { level: 'organization', from: 'VIEWER', describe: 'See the organization and its domains' },
  'organization.update': { level: 'organization', from: 'ADMIN', describe: 'Rename the organization' },
  'organization.delete': { level: 'organization', from: 'OWNER', describe: 'Delete the organization' },
  'members.read': { level: 'both', from: 'MEMBER', describe: 'See members and invitations' },
  'members.manage': { level: 'both', from: 'ADMIN', describe: 'Invite, change and remove members' },
  'domains.manage': { level: 'organization', from: 'ADMIN', describe: 'Add, verify and remove domains' },
  'sso.read': { level: 'organization', from: 'ADMIN', describe: 'See how single sign-on is configured' },
  'sso.manage': {
    level: 'organization',
    from: 'ADMIN',
    describe: 'Configure and enforce single sign-on',
    needs: 'sso',
  },
  'scim.manage': {
    level: 'organization',
    from: 'ADMIN',
    describe: 'Make and revoke the tokens by which a directory provisions people',
    needs: 'scim',
  },
  'securityPolicy.manage': {
    level: 'organization',
    from: 'ADMIN',
    describe: 'Ask for second factors and shorter sessions',
  },
  'secondFactors.reset': {
    level: 'organization',
    from: 'OWNER',
    describe: 'Take the second factors from a member who has lost theirs',
  },
  'breakGlass.manage': {
    level: 'organization',
    from: 'OWNER',
    describe: 'Say which owners get in when single sign-on is broken',
  },
  'ssoExceptions.manage': {
    level: 'organization',
    from: 'OWNER',
    describe: 'Let guests in past single sign-on that is enforced',
  },
  'roles.manage': {
    level: 'organization',
    from: 'ADMIN',
    describe: 'Make, change and delete roles of the organization’s own, and groups',
  },
  'audit.read': { level: 'organization', from: 'ADMIN', describe: 'Read and verify the audit trail' },
  'projects.create': { level: 'organization', from: 'ADMIN', describe: 'Create projects' },
  'organizationKeys.read': { level: 'organization', from: 'ADMIN', describe: 'See the keys of the organization' },
  'organizationKeys.manage': {
    level: 'organization',
    from: 'OWNER',
    describe: 'Create and revoke keys of the organization',
  },
  'billing.manage': {
    level: 'organization',
    from: 'OWNER',
    describe: 'Change plan and payment',
    askedBy: 'application',
  },
  'project.read': { level: 'project', from: 'VIEWER', describe: 'See a project' },
  'project.update': { level: 'project', from: 'ADMIN', describe: 'Rename a project' },
  'project.delete': { level: 'project', from: 'ADMIN', describe: 'Delete a project' },
  'apiKeys.read': { level: 'project', from: 'MEMBER', describe: 'See the keys of a project' },
  'apiKeys.manage': { level: 'project', from: 'ADMIN', describe: 'Create and revoke keys of a project' },
  'traces.read': { level: 'project', from: 'VIEWER', describe: 'Read traces', askedBy: 'application' },
  'traces.create': { level: 'project', from: 'MEMBER', describe: 'Write traces', askedBy: 'application' },
  'prompts.manage': { level: 'project', from: 'MEMBER', describe: 'Write and publish prompts', askedBy: 'application' },
} as const satisfies Record<string, PermissionDefinition>;

/** The permissions that every instance has: the catalogue above. */
export type OwnPermission = keyof typeof permissions;

declare const ofApplication: unique symbol;

/** A permission that the configuration of an instance adds for its application, and that Gatehouse itself never asks. */
export type ApplicationPermission = `${string}.${string}` & { readonly [ofApplication]: true };

export type Permission = OwnPermission | ApplicationPermission;

export const ownPermissions = Object.keys(permissions) as OwnPermission[];

/** A permission of the application, as configuration has it. */
export interface ConfiguredPermission extends Omit<PermissionDefinition, 'askedBy'> {
  readonly name: string;
}

let catalogue = new Map<string, PermissionDefinition>(Object.entries(permissions));
let names: readonly Permission[] = ownPermissions;

/**
 * Makes the catalogue of this instance: its own permissions and those of its application. Called once, before anything asks;
 * one name stands for one permission.
 * @throws ConfigError
 */
export function configureCatalogue(ofItsApplication: readonly ConfiguredPermission[]): void {
  const taken = ofItsApplication.find(
    ({ name }, place) =>
      Object.hasOwn(permissions, name) || ofItsApplication.findIndex((other) => other.name === name) !== place,
  );
  if (taken) throw new ConfigError(`permission ${taken.name}`, 'a name that no other permission has');
  const own: [string, PermissionDefinition][] = Object.entries(permissions);
  const added = ofItsApplication.map(({ name, ...definition }): [string, PermissionDefinition] => [
    name,
    { ...definition, askedBy: 'application' },
  ]);
  catalogue = new Map([...own, ...added]);
  names = [...catalogue.keys()] as Permission[];
}

/** Every permission of this instance: the same array until the catalogue is made anew. */
export const listPermissions = (): readonly Permission[] => names;

export function isPermission(name: string): name is Permission {
  return catalogue.has(name);
}

export function definitionOf(name: Permission): PermissionDefinition {
  const definition = catalogue.get(name);
  if (!definition) throw new Error(`There is no permission ${name}`);
  return definition;
}

/** Whether a permission counts at a level of the two. */
export function countsAt(name: Permission, level: 'organization' | 'project'): boolean {
  const { level: own } = definitionOf(name);
  return own === level || own === 'both';
}
