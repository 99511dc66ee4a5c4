import { Injectable } from '@nestjs/common';
import { INSTANCE_TRAIL } from '../audit/audit.service.js';
import { MemberService } from '../organizations/members/member.service.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { SecurityPolicyService } from '../organizations/security-policy/security-policy.service.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Actor, ActorKind, Origin, Scope } from '../policy/actor.js';
import { isPermission, permissionNames, type BuiltInRole, type Permission } from '../policy/permissions.js';
import { hasSecondFactor, type Proof } from '../policy/proof.js';
import { permissionsOf } from '../policy/roles.js';
import { ProjectRoleService } from '../projects/project-role.service.js';
import type { User } from '../users/user.types.js';
import { EntryRules } from './entry-rules.service.js';

/** What a key may do, as it is stored. */
export interface KeyGrant {
  readonly organizationId: string;
  /** Null: a key of the whole organization. */
  readonly projectId: string | null;
  readonly permissions: readonly string[];
}

/** Who somebody has proven to be, before anything is asked about what they may do. */
export type Identity =
  | {
      readonly kind: 'user';
      readonly id: string;
      readonly label: string;
      readonly isInstanceAdministrator: boolean;
      readonly proof: Proof;
    }
  | { readonly kind: 'apiKey' | 'setupLink'; readonly id: string; readonly label: string; readonly grant: KeyGrant }
  | { readonly kind: 'administrator' | 'system' };

interface Held {
  readonly role: BuiltInRole | null;
  readonly permissions: ReadonlySet<Permission>;
}

const nothing: Held = { role: 'NONE', permissions: new Set() };
const everything: Held = { role: 'OWNER', permissions: new Set(permissionNames) };

/** Turns a proven identity into an actor: the one place where what somebody may do is worked out. */
@Injectable()
export class AccessService {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly projectRoles: ProjectRoleService,
    private readonly securityPolicies: SecurityPolicyService,
    private readonly entryRules: EntryRules,
  ) {}

  /** An actor answers each scope once per request; a role change counts at the next request. */
  actorFor(identity: Identity, origin: Origin): Actor {
    const answers = new Map<string, Promise<Held>>();
    const objections = new Map<string, Promise<AppError | null>>();
    const held = (scope: Scope) =>
      once(answers, `${scope.organizationId}/${scope.projectId ?? ''}`, () => this.holdingOf(identity, scope));
    const actor: Actor = {
      kind: identity.kind,
      ...nameOf(identity),
      origin,
      organizationId: 'grant' in identity ? identity.grant.organizationId : null,
      projectId: 'grant' in identity ? identity.grant.projectId : null,
      isInstanceAdministrator: administers(identity),
      proof: identity.kind === 'user' ? identity.proof : null,
      permissionsIn: async (scope) => (await held(scope)).permissions,
      roleIn: async (scope) => (await held(scope)).role,
      objectionOf: (organizationId) => once(objections, organizationId, () => this.objectionOf(actor, organizationId)),
    };
    return actor;
  }

  /** Which way in is asked first: a second factor would not mend the wrong one. */
  private async objectionOf(actor: Actor, organizationId: string): Promise<AppError | null> {
    if (actor.proof === null) return null;
    const objection = await this.entryRules.objectionOf(actor, organizationId);
    return objection ?? (await this.objectionOfPolicy(actor.id, actor.proof, organizationId));
  }

  /** An organization asks it of its members; an instance administrator who is none has the instance's rules alone. */
  private async objectionOfPolicy(userId: string, proof: Proof, organizationId: string): Promise<AppError | null> {
    if (hasSecondFactor(proof)) return null;
    const { secondFactorRequired } = await this.securityPolicies.policyOf(organizationId);
    if (!secondFactorRequired || (await this.members.roleOf(organizationId, userId)) === null) return null;
    return new AppError('SECOND_FACTOR_REQUIRED', { facts: { setUpUrl: '/account/second-factor' } });
  }

  private async holdingOf(identity: Identity, scope: Scope): Promise<Held> {
    switch (identity.kind) {
      case 'administrator':
      case 'system':
        return this.everythingIn(scope);
      case 'apiKey':
        return holdingOfKey(identity.grant, scope);
      case 'setupLink':
        return scope.projectId === null ? holdingOfKey(identity.grant, scope) : nothing;
      case 'user':
        return identity.isInstanceAdministrator ? this.everythingIn(scope) : this.holdingOfUser(identity.id, scope);
    }
  }

  /** An instance administrator is told of an organization that does not exist in the same words as anybody. */
  private async everythingIn({ organizationId }: Scope): Promise<Held> {
    const exists = organizationId === INSTANCE_TRAIL || (await this.organizations.exists(organizationId));
    return exists ? everything : nothing;
  }

  /** The project's role, where one is set, replaces the organization's in that project, up or down. */
  private async holdingOfUser(userId: string, { organizationId, projectId }: Scope): Promise<Held> {
    const organizationRole = await this.members.roleOf(organizationId, userId);
    if (organizationRole === null) return nothing;
    if (projectId === null)
      return { role: organizationRole, permissions: permissionsOf(organizationRole, 'organization') };
    const role = (await this.projectRoles.roleOf({ organizationId, projectId }, userId)) ?? organizationRole;
    return { role, permissions: permissionsOf(role, 'project') };
  }
}

/** A person as they are known after a proof, with the session that remembers it. */
export function userIdentity(user: User, proof: Proof): Identity {
  const { id, email: label, isInstanceAdministrator } = user;
  return { kind: 'user', id, label, isInstanceAdministrator, proof };
}

function once<T>(answers: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const known = answers.get(key) ?? ask();
  answers.set(key, known);
  return known;
}

/** A key of a project is worth nothing elsewhere; a key of an organization reaches each of its projects. Keys grant no roles. */
function holdingOfKey(grant: KeyGrant, scope: Scope): Held {
  const reaches =
    grant.organizationId === scope.organizationId && (grant.projectId === null || grant.projectId === scope.projectId);
  return reaches ? { role: null, permissions: new Set(grant.permissions.filter(isPermission)) } : nothing;
}

function nameOf(identity: Identity): { id: string; label: string } {
  return 'id' in identity
    ? { id: identity.id, label: identity.label }
    : { id: identity.kind, label: labels[identity.kind] };
}

const labels: Readonly<Record<Exclude<ActorKind, 'user' | 'apiKey' | 'setupLink' | 'anonymous'>, string>> = {
  administrator: 'ADMIN_API_KEY',
  system: 'Gatehouse',
};

function administers(identity: Identity): boolean {
  return identity.kind === 'user' ? identity.isInstanceAdministrator : !('grant' in identity);
}
