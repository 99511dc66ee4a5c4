import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError, type ErrorCode } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { MemberService } from '../members/member.service.js';
import { invitationRefused } from './invitation.events.js';
import type { Invitation, Offer } from './invitation.types.js';
import { InvitingService, needsFreshProof } from './inviting.service.js';

/** What became of one offer of a list: an invitation, or why there is none. */
export interface InvitingResult {
  /** As it was given. */
  readonly email: string;
  readonly invitation: Invitation | null;
  readonly error: AppError | null;
}

/** What says "not like this" of one line rather than "no", and is no matter for the trail. */
const mistakes: ReadonlySet<ErrorCode> = new Set(['VALIDATION_FAILED', 'CONFLICT']);

/** Invites a list of people, each for themselves: a mistake in one line costs none of the others. */
@Injectable()
export class InvitingMany {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly inviting: InvitingService,
    private readonly members: MemberService,
    private readonly clock: Clock,
  ) {}

  /**
   * In the order of the list, and in one commit: who has no answer can repeat the call, and mails nobody twice.
   * @throws STEP_UP_REQUIRED where one of the offers needs it; nothing happens then
   */
  invite(actor: Actor, organizationId: string, offers: readonly Offer[]): Promise<InvitingResult[]> {
    if (offers.some(needsFreshProof)) refuseStaleProof(actor, this.clock.now());
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      const results: InvitingResult[] = [];
      const seen = new Set<string>();
      for (const offer of offers) results.push(await this.inviteOne(tx, actor, { organizationId, offer, seen }));
      return results;
    });
  }

  private async inviteOne(
    tx: Tx,
    actor: Actor,
    { organizationId, offer, seen }: { organizationId: string; offer: Offer; seen: Set<string> },
  ): Promise<InvitingResult> {
    const { email } = offer;
    const address = parseEmailAddress(email)?.address ?? null;
    try {
      refuseSecond(address, seen);
      const invitation = await this.database.step(tx, () => this.inviting.invite(actor, organizationId, offer));
      return { email, invitation, error: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, detail, message } = error;
      if (!mistakes.has(code))
        await this.audit.record(tx, actor, invitationRefused, {
          organizationId,
          email: address,
          code,
          reason: detail ?? message,
        });
      return { email, invitation: null, error };
    }
  }
}

/** The second would replace the first, whose mail is on its way. @throws CONFLICT */
function refuseSecond(address: string | null, seen: Set<string>): void {
  if (address === null) return;
  if (seen.has(address)) throw new AppError('CONFLICT', { message: 'This address stands in the list before.' });
  seen.add(address);
}
