import { randomBytes } from 'node:crypto';
import { Secret as Key, TOTP } from 'otpauth';
import { Secret } from './secret.js';

/** What every authenticator app understands: six digits, a new code every thirty seconds, HMAC-SHA-1 (RFC 6238, 1.2). */
const format = { algorithm: 'SHA1', digits: 6, period: 30 } as const;

/** 160 bits, as RFC 4226 (4, R6) recommends. */
const KEY_BYTES = 20;

/** How many steps a phone's clock may be off, either way (RFC 6238, 5.2). */
const SKEW_STEPS = 1;

/** A new key of an authenticator app, in Base32 without padding: 32 characters. */
export function newCodeKey(): Secret {
  return Secret.of(new Key({ buffer: new Uint8Array(randomBytes(KEY_BYTES)).buffer }).base32);
}

/** The address that an authenticator app reads from a QR code: `otpauth://totp/…`. It holds the key. */
export function codeKeyUri(key: Secret, names: { readonly issuer: string; readonly label: string }): Secret {
  return Secret.of(new TOTP({ ...format, ...names, secret: key.reveal() }).toString());
}

/**
 * The time step of a code: thirty seconds each, counted from 1970. Null for what is no code of this key, or of another time.
 * A caller accepts a step once, and none before it (RFC 6238, 5.2).
 */
export function stepOfCode(key: Secret, code: string, now: Date): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const timestamp = now.getTime();
  const totp = new TOTP({ ...format, secret: key.reveal() });
  const delta = totp.validate({ token: code, timestamp, window: SKEW_STEPS });
  return delta === null ? null : totp.counter({ timestamp }) + delta;
}
