import { Injectable, type OnModuleInit } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { sha256 } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import type { Actor, Scope } from '../../policy/actor.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { MemberService } from '../members/member.service.js';
import { MembershipChanges } from '../members/membership-changes.service.js';
import { memberRemoved } from '../members/membership-changed.types.js';
import { InvitationEntity, type InvitationRow } from './invitation.entity.js';
import { invitationAcceptedOnTrail, invitationRevoked } from './invitation.events.js';
import { stateOf, toInvitation } from './invitation-state.js';
import type { Invitation, InvitationPreview } from './invitation.types.js';

/** Told in the commit that makes whoever was invited a member; the role in a project, where one was offered, follows. */
export const invitationAccepted = domainEvent<{
  readonly actor: Actor;
  readonly organizationId: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly projectRole: BuiltInRole | null;
}>('invitation.accepted');

/**
 * Told before whoever was invited becomes a member, in the same commit. Who has something against how they come throws it;
 * the invitation stays open.
 */
export const invitationWillBeAccepted = domainEvent<{
  readonly actor: Actor;
  readonly organizationId: string;
  /** Canonical. */
  readonly email: string;
  readonly ssoException: boolean;
}>('invitation.willBeAccepted');

interface PreviewRow extends Pick<InvitationPreview, 'email' | 'role' | 'organizationId' | 'ssoException'> {
  readonly organization_name: string;
  readonly invited_by: string | null;
  readonly expires_at: Date;
  readonly accepted_at: Date | null;
  readonly revoked_at: Date | null;
}

/** Invitations as the invited meet them; `InvitingService` has the inviting side. */
@Injectable()
export class InvitationService implements ScopeLocator, OnModuleInit {
  private readonly pending: NestedList<Pick<Invitation, 'organizationId'>, InvitationEntity>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly members: MemberService,
    private readonly memberships: MembershipChanges,
    private readonly users: UserService,
    private readonly clock: Clock,
  ) {
    this.pending = new NestedList(database, {
      rows: InvitationEntity,
      as: 'invitation',
      parent: { organizationId: 'text' },
      where: `invitation.organization_id = parent."organizationId"
        and invitation.accepted_at is null and invitation.revoked_at is null`,
      order: { column: 'invitation.id', of: (row) => row.id, direction: 'DESC' },
    });
  }

  /** Whoever was removed does not come back by an invitation that was still open. */
  onModuleInit(): void {
    this.events.on(memberRemoved, async (tx, { actor, organizationId, userId }) => {
      const { email } = await this.users.get(userId);
      await this.revokeOpen(tx, actor, { organizationId, email }, 'member removed');
    });
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(InvitationEntity, { id });
    return row && { organizationId: row.organizationId, projectId: null };
  }

  /** Those that were neither accepted nor revoked, newest first. */
  async list(organizationId: string, request: PageRequest): Promise<Connection<Invitation>> {
    const rows = await this.pending.page({ organizationId }, request);
    const now = this.clock.now();
    return mapNodes(rows, (row) => toInvitation(row, now));
  }

  /** Whether some organization waits for the holder of this (canonical) address. */
  hasOpenFor(email: string): Promise<boolean> {
    return this.database.reader.existsBy(InvitationEntity, { email, ...this.open() });
  }

  /** Whether this organization does. */
  hasOpenIn(organizationId: string, email: string): Promise<boolean> {
    return this.database.reader.existsBy(InvitationEntity, { organizationId, email, ...this.open() });
  }

  /** What the link in the mail leads to; null where the token is of no invitation, or of one whose mail was sent anew. */
  async preview(token: string): Promise<InvitationPreview | null> {
    const [row] = await this.database.rows<PreviewRow>(
      `select i.email, i.role, i.organization_id as "organizationId", i.sso_exception as "ssoException",
         i.expires_at, i.accepted_at, i.revoked_at, o.name as organization_name, u.name as invited_by
       from invitations i join organizations o on o.id = i.organization_id left join users u on u.id = i.invited_by
       where i.token_digest = $1`,
      [sha256(token)],
    );
    if (!row) return null;
    const dates = { expiresAt: row.expires_at, acceptedAt: row.accepted_at, revokedAt: row.revoked_at };
    return {
      state: previewStates[stateOf(dates, this.clock.now())],
      organizationId: row.organizationId,
      organizationName: row.organization_name,
      email: row.email,
      role: row.role,
      ssoException: row.ssoException,
      invitedBy: row.invited_by,
    };
  }

  /** Accepts as the signed-in person. @throws INVITATION_INVALID; SSO_REQUIRED with `loginUrl` */
  acceptAs(actor: Actor, token: string): Promise<Invitation> {
    return this.database.transaction(async (tx) => this.accept(tx, actor, await this.users.get(actor.id), token));
  }

  /**
   * Makes the user a member with the role that was offered, once. Whoever is a member already keeps the role they have.
   * The token has come through the mailbox, so the user's email counts as verified.
   * @throws INVITATION_INVALID in one wording for a token that is unknown, used, withdrawn, expired or for another address;
   *   SSO_REQUIRED with `loginUrl` where the organization enforces it and the actor has come in another way
   */
  async accept(tx: Tx, actor: Actor, user: Pick<User, 'id' | 'email'>, token: string): Promise<Invitation> {
    const row = await this.use(tx, user, token);
    const { organizationId, email, role, projectId, projectRole, ssoException, acceptedAt } = row;
    await this.events.publish(tx, invitationWillBeAccepted, { actor, organizationId, email, ssoException });
    await this.memberships.add(tx, actor, {
      organizationId,
      userId: user.id,
      role,
      source: 'INVITATION',
      ssoException,
    });
    await this.users.markEmailVerified(tx, user.id);
    await this.events.publish(tx, invitationAccepted, {
      actor,
      organizationId,
      userId: user.id,
      projectId,
      projectRole,
    });

    const after = toInvitation(row, acceptedAt);
    const before = toInvitation({ ...row, acceptedAt: null }, acceptedAt);
    await this.audit.record(tx, actor, invitationAcceptedOnTrail, { before, after, userId: user.id });
    return after;
  }

  /** Withdraws the open invitation to an address, if there is one. */
  async revokeOpen(
    tx: Tx,
    actor: Actor,
    to: { organizationId: string; email: string },
    because: string,
  ): Promise<void> {
    const open = await tx.findOneBy(InvitationEntity, { ...to, acceptedAt: IsNull(), revokedAt: IsNull() });
    if (open) await this.revoke(tx, actor, open, because);
  }

  /** @param open an invitation that was read, still open, since its organization's turn was taken */
  async revoke(tx: Tx, actor: Actor, open: InvitationRow, because: string): Promise<Invitation> {
    const revokedAt = this.clock.now();
    await tx.update(InvitationEntity, { id: open.id }, { revokedAt });
    const before = toInvitation(open, revokedAt);
    const after = toInvitation({ ...open, revokedAt }, revokedAt);
    await this.audit.record(tx, actor, invitationRevoked, { before, after, because });
    return after;
  }

  private open() {
    return { acceptedAt: IsNull(), revokedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
  }

  /** The one statement decides: of any number of calls with one token, one finds it unused. */
  private async use(
    tx: Tx,
    { email }: Pick<User, 'email'>,
    token: string,
  ): Promise<InvitationRow & { acceptedAt: Date }> {
    const tokenDigest = sha256(token);
    const row: InvitationRow | null = await tx.findOneBy(InvitationEntity, { tokenDigest });
    if (row) await this.members.takeTurns(tx, row.organizationId);
    const acceptedAt = this.clock.now();
    const usable = { tokenDigest, email, acceptedAt: IsNull(), revokedAt: IsNull(), expiresAt: MoreThan(acceptedAt) };
    const { affected } = await tx.update(InvitationEntity, usable, { acceptedAt });
    if (!row || affected !== 1) {
      const now = await tx.findOneBy(InvitationEntity, { tokenDigest });
      throw new AppError('INVITATION_INVALID', { detail: whyNot(now, email, acceptedAt) });
    }
    return { ...row, acceptedAt };
  }
}

const previewStates = { OPEN: 'open', EXPIRED: 'expired', ACCEPTED: 'invalid', REVOKED: 'invalid' } as const;

/** For the trail alone: a caller who holds a token that is not theirs learns nothing by it. */
function whyNot(row: InvitationRow | null, email: string, now: Date): string {
  if (!row) return 'no invitation has this token';
  if (row.email !== email) return `invitation ${row.id} is for another address`;
  return `invitation ${row.id} is ${stateOf(row, now)}`;
}
