import { Injectable } from '@nestjs/common';
import { MemberService } from '../organizations/members/member.service.js';
import { SecurityPolicyService } from '../organizations/security-policy/security-policy.service.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Actor, ActorKind, Origin, Scope } from '../policy/actor.js';
import { hasSecondFactor, type Proof } from '../policy/proof.js';
import type { User } from '../users/user.types.js';
import { EntryRules, type Demand, type Entrant } from './entry-rules.service.js';
import type { Held, KeyGrant } from './holding.js';
import { HoldingService } from './holding.service.js';

/** Who somebody has proven to be, before anything is asked about what they may do. */
export type Identity =
  | {
      readonly kind: 'user';
      readonly id: string;
      readonly label: string;
      readonly isInstanceAdministrator: boolean;
      readonly proof: Proof;
    }
  | {
      readonly kind: 'apiKey' | 'setupLink' | 'scimToken';
      readonly id: string;
      readonly label: string;
      readonly grant: KeyGrant;
    }
  | { readonly kind: 'administrator' | 'system' };

/** Turns a proven identity into an actor. */
@Injectable()
export class AccessService {
  constructor(
    private readonly holdings: HoldingService,
    private readonly members: MemberService,
    private readonly securityPolicies: SecurityPolicyService,
    private readonly entryRules: EntryRules,
  ) {}

  /** An actor answers each scope once per request; a role change counts at the next request. */
  actorFor(identity: Identity, origin: Origin): Actor {
    const answers = new Map<string, Promise<Held>>();
    const objections = new Map<string, Promise<AppError | null>>();
    const held = (scope: Scope) =>
      once(answers, `${scope.organizationId}/${scope.projectId ?? ''}`, () => this.holdings.in(scope, identity));
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
      grantableIn: async (scope) => (await held(scope)).grantable,
      grantableThroughout: (organizationId) => this.holdings.grantableThroughout(organizationId, identity),
      projectsWith: (permission, organizationId) => this.holdings.reachOf(permission, organizationId, identity),
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
    if (hasSecondFactor(proof) || !(await this.asksSecondFactorOf(userId, organizationId))) return null;
    return new AppError('SECOND_FACTOR_REQUIRED', { facts: { setUpUrl: '/account/second-factor' } });
  }

  private async asksSecondFactorOf(userId: string, organizationId: string): Promise<boolean> {
    const { secondFactorRequired } = await this.securityPolicies.policyOf(organizationId);
    return secondFactorRequired && (await this.members.roleOf(organizationId, userId)) !== null;
  }

  /** What `objectionOf` asks of how a person comes in, in its order, told without a session of theirs. */
  async demandsOf(person: Entrant, organizationId: string): Promise<Demand[]> {
    const demands = await this.entryRules.demandsOf(person, organizationId);
    if (!(await this.asksSecondFactorOf(person.id, organizationId))) return demands;
    const explanation =
      'The organization asks for a second factor: a session by a password alone is refused with SECOND_FACTOR_REQUIRED.';
    return [...demands, { kind: 'SECOND_FACTOR', explanation }];
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

function nameOf(identity: Identity): { id: string; label: string } {
  return 'id' in identity
    ? { id: identity.id, label: identity.label }
    : { id: identity.kind, label: labels[identity.kind] };
}

const labels: Readonly<
  Record<Exclude<ActorKind, 'user' | 'apiKey' | 'setupLink' | 'scimToken' | 'anonymous'>, string>
> = {
  administrator: 'ADMIN_API_KEY',
  system: 'Gatehouse',
};

function administers(identity: Identity): boolean {
  return identity.kind === 'user' ? identity.isInstanceAdministrator : !('grant' in identity);
}
