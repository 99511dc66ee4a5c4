import { Injectable } from '@nestjs/common';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import type { Membership } from '../../organizations/members/member.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { FactorRemovalService } from './factor-removal.service.js';

const instead = 'An administrator of the instance can do it.';

/** Recovery of a member who has lost their second factors. */
@Injectable()
export class FactorResetService {
  constructor(
    private readonly database: Database,
    private readonly members: MemberService,
    private readonly users: UserService,
    private readonly domains: DomainService,
    private readonly removal: FactorRemovalService,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes off the second factors of a member, and ends their sessions. They sign in with their password (or a new one, by
   * mail) and set up another factor.
   * @throws STEP_UP_REQUIRED; NOT_FOUND when the user is no member; FORBIDDEN for oneself, and for whoever is not this
   *   organization's alone: another organization's second factor would be gone too
   */
  async reset(actor: Actor, organizationId: string, userId: string): Promise<Membership> {
    refuseStaleProof(actor, this.clock.now());
    const membership = await this.members.find(organizationId, userId);
    if (!membership) throw new AppError('NOT_FOUND');
    const user = await this.users.get(userId);
    await this.refuseUnlessTheirs(actor, organizationId, user);
    await this.database.transaction((tx) => this.removal.removeAll(tx, { actor, user, organizationId }, 'lost'));
    return membership;
  }

  private async refuseUnlessTheirs(actor: Actor, organizationId: string, user: User): Promise<void> {
    if (actor.kind === 'user' && actor.id === user.id) {
      throw forbidden(
        'Nobody takes off their own second factors this way: see /account/second-factor, or ask another owner.',
      );
    }
    if (actor.isInstanceAdministrator) return;
    if (user.isInstanceAdministrator) throw forbidden(`This person administers the instance. ${instead}`);
    if (await this.ownsEmailOf(organizationId, user)) return;
    const memberships = await this.members.listOfUser(user.id);
    if (memberships.some((membership) => membership.organizationId !== organizationId)) {
      throw forbidden(
        `The person’s email lies in no verified domain of this organization, and they may belong to others too. ${instead}`,
      );
    }
  }

  private async ownsEmailOf(organizationId: string, { email }: User): Promise<boolean> {
    const domain = parseEmailAddress(email)?.domain;
    const owner = domain === undefined ? null : await this.domains.findVerified(domain);
    return owner?.organizationId === organizationId;
  }
}

const forbidden = (message: string): AppError => new AppError('FORBIDDEN', { message });
