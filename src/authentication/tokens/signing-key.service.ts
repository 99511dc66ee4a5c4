import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type CryptoKey } from 'jose';
import { In, Not } from 'typeorm';
import { AccessService } from '../../access/access.service.js';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Cipher, type CipherPlace } from '../../platform/crypto/cipher.js';
import { Secret } from '../../platform/crypto/secret.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { SigningKeyEntity, type PublicKey } from './signing-key.entity.js';
import { signingKeyRotated, type RotationReason } from './signing-key.events.js';
import { nextAtOnce, nextDue, outlived, signerAmong } from './signing-schedule.js';

/** Edwards curve signatures (RFC 8037): short, quick, and with no parameter to get wrong. */
export const ALGORITHM = 'EdDSA';

/** The list of keys is read again after this: what one process has made, all publish long before it signs. */
const REMEMBERED_MS = 1_000;

/** A key that can sign. */
export interface Signer {
  readonly id: string;
  readonly privateKey: CryptoKey;
}

type Row = SigningKeyEntity;

/**
 * The keys that tokens are signed with. Each is published before it signs and until its last token has expired, so that
 * whoever verifies never meets one that they can't know. The first is made when one is needed, the next when the last
 * has grown old, by whichever process notices; they take turns under a lock.
 */
@Injectable()
export class SigningKeyService {
  private remembered: { readonly readAt: number; readonly keys: Promise<readonly Row[]> } | null = null;
  private lastKnown: readonly Row[] = [];
  private readonly opened = new Map<string, Promise<CryptoKey>>();

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly access: AccessService,
    private readonly cipher: Cipher,
    private readonly clock: Clock,
  ) {}

  async signer(): Promise<Signer> {
    const key = signerAmong(await this.current(), this.clock.now());
    if (!key) throw new Error('No signing key has begun to sign');
    return { id: key.id, privateKey: await this.open(key) };
  }

  /** The public halves. While the database is away, those that were known last: verifying must not depend on it. */
  async published(): Promise<readonly PublicKey[]> {
    const keys = await this.current().catch((error: unknown) => {
      if (this.lastKnown.length === 0) throw error;
      return this.lastKnown;
    });
    return keys.map(({ publicKey }) => publicKey);
  }

  /**
   * Makes a new key out of turn. It is published at once and signs in a minute and a half, when everybody has it. After a
   * compromise it signs immediately, and all others are withdrawn: their tokens are good for nothing wherever the list is
   * fetched again.
   * @throws STEP_UP_REQUIRED
   */
  async rotate(actor: Actor, why: Extract<RotationReason, 'asked' | 'compromised'>): Promise<Row> {
    const now = this.clock.now();
    refuseStaleProof(actor, now);
    const made = await this.database.transaction(async (tx) => {
      await takeTurns(tx);
      const key = await this.make(tx, actor, why === 'compromised' ? now : nextAtOnce(now), why);
      if (why === 'compromised') await tx.delete(SigningKeyEntity, { id: Not(key.id) });
      return key;
    });
    this.database.afterCommit(() => (this.remembered = null));
    return made;
  }

  private current(): Promise<readonly Row[]> {
    const now = performance.now();
    if (this.remembered && now - this.remembered.readAt < REMEMBERED_MS) return this.remembered.keys;
    const keys = this.read();
    const remembered = { readAt: now, keys };
    this.remembered = remembered;
    keys.then(
      (rows) => (this.lastKnown = rows),
      () => {
        if (this.remembered === remembered) this.remembered = null;
      },
    );
    return keys;
  }

  private async read(): Promise<readonly Row[]> {
    const keys = await this.database.reader.find(SigningKeyEntity, { order: { signsFrom: 'DESC' } });
    const now = this.clock.now();
    return nextDue(keys, now) === null && outlived(keys, now).length === 0 ? keys : this.maintain();
  }

  /** Makes the key that is due and drops those that are outlived, unless another process has just done so. */
  private maintain(): Promise<readonly Row[]> {
    return this.database.separateTransaction(async (tx) => {
      await takeTurns(tx);
      const now = this.clock.now();
      const keys = await tx.find(SigningKeyEntity);
      const due = nextDue(keys, now);
      if (due) {
        const system = this.access.actorFor({ kind: 'system' }, { ip: null, userAgent: null, requestId: '' });
        await this.make(tx, system, due, keys.length === 0 ? 'first' : 'age');
      }
      const old = outlived(keys, now).map(({ id }) => id);
      if (old.length > 0) await tx.delete(SigningKeyEntity, { id: In(old) });
      return tx.find(SigningKeyEntity, { order: { signsFrom: 'DESC' } });
    });
  }

  private async make(tx: Tx, actor: Actor, signsFrom: Date, why: RotationReason): Promise<Row> {
    const pair = await generateKeyPair(ALGORITHM, { extractable: true });
    const publicPart = await exportJWK(pair.publicKey);
    const id = await calculateJwkThumbprint(publicPart);
    const { kty = '', crv = '', x = '' } = publicPart;
    const key: Row = {
      id,
      publicKey: { kty, crv, x, kid: id, alg: ALGORITHM, use: 'sig' },
      privateKey: this.cipher.encrypt(Secret.of(await exportPKCS8(pair.privateKey)), placeOf(id)),
      createdAt: this.clock.now(),
      signsFrom,
    };
    await tx.insert(SigningKeyEntity, key);
    await this.audit.record(tx, actor, signingKeyRotated, { id, signsFrom, why });
    return key;
  }

  private open({ id, privateKey }: Row): Promise<CryptoKey> {
    const known = this.opened.get(id);
    if (known) return known;
    const opened = importPKCS8(this.cipher.decrypt(privateKey, placeOf(id)).reveal(), ALGORITHM);
    this.opened.clear();
    this.opened.set(id, opened);
    return opened;
  }
}

/** Only one process at a time decides that a key is due. */
async function takeTurns(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('signing keys'))`);
}

function placeOf(id: string): CipherPlace {
  return { table: 'signing_keys', column: 'private_key', row: id };
}
