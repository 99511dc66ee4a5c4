import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import { SessionService } from '../../sessions/session.service.js';
import { JustInTimeMembership } from '../../sso/membership/just-in-time.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import { IdentityService } from '../../users/identity.service.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { NewcomerService } from './newcomer.service.js';
import type { Accepted } from './verdict.js';

/** Lets somebody into the account that the account rules have found for them. */
@Injectable()
export class AccountEntry {
  constructor(
    private readonly users: UserService,
    private readonly identities: IdentityService,
    private readonly sessions: SessionService,
    private readonly newcomers: NewcomerService,
    private readonly joining: JustInTimeMembership,
  ) {}

  /** Does what `AccountService.judge` decided, in the commit of the sign-in. */
  async settle(tx: Tx, actor: Actor, source: SignInSource, verdict: Accepted): Promise<User> {
    const user = await this.enter(tx, actor, source, verdict);
    if (verdict.joins !== null) await this.joining.join(tx, actor, source, { userId: user.id, role: verdict.joins });
    return user;
  }

  private async enter(tx: Tx, actor: Actor, source: SignInSource, verdict: Accepted): Promise<User> {
    const { organizationId } = source;
    if ('known' in verdict) {
      await this.identities.markUsed(tx, verdict.identity);
      return verdict.known;
    }
    if ('link' in verdict) {
      const takenOver = await this.identities.linkArrival(
        tx,
        actor,
        { user: verdict.link, organizationId },
        verdict.identity,
      );
      // Whoever came in before had never shown that the email is theirs. They don't stay signed in either.
      if (takenOver) await this.sessions.endAllOf(tx, verdict.link.id);
      if (verdict.emailProven) await this.users.markEmailVerified(tx, verdict.link.id);
      return this.newcomers.appointIfListed(tx, actor, verdict.link);
    }
    const by = source.kind === 'connection' ? 'sso' : 'provider';
    const account = {
      email: verdict.email.address,
      name: verdict.create.name,
      emailVerified: verdict.emailProven,
    };
    const user = await this.users.create(tx, actor, { ...account, by, organizationId });
    await this.identities.linkArrival(tx, actor, { user, organizationId }, verdict.identity);
    return user;
  }
}
