import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import type { Caller } from '../../policy/current.decorators.js';
import { FRESH_FOR_MINUTES } from '../../policy/fresh-proof.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import type { ProviderProof } from '../../sso/protocols/provider-proof.types.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import { IdentityService } from '../../users/identity.service.js';
import { UserService } from '../../users/user.service.js';
import { AccountService } from '../sign-in/account.service.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import type { FlowPurpose } from '../login-flow/login-flow.types.js';
import { MailboxNotices } from '../mailbox/mailbox-notices.service.js';
import type { SignInRefusalReason } from '../sign-in/sign-in-refused.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { strategies } from '../strategies/strategies.js';

type Purpose = Extract<FlowPurpose, { sessionId: string }>;

/** What a provider has proven of somebody who is signed in, used for what they have asked for. */
@Injectable()
export class AccountProofService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountService,
    private readonly users: UserService,
    private readonly identities: IdentityService,
    private readonly signIn: SignInService,
    private readonly notices: MailboxNotices,
    private readonly trail: EmailTrail,
  ) {}

  /** @throws SignInRefused, with its reason on the trail: the proof is of somebody else, or by a way that is not theirs */
  async use(purpose: Purpose, caller: Caller, source: SignInSource, proof: ProviderProof): Promise<void> {
    const { actor, sessionId } = caller;
    if (actor.kind !== 'user' || sessionId === null || sessionId !== purpose.sessionId)
      throw new ProviderRefusal('FLOW_OTHER_BROWSER', 'begun in another session');
    const refusal =
      purpose.for === 'confirm'
        ? await this.confirm(actor, sessionId, source, proof)
        : await this.link(actor, source, proof);
    if (refusal === null) return;
    const { method } = strategies[source.protocol];
    const attempt = { method, connection: source.key, email: actor.label, organizationId: source.organizationId };
    await this.signIn.refuse(actor.origin, attempt, refusal);
  }

  private async confirm(
    actor: Actor,
    sessionId: string,
    source: SignInSource,
    proof: ProviderProof,
  ): Promise<SignInRefusalReason | null> {
    const verdict = await this.database.transaction((tx) => this.accounts.recognize(tx, source, proof));
    if ('refused' in verdict) return verdict.refused;
    if (!('known' in verdict) || verdict.known.id !== actor.id) return 'OTHER_PERSON';
    if (isOld(proof)) return 'PROOF_STALE';
    await this.signIn.confirm(actor, sessionId, strategies[source.protocol].method);
    return null;
  }

  private link(actor: Actor, source: SignInSource, proof: ProviderProof): Promise<SignInRefusalReason | null> {
    return this.database.transaction(async (tx) => {
      await this.users.takeTurns(tx, actor.label);
      return this.linkInTurn(tx, actor, source, proof);
    });
  }

  private async linkInTurn(
    tx: Tx,
    actor: Actor,
    source: SignInSource,
    proof: ProviderProof,
  ): Promise<SignInRefusalReason | null> {
    const user = await this.users.get(actor.id);
    const objection = await this.accounts.objectionToAdding(source, proof, user);
    if (objection) return objection;
    const identity = { source: source.identitySource, issuer: proof.issuer, subject: proof.subject };
    const holder = await this.identities.findHolder(identity);
    if (holder) return holder.id === user.id ? null : 'IDENTITY_TAKEN';
    if (await this.identities.hasFrom(user.id, source.identitySource)) return 'PROVIDER_LINKED';
    await this.identities.link(tx, actor, { user, organizationId: await this.trail.of(user.email) }, identity);
    await this.notices.signInMethodAdded(tx, user, source.name);
    return null;
  }
}

/** OpenID Connect Core 2: when the person last proved themselves to the provider. One that does not tell is not asked. */
function isOld({ claims: { auth_time: seconds } }: ProviderProof): boolean {
  return typeof seconds === 'number' && Date.now() / 1000 - seconds > FRESH_FOR_MINUTES * 60;
}
