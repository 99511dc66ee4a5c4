import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { standingChanged } from '../../organizations/members/standing-changed.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { randomId } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { GroupEntity } from '../groups/group.entity.js';
import { RoleCatalogue } from '../roles/role-catalogue.service.js';
import { refuseGivingBeyond } from '../standing/handing-on.js';
import { StandingService } from '../standing/standing.service.js';
import { asStored } from '../standing/standing.types.js';
import { RoleGrantEntity } from './role-grant.entity.js';
import { roleGranted, roleGrantRevoked, roleGrantUpdated } from './role-grant.events.js';
import { RoleGrantReader } from './role-grant-reader.service.js';
import type { NewRoleGrant, RoleGrant } from './role-grant.types.js';

type Grantee =
  { readonly userId: string; readonly groupId: null } | { readonly userId: null; readonly groupId: string };

/**
 * Gives roles to members and groups beside the role of a membership: in an organization or in one project, for good or until
 * a date. What is given adds to what somebody has (docs/decisions/0026).
 */
@Injectable()
export class RoleGrantService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly members: MemberService,
    private readonly roles: RoleCatalogue,
    private readonly standings: StandingService,
    private readonly grants: RoleGrantReader,
    private readonly clock: Clock,
  ) {}

  /**
   * Whoever has the role there already has it from now on until the new end; where nothing would change, nothing is recorded.
   * @throws CANNOT_GRANT for a role with something that the actor does not hold for good; NOT_FOUND for who is no member, and for no
   *   group or role of the organization; VALIDATION_FAILED for OWNER and NONE, and for an end that has passed;
   *   PRECONDITION_FAILED for a member whose role in the project is NONE
   */
  async grant(actor: Actor, scope: Scope, input: NewRoleGrant): Promise<RoleGrant> {
    const grantee = granteeOf(input);
    const expiresAt = input.expiresAt ?? null;
    if (expiresAt !== null && expiresAt <= this.clock.now()) throw invalid('expiresAt', 'expiresAt must lie ahead.');
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, scope.organizationId);
      const role = await this.roles.getGrantable(scope.organizationId, input.roleId);
      await refuseGivingBeyond(actor, { ...scope, role });
      await this.refuseUnfit(tx, scope, grantee);
      const terms = { expiresAt, reason: input.reason ?? null };
      return this.write(tx, actor, { ...scope, ...grantee, role, ...terms });
    });
  }

  /** Takes it back: it counts at the next request. @throws CANNOT_GRANT for a role with something that the actor does not hold; NOT_FOUND */
  async revoke(actor: Actor, organizationId: string, id: string): Promise<RoleGrant> {
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      const row = await new TenantRepository(tx, RoleGrantEntity, organizationId).get({ id });
      const grant = await this.grants.withRole(row);
      await refuseGivingBeyond(actor, grant);
      await tx.delete(RoleGrantEntity, { id });
      await this.audit.record(tx, actor, roleGrantRevoked, grant);
      await this.events.publish(tx, standingChanged, { ...whoHas(grant), actor });
      return grant;
    });
  }

  private async refuseUnfit(tx: Tx, scope: Scope, { userId, groupId }: Grantee): Promise<void> {
    if (userId === null) {
      await new TenantRepository(tx, GroupEntity, scope.organizationId).get({ id: groupId });
      return;
    }
    const standing = await this.standings.in(scope, userId);
    if (!standing) throw new AppError('NOT_FOUND', { detail: 'no member of the organization' });
    if (scope.projectId !== null && standing.projectRoles.get(scope.projectId) === 'NONE') {
      const message =
        'The project is hidden from this member by the role NONE: clear that first, with clearProjectRole.';
      throw new AppError('PRECONDITION_FAILED', { message });
    }
  }

  private async write(
    tx: Tx,
    actor: Actor,
    wish: Omit<RoleGrant, 'id' | 'createdAt' | 'createdBy'>,
  ): Promise<RoleGrant> {
    const { role, ...facts } = wish;
    const stored = { ...facts, ...asStored(role) };
    const { expiresAt, reason, ...same } = stored;
    const existing = await tx.findOneBy(RoleGrantEntity, orNull(same));
    const provenance = { createdBy: actor.id, createdAt: this.clock.now() };
    const grant: RoleGrant = { id: existing?.id ?? randomId(), ...wish, ...provenance };
    if (existing) {
      const before = await this.grants.withRole(existing);
      if (before.expiresAt?.getTime() === expiresAt?.getTime() && before.reason === reason) return before;
      await tx.update(RoleGrantEntity, { id: grant.id }, { expiresAt, reason, ...provenance });
      await this.audit.record(tx, actor, roleGrantUpdated, { before, after: grant });
    } else {
      await tx.insert(RoleGrantEntity, { id: grant.id, ...stored, ...provenance });
      await this.audit.record(tx, actor, roleGranted, grant);
    }
    await this.events.publish(tx, standingChanged, { ...whoHas(grant), actor });
    return grant;
  }
}

/** Whose standing a grant is part of. */
export function whoHas({ organizationId, userId }: Pick<RoleGrant, 'organizationId' | 'userId'>) {
  return { organizationId, userIds: userId === null ? null : [userId] };
}

function granteeOf({ userId = null, groupId = null }: NewRoleGrant): Grantee {
  if (userId !== null && groupId === null) return { userId, groupId };
  if (userId === null && groupId !== null) return { userId, groupId };
  throw invalid('userId', 'Give either userId or groupId.');
}

function orNull(facts: Readonly<Record<string, string | null>>) {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, value ?? IsNull()]));
}
