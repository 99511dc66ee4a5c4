import { Injectable } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { Clock } from '../../../platform/clock/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import type { User } from '../../../users/user.types.js';
import { readAnswer } from './passkey-answer.js';
import { PasskeyChallengeService, type ChallengeOwner } from './passkey-challenge.service.js';
import type { PasskeyEntity } from './passkey.entity.js';
import { PasskeyRefusal } from './passkey-refusals.js';
import { PasskeyStore, type NewPasskey } from './passkey-store.service.js';
import { RelyingParty } from './relying-party.service.js';

/** Loaded when the first passkey is asked for: it takes 20 MB, and many an instance has none. */
const webauthn = () => import('@simplewebauthn/server');

/** How long a browser lets its person think, in milliseconds: as long as a challenge is good. */
const TIMEOUT = 5 * 60_000;

/** Every passkey here is found by the authenticator itself and asks who holds it: it can be the only factor, and a second one. */
const verified = { residentKey: 'required', userVerification: 'required' } as const;

/** Registration and authentication of WebAuthn Level 3 (7.1, 7.2). */
@Injectable()
export class PasskeyService {
  constructor(
    private readonly passkeys: PasskeyStore,
    private readonly challenges: PasskeyChallengeService,
    private readonly relyingParty: RelyingParty,
    private readonly clock: Clock,
  ) {}

  /** What a browser needs to make a passkey for this person. */
  async registrationOptions(user: User, browser: string): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const known = await this.passkeys.listOf(user.id);
    return (await webauthn()).generateRegistrationOptions({
      rpName: 'Gatehouse',
      rpID: this.relyingParty.id,
      userName: user.email,
      userDisplayName: user.name,
      userID: new Uint8Array(Buffer.from(user.id)),
      challenge: await this.challenge({ browser, purpose: 'register', userId: user.id }),
      timeout: TIMEOUT,
      attestationType: 'none',
      excludeCredentials: known.map(descriptor),
      authenticatorSelection: verified,
    });
  }

  /**
   * A new passkey, as its authenticator tells of it; not stored yet.
   * @throws PasskeyRefusal
   */
  async verifyRegistration(user: User, browser: string, given: unknown): Promise<NewPasskey> {
    const { answer, challenge } = readAnswer(given);
    await this.takeChallenge(challenge, { browser, purpose: 'register', userId: user.id });
    const { verifyRegistrationResponse } = await webauthn();
    const result = await verifyRegistrationResponse({
      response: answer,
      expectedChallenge: challenge,
      expectedOrigin: this.relyingParty.origin,
      expectedRPID: this.relyingParty.id,
      requireUserVerification: true,
    }).catch((error: unknown) => notVerified(error, user.id));
    if (!result.verified) return notVerified('the attestation', user.id);
    const { id, publicKey, counter, transports } = result.registrationInfo.credential;
    return { credentialId: id, publicKey: Buffer.from(publicKey), counter, transports: known(transports) };
  }

  /** What a browser needs to have a passkey used: one of this person's, or any that it finds where nobody is known. */
  async authenticationOptions(owner: ChallengeOwner): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const own = owner.userId === null ? [] : await this.passkeys.listOf(owner.userId);
    return (await webauthn()).generateAuthenticationOptions({
      rpID: this.relyingParty.id,
      challenge: await this.challenge(owner),
      timeout: TIMEOUT,
      userVerification: verified.userVerification,
      allowCredentials: own.map(descriptor),
    });
  }

  /**
   * Whose passkey has signed: that of `owner.userId`, where one is given. Uses the challenge up and changes nothing else.
   * @throws PasskeyRefusal
   */
  async verify(owner: ChallengeOwner, given: unknown): Promise<ProvenPasskey> {
    const { answer, challenge } = readAnswer(given);
    await this.takeChallenge(challenge, owner);
    const passkey = await this.passkeys.findByCredential(answer.id);
    if (!passkey) throw new PasskeyRefusal('PASSKEY_UNKNOWN', 'no such passkey', owner.userId);
    const { id, userId } = passkey;
    if (!belongsTo(passkey, owner.userId, answer))
      throw new PasskeyRefusal('PASSKEY_UNKNOWN', 'of another person', userId);
    const { verifyAuthenticationResponse } = await webauthn();
    const result = await verifyAuthenticationResponse({
      response: answer,
      expectedChallenge: challenge,
      expectedOrigin: this.relyingParty.origin,
      expectedRPID: this.relyingParty.id,
      requireUserVerification: true,
      // The counter is ours to judge, once it is known that the passkey itself has signed it.
      credential: { id: answer.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
    }).catch((error: unknown) => notVerified(error, userId));
    if (!result.verified) return notVerified('the signature', userId);
    return { id, userId, counter: result.authenticationInfo.newCounter };
  }

  /**
   * Remembers that a passkey was used.
   * @throws PasskeyRefusal with PASSKEY_COUNTER where it counts and has not counted on: it may have been copied
   */
  async markUsed(tx: Tx, { id, userId, counter }: ProvenPasskey): Promise<void> {
    if (await this.passkeys.advance(tx, id, counter, this.clock.now())) return;
    throw new PasskeyRefusal('PASSKEY_COUNTER', `the counter came back as ${counter}`, userId);
  }

  private challenge(owner: ChallengeOwner): Promise<Uint8Array<ArrayBuffer>> {
    // The library encodes text once more: bytes are taken as they are.
    return this.challenges.issue(owner).then((text) => new Uint8Array(Buffer.from(text, 'base64url')));
  }

  private async takeChallenge(challenge: string, owner: ChallengeOwner): Promise<void> {
    if (await this.challenges.take(challenge, owner)) return;
    throw new PasskeyRefusal('PASSKEY_CHALLENGE', `no challenge for ${owner.purpose}`, owner.userId);
  }
}

/** A passkey that has signed, with its count as of now. */
export interface ProvenPasskey {
  readonly id: string;
  readonly userId: string;
  readonly counter: number;
}

/** The passkey of whoever was asked for; where nobody was, of whom the authenticator says it is (7.2, step 6). */
function belongsTo(passkey: PasskeyEntity, userId: string | null, { response }: AuthenticationResponseJSON): boolean {
  const said = response.userHandle === undefined ? null : Buffer.from(response.userHandle, 'base64url').toString();
  if (said !== null && said !== passkey.userId) return false;
  return (userId ?? said) === passkey.userId;
}

const descriptor = ({ credentialId, transports }: PasskeyEntity) => ({ id: credentialId, transports });

const transportNames = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/** What a browser says of its ways to an authenticator comes back in our pages: only what is known does. */
const known = (transports: readonly string[] = []): string[] =>
  transportNames.filter((name) => transports.includes(name));

function notVerified(error: unknown, userId: string): never {
  const detail = error instanceof Error ? error.message : String(error);
  throw new PasskeyRefusal('PASSKEY_NOT_VERIFIED', detail.slice(0, 200), userId);
}
