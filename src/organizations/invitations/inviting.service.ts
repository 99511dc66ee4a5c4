import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { randomId, randomToken, sha256 } from '../../platform/crypto/digest.js';
import { isViolation } from '../../platform/database/constraint-violation.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { refuseAbove, refusePermissionsBeyond, refuseRoleBeyond } from '../../policy/granting.js';
import { MemberService } from '../members/member.service.js';
import { SeatService } from '../plan/seat.service.js';
import { ssoExceptionWillBeGranted } from '../members/sso-exception.service.js';
import { InvitationEntity, type InvitationRow } from './invitation.entity.js';
import { invitationCreated, invitationResent } from './invitation.events.js';
import { InvitationSender } from './invitation-sender.js';
import { InvitationService } from './invitation.service.js';
import { stateOf, toInvitation } from './invitation-state.js';
import type { Invitation, Offer } from './invitation.types.js';

/** Seven days, in minutes. */
const VALID_FOR = 7 * 24 * 60;

type Terms = Pick<Invitation, 'role' | 'projectId' | 'projectRole' | 'ssoException'>;

/** Offers places in an organization, by mail. All of it bounded by what whoever offers holds. */
@Injectable()
export class InvitingService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly invitations: InvitationService,
    private readonly members: MemberService,
    private readonly sender: InvitationSender,
    private readonly seats: SeatService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Invites the holder of an address, by a mail with a link that works once within seven days. An open invitation to the
   * same address is replaced. The mail is in the same commit, and goes out behind it.
   * @throws VALIDATION_FAILED; CANNOT_GRANT for a role beyond the actor's own, or an exception that is not theirs to grant;
   *   NOT_FOUND for a project of no or of another organization; CONFLICT when the address is a member's; STEP_UP_REQUIRED
   *   for an owner to be, and for an exception; PRECONDITION_FAILED for an exception that the address has no need of;
   *   ENTITLEMENT_REQUIRED where no seat is free
   */
  async invite(actor: Actor, organizationId: string, offer: Offer): Promise<Invitation> {
    const email = parseEmailAddress(offer.email)?.address;
    if (email === undefined) throw invalid('email', 'email must be one email address, such as ada@example.com.');
    const terms = termsOf(offer);
    if (needsFreshProof(terms)) refuseStaleProof(actor, this.clock.now());
    await refuseTermsBeyond(actor, organizationId, terms);
    try {
      return await this.database.transaction((tx) => this.create(tx, actor, { organizationId, email, ...terms }));
    } catch (error) {
      if (!isViolation(error, 'foreignKey')) throw error;
      throw new AppError('NOT_FOUND', { cause: error, detail: 'no such project in the organization' });
    }
  }

  /**
   * Sends the mail again with a new link, good for another seven days; the earlier link is dead.
   * @throws CANNOT_GRANT for what the actor could not offer; CONFLICT for one that was accepted or revoked;
   *   ENTITLEMENT_REQUIRED where it had expired, and its seat is taken
   */
  async resend(actor: Actor, organizationId: string, id: string): Promise<Invitation> {
    return this.database.transaction(async (tx) => {
      const row = await this.takeOpen(tx, organizationId, id);
      await refuseTermsBeyond(actor, organizationId, row);
      await this.refuseMember(organizationId, row.email);
      const token = randomToken();
      const renewed = { tokenDigest: sha256(token), expiresAt: this.clock.inMinutes(VALID_FOR) };
      await tx.update(InvitationEntity, { id }, renewed);
      await this.seats.refuseOverflow(tx, organizationId);

      const now = this.clock.now();
      const after = toInvitation({ ...row, ...renewed }, now);
      await this.audit.record(tx, actor, invitationResent, { before: toInvitation(row, now), after });
      await this.sender.send(tx, actor, after, token);
      return after;
    });
  }

  /**
   * Withdraws an invitation: its link is dead.
   * @throws CANNOT_GRANT for one to a role above the actor's own; CONFLICT for one that was accepted or revoked
   */
  async revoke(actor: Actor, organizationId: string, id: string): Promise<Invitation> {
    return this.database.transaction(async (tx) => {
      const row = await this.takeOpen(tx, organizationId, id);
      await refuseAbove(actor, { organizationId, projectId: null }, row.role);
      return this.invitations.revoke(tx, actor, row, 'withdrawn');
    });
  }

  private async create(
    tx: Tx,
    actor: Actor,
    offer: Terms & { readonly organizationId: string; readonly email: string },
  ): Promise<Invitation> {
    const { organizationId, email } = offer;
    await this.members.takeTurns(tx, organizationId);
    await this.refuseMember(organizationId, email);
    if (offer.ssoException) await this.events.publish(tx, ssoExceptionWillBeGranted, { organizationId, email });
    await this.invitations.revokeOpen(tx, actor, { organizationId, email }, 'replaced');

    const token = randomToken();
    const row: InvitationRow = {
      id: randomId(),
      ...offer,
      tokenDigest: sha256(token),
      invitedBy: actor.id,
      createdAt: this.clock.now(),
      expiresAt: this.clock.inMinutes(VALID_FOR),
      acceptedAt: null,
      revokedAt: null,
    };
    await tx.insert(InvitationEntity, row);
    await this.seats.refuseOverflow(tx, organizationId);
    const invitation = toInvitation(row, row.createdAt);
    await this.audit.record(tx, actor, invitationCreated, invitation);
    await this.sender.send(tx, actor, invitation, token);
    return invitation;
  }

  private async refuseMember(organizationId: string, email: string): Promise<void> {
    if (await this.members.isMemberByEmail(organizationId, email)) {
      throw new AppError('CONFLICT', { message: 'This person is a member already.' });
    }
  }

  /** The invitation, which stays as it is until the transaction ends. Expired ones are still open. */
  private async takeOpen(tx: Tx, organizationId: string, id: string): Promise<InvitationRow> {
    await this.members.takeTurns(tx, organizationId);
    const row = await new TenantRepository(tx, InvitationEntity, organizationId).get({ id });
    const state = stateOf(row, this.clock.now());
    if (state === 'ACCEPTED' || state === 'REVOKED') {
      throw new AppError('CONFLICT', { message: `This invitation was ${state.toLowerCase()} already.` });
    }
    return row;
  }
}

/** Who offers the whole organization, or a way past its single sign-on, has just proven who they are. */
export function needsFreshProof({ role, ssoException }: Pick<Offer, 'role' | 'ssoException'>): boolean {
  return role === 'OWNER' || ssoException === true;
}

/** @throws VALIDATION_FAILED where one of the project and the role in it is missing */
function termsOf({ role, projectId = null, projectRole = null, ssoException }: Offer): Terms {
  if (projectId !== null && projectRole === null) throw invalid('projectRole', 'projectRole is needed with projectId.');
  if (projectId === null && projectRole !== null) throw invalid('projectId', 'projectId is needed with projectRole.');
  return { role, projectId, projectRole, ssoException: ssoException ?? false };
}

/** @throws CANNOT_GRANT */
async function refuseTermsBeyond(
  actor: Actor,
  organizationId: string,
  { role, projectId, projectRole, ssoException }: Terms,
): Promise<void> {
  const everywhere = { organizationId, projectId: null };
  await refuseRoleBeyond(actor, everywhere, role);
  if (ssoException) await refusePermissionsBeyond(actor, everywhere, ['ssoExceptions.manage']);
  if (projectId === null || projectRole === null) return;
  const scope = { organizationId, projectId };
  if ((await actor.permissionsIn(scope)).size === 0)
    throw new AppError('NOT_FOUND', { detail: 'a project hidden from the actor' });
  await refuseRoleBeyond(actor, scope, projectRole);
}
