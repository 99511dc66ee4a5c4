/**
 * The permission catalogue: the one place where a permission is named.
 * The GraphQL catalogue, the role matrix, the console and the docs are derived from it.
 */
interface PermissionDefinition {
  /** Where the permission is granted and checked; `both` is granted at either and asked at the nearer. */
  readonly level: 'organization' | 'project' | 'both';
  /** The least built-in role that holds it; every stronger role holds it too. */
  readonly from: BuiltInRole;
  readonly describe: string;
  /** Checked by the product behind Gatehouse through key verification, and by nothing in here. */
  readonly askedBy?: 'application';
}

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
  'sso.manage': { level: 'organization', from: 'ADMIN', describe: 'Configure and enforce single sign-on' },
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

export type Permission = keyof typeof permissions;

export const permissionNames = Object.keys(permissions) as Permission[];

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissions, name);
}

export function definitionOf(name: Permission): PermissionDefinition {
  return permissions[name];
}
