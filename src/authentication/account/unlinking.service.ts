import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { SessionService } from '../../sessions/session.service.js';
import { IdentityService } from '../../users/identity.service.js';
import { UserService } from '../../users/user.service.js';
import { MailboxNotices } from '../mailbox/mailbox-notices.service.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { SignInMethodsService, type LinkedIdentity } from './sign-in-methods.service.js';

/** Takes away one of the ways by which a person can sign in. */
@Injectable()
export class UnlinkingService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly identities: IdentityService,
    private readonly methods: SignInMethodsService,
    private readonly sessions: SessionService,
    private readonly notices: MailboxNotices,
    private readonly trail: EmailTrail,
  ) {}

  /**
   * Takes an identity away from its person, and ends the sessions that it has opened, but for the one that asks.
   * @throws STEP_UP_REQUIRED; NOT_FOUND for somebody else's; PRECONDITION_FAILED for the last way to sign in
   */
  async unlink(actor: Actor, sessionId: string | null, identityId: string): Promise<LinkedIdentity> {
    refuseStaleProof(actor);
    return this.database.transaction(async (tx) => {
      await this.users.takeTurns(tx, actor.label);
      const user = await this.users.get(actor.id);
      const identities = await this.methods.identitiesOf(user.id);
      const identity = identities.find(({ id }) => id === identityId);
      if (!identity) throw new AppError('NOT_FOUND');
      const others = identities.some(({ id, key }) => id !== identityId && key !== null);
      if (!others && !(await this.methods.hasOwnWay(user.id))) throw onlyWay();
      const organizationId = await this.trail.of(user.email);
      await this.identities.unlink(tx, actor, { user, organizationId }, identity);
      await this.notices.signInMethodRemoved(tx, user, identity.name);
      if (identity.key !== null) await this.sessions.endThrough(tx, user.id, identity.key, sessionId);
      return identity;
    });
  }
}

const onlyWay = (): AppError =>
  new AppError('PRECONDITION_FAILED', {
    message: 'This is the only way by which you can sign in. Add another one first, or set a password.',
  });
