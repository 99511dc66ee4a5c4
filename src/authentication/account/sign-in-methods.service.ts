import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { SessionService } from '../../sessions/session.service.js';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import { IdentityService } from '../../users/identity.service.js';
import { UserService } from '../../users/user.service.js';
import type { Identity } from '../../users/user.types.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { PasskeyStore } from '../strategies/passkey/passkey-store.service.js';
import { MailboxNotices } from '../mailbox/mailbox-notices.service.js';

/** An identity of a person, with the provider or connection that speaks for it. */
export interface LinkedIdentity extends Identity {
  /** What a person reads; of one that is not in use any more, its key or nothing better than its issuer. */
  readonly name: string;
  /** Null: nobody can sign in with it now, since the provider or connection is gone or switched off. */
  readonly key: string | null;
}

/** The ways by which a person can sign in, and taking one away. */
@Injectable()
export class SignInMethodsService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly identities: IdentityService,
    private readonly sources: SignInSourceService,
    private readonly passkeys: PasskeyStore,
    private readonly sessions: SessionService,
    private readonly notices: MailboxNotices,
    private readonly trail: EmailTrail,
  ) {}

  hasPassword(userId: string): Promise<boolean> {
    return this.users.passwordHashOf(userId).then((hash) => hash !== null);
  }

  /** The providers by which people can sign in besides. */
  linkable(): readonly SignInSource[] {
    return this.sources.configured();
  }

  /** Oldest first. */
  async identitiesOf(userId: string): Promise<LinkedIdentity[]> {
    const identities = await this.identities.listOf(userId);
    const sources = await this.sources.byIdentitySource(identities.map(({ source }) => source));
    return identities.map((identity) => named(identity, sources.get(identity.source) ?? null));
  }

  /**
   * Takes an identity away from its person, and ends the sessions that it has opened, but for the one that asks.
   * @throws STEP_UP_REQUIRED; NOT_FOUND for somebody else's; PRECONDITION_FAILED for the last way to sign in
   */
  async unlink(actor: Actor, sessionId: string | null, identityId: string): Promise<LinkedIdentity> {
    refuseStaleProof(actor);
    return this.database.transaction(async (tx) => {
      await this.users.takeTurns(tx, actor.label);
      const user = await this.users.get(actor.id);
      const identities = await this.identitiesOf(user.id);
      const identity = identities.find(({ id }) => id === identityId);
      if (!identity) throw new AppError('NOT_FOUND');
      const others = identities.some(({ id, key }) => id !== identityId && key !== null);
      if (!others && !(await this.hasOwnWay(user.id))) throw onlyWay();
      const organizationId = await this.trail.of(user.email);
      await this.identities.unlink(tx, actor, { user, organizationId }, identity);
      await this.notices.signInMethodRemoved(tx, user, identity.name);
      if (identity.key !== null) await this.sessions.endThrough(tx, user.id, identity.key, sessionId);
      return identity;
    });
  }

  /** Whether they can sign in without any provider. */
  private async hasOwnWay(userId: string): Promise<boolean> {
    return (await this.hasPassword(userId)) || (await this.passkeys.listOf(userId)).length > 0;
  }
}

const onlyWay = (): AppError =>
  new AppError('PRECONDITION_FAILED', {
    message: 'This is the only way by which you can sign in. Add another one first, or set a password.',
  });

function named(identity: Identity, source: SignInSource | null): LinkedIdentity {
  const fallback = identity.source.startsWith('provider:')
    ? identity.source.slice('provider:'.length)
    : identity.issuer;
  return { ...identity, name: source?.name ?? fallback, key: source?.key ?? null };
}
