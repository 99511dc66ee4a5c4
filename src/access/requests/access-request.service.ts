import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import type { AuditEventType } from '../../audit/audit-event.types.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { randomId } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Row } from '../../platform/database/row.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { RoleGrantService } from '../grants/role-grant.service.js';
import { RoleCatalogue } from '../roles/role-catalogue.service.js';
import { holdsAllOf, lastingUntil } from '../standing/counting.js';
import { StandingService } from '../standing/standing.service.js';
import { asStored, type GivenRole } from '../standing/standing.types.js';
import { AccessRequestNotices } from './access-request-notices.service.js';
import { AccessRequestReader } from './access-request-reader.service.js';
import { stateOf } from './access-request-state.js';
import { AccessRequestEntity } from './access-request.entity.js';
import {
  accessRequestApproved,
  accessRequestDeclined,
  accessRequested,
  accessRequestWithdrawn,
} from './access-request.events.js';
import type { AccessRequest, Approval, NewAccessRequest } from './access-request.types.js';

/** Each is a mail to twenty people. */
const MOST_IN_A_DAY = 20;
const DAY_MS = 24 * 60 * 60 * 1000;

interface Decision {
  readonly state: 'APPROVED' | 'DECLINED' | 'WITHDRAWN';
  readonly note?: string | null | undefined;
  readonly roleGrantId?: string | null;
}

/**
 * A member asks for a role, and somebody who may grant it does so, or does not. An approval is a grant like any other: the
 * approver gives what they hold for good, and the trail has both.
 */
@Injectable()
export class AccessRequestService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly members: MemberService,
    private readonly roles: RoleCatalogue,
    private readonly standings: StandingService,
    private readonly grants: RoleGrantService,
    private readonly requests: AccessRequestReader,
    private readonly notices: AccessRequestNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws FORBIDDEN for a key; NOT_FOUND for who is no member, and for no role of the organization; VALIDATION_FAILED for
   *   OWNER and NONE; CONFLICT for what they have asked for already, or hold for as long as they ask; RATE_LIMITED for more
   *   than 20 requests in a day
   */
  async request(actor: Actor, scope: Scope, input: NewAccessRequest): Promise<AccessRequest> {
    if (actor.kind !== 'user') throw new AppError('FORBIDDEN', { detail: 'only a person can ask for a role' });
    const { organizationId, projectId } = scope;
    const forSeconds = input.forSeconds ?? null;
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      const role = await this.roles.getGrantable(organizationId, input.roleId);
      await this.refuseHeld(scope, actor.id, role, this.endOf(forSeconds));
      await this.refuseMany(tx, organizationId, actor.id);
      const row: Row<AccessRequestEntity> = {
        ...{ id: randomId(), organizationId, projectId, userId: actor.id, ...asStored(role) },
        ...{ forSeconds, reason: input.reason, state: 'PENDING', createdAt: this.clock.now() },
        ...{ decidedAt: null, decidedBy: null, note: null, roleGrantId: null },
      };
      await this.giveWay(tx, row);
      await tx.insert(AccessRequestEntity, row);
      const request = await this.requests.withRole(row);
      await this.audit.record(tx, actor, accessRequested, request);
      await this.notices.requested(tx, request);
      return request;
    });
  }

  /**
   * Grants what was asked for, for as long as the approver says, or else as was asked.
   * @throws CANNOT_GRANT for a request of one's own, and for a role with something that the approver does not hold for good;
   *   CONFLICT for a request that is decided or has expired, and where the member holds the role for so long meanwhile;
   *   PRECONDITION_FAILED where the project has been hidden from them; NOT_FOUND
   */
  async approve(actor: Actor, organizationId: string, id: string, approval: Approval): Promise<AccessRequest> {
    return this.deciding(organizationId, id, async (tx, asked) => {
      const { projectId, userId, role, reason } = asked;
      if (actor.id === userId) throw new AppError('CANNOT_GRANT', { detail: 'asked to approve their own request' });
      const scope = { organizationId, projectId };
      const expiresAt = this.endOf(approval.forSeconds ?? asked.forSeconds);
      await this.refuseHeld(scope, userId, role, expiresAt);
      const roleId = role.kind === 'builtIn' ? role.role : role.id;
      const grant = await this.grants.grant(actor, scope, { userId, roleId, expiresAt, reason });
      const decision: Decision = { state: 'APPROVED', note: approval.note, roleGrantId: grant.id };
      const request = await this.decide(tx, actor, asked, decision, accessRequestApproved);
      await this.notices.approved(tx, request, expiresAt);
      return request;
    });
  }

  /** @throws CONFLICT for a request that is decided or has expired; NOT_FOUND */
  async decline(actor: Actor, organizationId: string, id: string, note?: string | null): Promise<AccessRequest> {
    return this.deciding(organizationId, id, async (tx, asked) => {
      const request = await this.decide(tx, actor, asked, { state: 'DECLINED', note }, accessRequestDeclined);
      await this.notices.declined(tx, request);
      return request;
    });
  }

  /** By who asked. @throws CONFLICT for a request that is decided or has expired; NOT_FOUND for one of others too */
  async withdraw(actor: Actor, id: string): Promise<AccessRequest> {
    const row = await this.database.reader.findOneBy(AccessRequestEntity, { id, userId: actor.id });
    if (!row) throw new AppError('NOT_FOUND');
    return this.deciding(row.organizationId, id, (tx, asked) =>
      this.decide(tx, actor, asked, { state: 'WITHDRAWN' }, accessRequestWithdrawn),
    );
  }

  /** Of two who decide at once the second finds it decided. */
  private deciding(
    organizationId: string,
    id: string,
    work: (tx: Tx, asked: AccessRequest) => Promise<AccessRequest>,
  ): Promise<AccessRequest> {
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      const row = await new TenantRepository(tx, AccessRequestEntity, organizationId).get({ id });
      const asked = await this.requests.withRole(row);
      if (asked.state !== 'PENDING') {
        const message = asked.state === 'EXPIRED' ? 'This request has expired.' : 'This request is decided already.';
        throw new AppError('CONFLICT', { message });
      }
      return work(tx, asked);
    });
  }

  private async decide(
    tx: Tx,
    actor: Actor,
    asked: AccessRequest,
    { state, note = null, roleGrantId = null }: Decision,
    event: AuditEventType<AccessRequest>,
  ): Promise<AccessRequest> {
    const decided = { state, note, roleGrantId, decidedAt: this.clock.now(), decidedBy: actor.id };
    await tx.update(AccessRequestEntity, { id: asked.id }, decided);
    const request = { ...asked, ...decided };
    await this.audit.record(tx, actor, event, request);
    return request;
  }

  private endOf(forSeconds: number | null): Date | null {
    return forSeconds === null ? null : new Date(this.clock.now().getTime() + forSeconds * 1000);
  }

  private async refuseHeld(scope: Scope, userId: string, role: GivenRole, end: Date | null): Promise<void> {
    const standing = await this.standings.in(scope, userId);
    if (!standing) throw new AppError('NOT_FOUND', { detail: 'no member of the organization' });
    if (holdsAllOf(role, scope, lastingUntil(end, standing))) {
      throw new AppError('CONFLICT', { message: 'All that this role gives is held there already, for as long.' });
    }
  }

  private async refuseMany(tx: Tx, organizationId: string, userId: string): Promise<void> {
    const aDayAgo = new Date(this.clock.now().getTime() - DAY_MS);
    const asked = await tx.countBy(AccessRequestEntity, { organizationId, userId, createdAt: MoreThan(aDayAgo) });
    if (asked >= MOST_IN_A_DAY) {
      throw new AppError('RATE_LIMITED', { message: `A member asks for at most ${MOST_IN_A_DAY} roles in a day.` });
    }
  }

  /** The same request is open once; one that has waited too long gives way to it. @throws CONFLICT */
  private async giveWay(tx: Tx, wish: Row<AccessRequestEntity>): Promise<void> {
    const { organizationId, userId } = wish;
    const open = await tx.findBy(AccessRequestEntity, { organizationId, userId, state: 'PENDING' });
    const same = open.find(
      (row) => row.projectId === wish.projectId && row.builtInRole === wish.builtInRole && row.roleId === wish.roleId,
    );
    if (!same) return;
    if (stateOf(same, this.clock.now()) === 'PENDING') {
      throw new AppError('CONFLICT', { message: 'You have asked for this already, and it is not decided yet.' });
    }
    await tx.update(AccessRequestEntity, { id: same.id }, { state: 'EXPIRED' });
  }
}
