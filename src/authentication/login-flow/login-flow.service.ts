import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { Cipher, type CipherPlace } from '../../platform/crypto/cipher.js';
import { randomToken, sha256 } from '../../platform/crypto/digest.js';
import { Secret } from '../../platform/crypto/secret.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import type { OidcFlowSecrets } from '../../sso/protocols/oidc/relying-party.types.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import type { CarriedTrace, SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import { ATTEMPT_MINUTES } from '../../sso/tracing/sign-in-trace.types.js';
import { LoginFlowEntity } from './login-flow.entity.js';
import { signingIn, type FlowPurpose } from './login-flow.types.js';

/** Kept a while beyond its end, so that whoever comes late is told that it was late. */
const SWEPT_AFTER_MINUTES = 60;
const SWEPT_AT_ONCE = 100;

/** The `state` of a test begins so: its callback is for settings that are not in use, and is looked up among these. */
const OF_TEST = 'test.';

/** What a provider's form sends back beside its answer can be anything where nobody here has asked it. */
export function isState(value: string): boolean {
  return /^(?:test\.)?[\w-]{43}$/.test(value);
}

export function isStateOfTest(state: unknown): boolean {
  return typeof state === 'string' && state.startsWith(OF_TEST);
}

/** By whom and where a sign-in is begun, and must be finished. */
export interface FlowOwner {
  readonly source: SignInSource;
  /** The redirect URI that it was begun with. */
  readonly callbackUrl: string;
  /** What the browser's flow cookie holds; null where it has none. */
  readonly browser: string | null;
  readonly trace: SignInTraceLog;
}

/** A sign-in that has come back. */
export interface LoginFlow extends OidcFlowSecrets {
  /** What the provider had the browser post (SAML); null where it came in the query. */
  readonly answer: string | null;
  readonly returnTo: string;
  readonly purpose: FlowPurpose;
}

/** What nobody may read in a copy of the database, and what the provider was called when the sign-in began. */
interface Sealed {
  readonly nonce: string;
  readonly verifier: string | null;
  readonly callbackUrl: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Missing in what an earlier version has begun: it knew one purpose. */
  readonly purpose?: FlowPurpose;
  /** Missing for the same reason. */
  readonly trace?: CarriedTrace;
}

interface Taken {
  readonly secrets: string;
  readonly answer: string | null;
  readonly return_to: string;
}

@Injectable()
export class LoginFlowService {
  constructor(
    private readonly database: Database,
    private readonly cipher: Cipher,
    private readonly clock: Clock,
  ) {}

  /** Remembers a sign-in for ten minutes. @returns its `state` */
  async open(
    owner: FlowOwner & { readonly browser: string },
    begun: Omit<LoginFlow, 'state' | 'answer'>,
  ): Promise<string> {
    const { source, callbackUrl, browser, trace } = owner;
    const { nonce, verifier, returnTo, purpose } = begun;
    const { issuer, clientId } = partiesOf(source);
    const state = purpose.for === 'test' ? `${OF_TEST}${randomToken()}` : randomToken();
    const stateDigest = sha256(state);
    await this.database.transaction(async (tx) => {
      await this.sweep(tx);
      const carried = await trace.sentOff(tx);
      const sealed: Sealed = { nonce, verifier, callbackUrl, issuer, clientId, purpose, trace: carried };
      await tx.insert(LoginFlowEntity, {
        stateDigest,
        browserDigest: sha256(browser),
        providerKey: source.key,
        connectionId: source.connectionId,
        secrets: this.cipher.encrypt(Secret.of(JSON.stringify(sealed)), placeOf(stateDigest, 'secrets')),
        answer: null,
        returnTo,
        expiresAt: this.clock.inMinutes(ATTEMPT_MINUTES),
      });
    });
    return state;
  }

  /**
   * Keeps what a provider had the browser post, for when the browser comes for it: a form that another site posts brings no
   * cookie along, and so does not prove which browser it is. One answer for each sign-in, the first.
   * @returns whether there is such a sign-in, still without an answer
   */
  async keepAnswer(state: string, source: SignInSource, answer: string): Promise<boolean> {
    const stateDigest = sha256(state);
    const { affected } = await this.database.reader.update(
      LoginFlowEntity,
      {
        stateDigest,
        providerKey: source.key,
        expiresAt: MoreThan(this.clock.now()),
        answer: IsNull(),
      },
      { answer: this.cipher.encrypt(Secret.of(answer), placeOf(stateDigest, 'answer')) },
    );
    return affected === 1;
  }

  /**
   * Uses a sign-in up: whoever brings its `state` again, or brings it in another browser, at another provider's callback or
   * too late, finds none.
   * @throws ProviderRefusal with `FLOW_…`; `PROVIDER_CHANGED` when another provider would get the code than gave it
   */
  async take(state: string, owner: FlowOwner): Promise<LoginFlow> {
    const { source, browser } = owner;
    const stateDigest = sha256(state);
    const deleted = await this.database.reader
      .createQueryBuilder()
      .delete()
      .from(LoginFlowEntity)
      .where('state_digest = :stateDigest', { stateDigest })
      .andWhere('browser_digest = :browserDigest', { browserDigest: sha256(browser ?? '') })
      .andWhere('provider_key = :key', { key: source.key })
      .andWhere('expires_at > :now', { now: this.clock.now() })
      .returning('secrets, answer, return_to')
      .execute();
    const [row] = deleted.raw as Taken[];
    if (!row) throw await this.diagnose(stateDigest, owner);

    const { nonce, verifier, purpose = signingIn, trace, ...begun } = this.unseal(row.secrets, stateDigest);
    if (trace) owner.trace.cameBack(trace);
    [state, nonce, verifier].forEach((secret) => owner.trace.conceal(secret));
    refuseChanged(begun, owner);
    const answer = row.answer && this.cipher.decrypt(row.answer, placeOf(stateDigest, 'answer')).reveal();
    return { state, nonce, verifier, answer, returnTo: row.return_to, purpose };
  }

  /** The trace of a sign-in that this browser has begun and not used up; null for none. */
  async traceOf(state: string, providerKey: string, browser: string): Promise<CarriedTrace | null> {
    const stateDigest = sha256(state);
    const where = { stateDigest, providerKey, browserDigest: sha256(browser) };
    const row = await this.database.reader.findOneBy(LoginFlowEntity, where);
    return (row && this.unseal(row.secrets, stateDigest).trace) ?? null;
  }

  private unseal(secrets: string, stateDigest: Buffer): Sealed {
    return JSON.parse(this.cipher.decrypt(secrets, placeOf(stateDigest, 'secrets')).reveal()) as Sealed;
  }

  /** Why no sign-in was found: for the trail alone, the visitor reads the same of all. */
  private async diagnose(stateDigest: Buffer, { source }: FlowOwner): Promise<ProviderRefusal> {
    const row = await this.database.reader.findOneBy(LoginFlowEntity, { stateDigest });
    if (!row) return new ProviderRefusal('FLOW_UNKNOWN', 'no sign-in has this state');
    if (row.providerKey !== source.key) return new ProviderRefusal('FLOW_OTHER_PROVIDER', 'begun at another provider');
    if (row.expiresAt <= this.clock.now()) {
      const check = { expected: `back by ${row.expiresAt.toISOString()}`, found: 'later' };
      return new ProviderRefusal('FLOW_EXPIRED', 'begun more than ten minutes ago', { check });
    }
    return new ProviderRefusal('FLOW_OTHER_BROWSER', 'begun in another browser');
  }

  /** A few at a time, past rows that another sign-in is sweeping, so that nobody waits for anybody. */
  private async sweep(tx: Tx): Promise<void> {
    await tx.query(
      `delete from login_flows where state_digest in
         (select state_digest from login_flows where expires_at < $1 limit ${SWEPT_AT_ONCE} for update skip locked)`,
      [this.clock.inMinutes(-SWEPT_AFTER_MINUTES)],
    );
  }
}

/**
 * A connection that was given another issuer while somebody was at the old one would have the old one's code sent to the
 * new one (mix-up, RFC 9700 4.4).
 */
function refuseChanged(
  begun: Omit<Sealed, 'nonce' | 'verifier' | 'purpose' | 'trace'>,
  { source, callbackUrl }: FlowOwner,
): void {
  const { issuer, clientId } = partiesOf(source);
  if (begun.issuer !== issuer || begun.clientId !== clientId)
    throw new ProviderRefusal('PROVIDER_CHANGED', 'another issuer or client', {
      check: { expected: `client ${begun.clientId} of ${begun.issuer}`, found: `client ${clientId} of ${issuer}` },
    });
  if (begun.callbackUrl !== callbackUrl)
    throw new ProviderRefusal('CALLBACK_MALFORMED', 'another redirect URI than at the start', {
      check: { expected: begun.callbackUrl, found: callbackUrl },
    });
}

/** Who is to believe whom: the provider's name, and ours there. */
function partiesOf({ settings }: SignInSource): { issuer: string; clientId: string } {
  const { issuer } = settings;
  return { issuer, clientId: 'clientId' in settings ? settings.clientId : settings.ourEntityId };
}

function placeOf(stateDigest: Buffer, column: 'secrets' | 'answer'): CipherPlace {
  return { table: 'login_flows', column, row: stateDigest.toString('hex') };
}
