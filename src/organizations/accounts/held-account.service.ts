import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { UserStanding } from '../../users/user-standing.service.js';
import { UserService } from '../../users/user.service.js';
import type { Account } from '../../users/user.types.js';
import { DomainService } from '../domains/domain.service.js';
import { MemberService } from '../members/member.service.js';
import type { Membership } from '../members/member.types.js';

/** An account and its memberships, as nobody else changes them until the transaction ends. */
export interface HeldAccount {
  readonly account: Account;
  readonly memberships: readonly Membership[];
}

/** Holds an account with all its memberships, for who decides about it as a whole. */
@Injectable()
export class HeldAccounts {
  constructor(
    private readonly users: UserService,
    private readonly standing: UserStanding,
    private readonly members: MemberService,
    private readonly domains: DomainService,
  ) {}

  /**
   * @param besides an organization whose turn is taken with the others', for a membership that may begin
   * @throws NOT_FOUND; CONFLICT where they have joined another organization meanwhile
   */
  async hold(tx: Tx, userId: string, besides: string | null = null): Promise<HeldAccount> {
    const before = await this.members.takeTurnsOf(tx, userId, besides);
    await this.standing.hold(tx, userId);
    const user = await this.users.get(userId);
    const memberships = await this.members.listOfUser(userId);
    // A turn is never taken when the account is held already: whoever has it may be waiting for the account.
    if (memberships.some(({ organizationId }) => !before.has(organizationId)))
      throw new AppError('CONFLICT', { message: 'They have joined another organization just now. Try again.' });
    return { account: { user, organizationId: await this.domains.organizationOf(user.email) }, memberships };
  }
}
