import { createPrivateKey, webcrypto, type KeyObject } from 'node:crypto';
import type { Secret } from './secret.js';

/** How a key signs, in Web Crypto's terms: RS256, ES256, ES384, ES512 or Ed25519 (RFC 7518 3.1, RFC 9864). */
type SigningAlgorithm = webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | webcrypto.Algorithm;

const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** A private key that proves us to somebody else by a signature. Like a `Secret`, it shows nothing of itself. */
export class SigningKey {
  readonly #key: KeyObject;
  readonly #algorithm: SigningAlgorithm;
  #imported: Promise<webcrypto.CryptoKey> | null = null;

  private constructor(key: KeyObject, algorithm: SigningAlgorithm) {
    this.#key = key;
    this.#algorithm = algorithm;
  }

  /**
   * Reads a key once, so that a bad one is found at the start.
   * @param pem PKCS#8, PKCS#1 or SEC 1, not encrypted; `\n` may stand for a line's end, as in a variable of one line
   * @returns null for what is no private key, or one that signs in no way that providers know
   */
  static read(pem: Secret): SigningKey | null {
    const key = parse(pem.reveal().replaceAll('\\n', '\n'));
    const algorithm = key && algorithmOf(key);
    return key && algorithm && new SigningKey(key, algorithm);
  }

  /** As Web Crypto has it; it can't be taken out again. */
  forWebCrypto(): Promise<webcrypto.CryptoKey> {
    const der = this.#key.export({ type: 'pkcs8', format: 'der' });
    this.#imported ??= webcrypto.subtle.importKey('pkcs8', der, this.#algorithm, false, ['sign']);
    return this.#imported;
  }
}

function parse(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): SigningAlgorithm | null {
  // RFC 7518 3.3: 2048 bits at least.
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  if (type === 'ed25519') return { name: 'Ed25519' };
  const namedCurve = type === 'ec' ? curves[details?.namedCurve ?? ''] : undefined;
  return namedCurve === undefined ? null : { name: 'ECDSA', namedCurve };
}
