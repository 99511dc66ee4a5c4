import { createHmac } from 'node:crypto';
import { sameDigest, sha256 } from './digest.js';
import type { Secret } from './secret.js';

/**
 * Signs short-lived values that travel through a browser and are not worth a row: HMAC-SHA256, bound to a purpose, so
 * that what was signed for one cannot be used for another. The value can be read by whoever holds it.
 */
export class Signer {
  constructor(private readonly secret: Secret) {
    if (secret.reveal() === '') throw new Error('A signing secret must not be empty');
  }

  /** `<value in base64url>.<expiry in seconds since 1970>.<mac>`; the expiry is rounded down to the second. */
  sign(purpose: string, value: string, expiresAt: Date): string {
    const expiry = Math.floor(expiresAt.getTime() / 1000);
    if (!Number.isFinite(expiry)) throw new RangeError('A signed value must have an expiry');
    const mac = createHmac('sha256', this.secret.reveal())
      .update(JSON.stringify(['gatehouse/signer/v1', purpose, value, expiry]))
      .digest('base64url');
    return `${Buffer.from(value).toString('base64url')}.${expiry}.${mac}`;
  }

  /** The value, or null where it was altered, signed for another purpose or with another secret, or has expired. */
  verify(purpose: string, signed: string, now: Date): string | null {
    const [encoded = '', expiryText = ''] = signed.split('.');
    const value = Buffer.from(encoded, 'base64url').toString();
    const expiresAt = new Date(Number(expiryText) * 1000);
    if (Number.isNaN(expiresAt.getTime())) return null;
    // Signed again and compared whole: a second spelling of the same parts is no more valid than a wrong MAC.
    if (!sameDigest(sha256(this.sign(purpose, value, expiresAt)), sha256(signed))) return null;
    return now < expiresAt ? value : null;
  }
}
