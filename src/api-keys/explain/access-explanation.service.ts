import { Injectable } from '@nestjs/common';
import {
  failed,
  passed,
  stepOfPermission,
  stepsOfDemands,
  stepsOfGrounds,
  upToDecision,
  type AccessQuestion,
  type AccessStep,
} from '../../access/access-steps.types.js';
import { AccessService } from '../../access/access.service.js';
import { HoldingService } from '../../access/holding.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { definitionOf, type Permission } from '../../policy/permissions.js';
import { plans, plansWith } from '../../policy/plans.js';
import type { User } from '../../users/user.types.js';
import { UserService } from '../../users/user.service.js';
import { ApiKeyService } from '../api-key.service.js';
import type { ApiKey } from '../api-key.types.js';
import { ServiceAccountOwnership } from '../service-accounts/service-account-ownership.service.js';
import type { ServiceAccount } from '../service-accounts/service-account.types.js';

export interface AccessExplanation {
  readonly allowed: boolean;
  readonly permission: Permission;
  readonly steps: readonly AccessStep[];
  readonly remedy: string | null;
}

/** Why somebody may do something, or may not: told from the very holding that decides it. */
@Injectable()
export class AccessExplanationService {
  constructor(
    private readonly access: AccessService,
    private readonly holdings: HoldingService,
    private readonly users: UserService,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly keys: ApiKeyService,
    private readonly accounts: ServiceAccountOwnership,
    private readonly clock: Clock,
  ) {}

  /** @throws NOT_FOUND for who is no member, except that an instance administrator may ask about anybody */
  async ofUser(actor: Actor, userId: string, question: AccessQuestion): Promise<AccessExplanation> {
    const { organizationId } = question.scope;
    const isMember = (await this.members.roleOf(organizationId, userId)) !== null;
    const user = isMember || actor.isInstanceAdministrator ? await this.users.findById(userId) : null;
    if (!user) throw new AppError('NOT_FOUND');
    const held = await this.holdings.in(question.scope, { kind: 'user', ...user });
    const account = user.isDeactivated
      ? failed('ACCOUNT', 'Their account is deactivated, so they cannot sign in.', 'Activate their account again.')
      : passed('ACCOUNT', 'Their account is active.');
    return explanationOf(question, [
      account,
      ...stepsOfGrounds(held.grounds, question),
      ...(await this.stepsOfEntry(actor, user, organizationId)),
      stepOfPermission(held, question, null),
      ...(await this.stepsOfPlan(question)),
    ]);
  }

  /** @throws NOT_FOUND for a key of another organization; FORBIDDEN where the actor may not see the key */
  async ofKey(actor: Actor, apiKeyId: string, question: AccessQuestion): Promise<AccessExplanation> {
    const key = await this.keys.findById(apiKeyId);
    if (key?.organizationId !== question.scope.organizationId) throw new AppError('NOT_FOUND');
    await refuseUnseen(actor, key);
    const account = key.serviceAccountId === null ? null : await this.accounts.load(key.serviceAccountId);
    const held = await this.holdings.in(question.scope, { kind: 'apiKey', grant: key });
    return explanationOf(question, [
      this.stepOfKey(key),
      ...stepsOfGrounds(held.grounds, question),
      ...stepsOfAccount(account, held.permissions, question),
      ...stepsOfMaker(key, held.permissions, question),
      stepOfPermission(held, question, key),
      ...(await this.stepsOfPlan(question)),
    ]);
  }

  /** How they come in is shown to those alone who may read the organization's members: who is let past, is a fact about these. */
  private async stepsOfEntry(actor: Actor, user: User, organizationId: string): Promise<AccessStep[]> {
    const held = await actor.permissionsIn({ organizationId, projectId: null });
    return held.has('members.read') ? stepsOfDemands(await this.access.demandsOf(user, organizationId)) : [];
  }

  /** Where the permission is for something that only some plans have. */
  private async stepsOfPlan({ scope, permission }: AccessQuestion): Promise<AccessStep[]> {
    const { needs } = definitionOf(permission);
    if (needs === undefined) return [];
    const { plan } = await this.organizations.get(scope.organizationId);
    if (plans[plan][needs]) return [passed('PLAN', `The plan ${plan} includes what it is for.`)];
    const remedy = `Change the plan to one that includes it: ${plansWith(needs).join(', ')}.`;
    return [failed('PLAN', `The plan ${plan} does not include what it is for.`, remedy)];
  }

  private stepOfKey({ revokedAt, expiresAt }: ApiKey): AccessStep {
    const remedy = 'Create a new key: one that has ended does not come back.';
    if (revokedAt !== null) return failed('KEY', 'The key was revoked.', remedy);
    if (expiresAt !== null && expiresAt <= this.clock.now()) return failed('KEY', 'The key has expired.', remedy);
    return passed('KEY', 'The key is in use.');
  }
}

/** The account decides where it lacks what the key has been given: else the key is asked next. */
function stepsOfAccount(
  account: ServiceAccount | null,
  given: ReadonlySet<Permission>,
  { permission }: AccessQuestion,
): AccessStep[] {
  if (!account) return [];
  const whose = `The key is of the service account ${account.name}`;
  if (!given.has(permission)) return [passed('SERVICE_ACCOUNT', `${whose}.`)];
  if (account.permissions.includes(permission))
    return [passed('SERVICE_ACCOUNT', `${whose}, which has ${permission}.`)];
  const remedy = `Give the service account ${account.name} the permission ${permission}.`;
  return [failed('SERVICE_ACCOUNT', `${whose}, which lacks ${permission}.`, remedy)];
}

/** Whoever made the key decides where they hold no more what it was given. */
function stepsOfMaker(
  { serviceAccountId, effectivePermissions }: ApiKey,
  given: ReadonlySet<Permission>,
  { permission }: AccessQuestion,
): AccessStep[] {
  if (serviceAccountId !== null || effectivePermissions === null || !given.has(permission)) return [];
  if (effectivePermissions.includes(permission)) return [];
  return [
    failed(
      'KEY_MAKER',
      `The key was given ${permission}, which whoever made it does not hold for good wherever the key reaches.`,
      'Rotate the key as somebody who holds it, or give it back to whoever made the key.',
    ),
  ];
}

/** A key is spoken of to those alone who may see it in the list that it stands in. */
async function refuseUnseen(actor: Actor, { organizationId, projectId }: ApiKey): Promise<void> {
  const held = await actor.permissionsIn({ organizationId, projectId });
  if (held.size === 0) throw new AppError('NOT_FOUND');
  const asked = projectId === null ? 'organizationKeys.read' : 'apiKeys.read';
  if (!held.has(asked)) throw new AppError('FORBIDDEN', { detail: `needs ${asked}` });
}

function explanationOf({ permission }: AccessQuestion, all: readonly AccessStep[]): AccessExplanation {
  const steps = upToDecision(all);
  const last = steps.at(-1);
  return { allowed: last?.passed === true, permission, steps, remedy: last?.remedy ?? null };
}
