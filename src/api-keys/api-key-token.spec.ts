import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Secret } from '../platform/crypto/secret.js';
import { displayOf, isPublicKey, isSecretKey, issueKeyPair, publicKeyShape, secretKeyShape } from './api-key-token.js';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A different character in place of one of the key's own. */
function mistyped(key: string, place: number, by: number): string {
  const old = digits.indexOf(key.charAt(place));
  return key.slice(0, place) + digits.charAt((old + by) % digits.length) + key.slice(place + 1);
}

function swapped(key: string, place: number): string {
  return key.slice(0, place) + key.charAt(place + 1) + key.charAt(place) + key.slice(place + 2);
}

const anyPlace = (key: string) => fc.integer({ min: 'sk-gh-'.length, max: key.length - 1 });

describe('a new key', () => {
  it('has the published shape in both halves, and a right checksum', () => {
    const { publicKey, secretKey } = issueKeyPair();
    expect(publicKey).toMatch(publicKeyShape);
    expect(secretKey.reveal()).toMatch(secretKeyShape);
    expect([isPublicKey(publicKey), isSecretKey(secretKey.reveal())]).toEqual([true, true]);
  });

  it('uses its whole alphabet evenly, in every place of the secret that is free', () => {
    const secrets = Array.from({ length: 3_000 }, () => issueKeyPair().secretKey.reveal());
    expect(new Set(secrets).size).toBe(secrets.length);
    // The first digit of 43 holds what 256 bits leave over: it is 0 or 1 but rarely more.
    for (const place of [7, 20, 35, 48]) {
      const seen = new Set(secrets.map((secret) => secret.charAt('sk-gh-'.length + place)));
      expect([place, seen.size]).toEqual([place, digits.length]);
    }
  });

  it('prints as stars wherever it is logged by mistake', () => {
    expect(JSON.stringify(issueKeyPair())).toMatch(/"secretKey":"\*\*\*"/);
  });

  it('is shown by its start and its last four characters', () => {
    expect(displayOf(Secret.of(`sk-gh-${'x'.repeat(45)}9aBc`))).toBe('sk-gh-…9aBc');
  });
});

describe('a key with a typing mistake', () => {
  const { publicKey, secretKey } = issueKeyPair();
  const secret = secretKey.reveal();

  it('is refused for any one wrong character, without a look-up', () => {
    fc.assert(
      fc.property(
        anyPlace(secret),
        fc.integer({ min: 1, max: 61 }),
        (place, by) => !isSecretKey(mistyped(secret, place, by)),
      ),
    );
    fc.assert(
      fc.property(
        anyPlace(publicKey),
        fc.integer({ min: 1, max: 61 }),
        (place, by) => !isPublicKey(mistyped(publicKey, place, by)),
      ),
    );
  });

  it('is refused for any two neighbours that changed places', () => {
    fc.assert(
      fc.property(
        anyPlace(secret),
        (place) => swapped(secret, place) === secret || !isSecretKey(swapped(secret, place)),
      ),
    );
  });

  it('is refused when it was cut short, padded or put under the other prefix', () => {
    const wrong = [
      secret.slice(0, -1),
      `${secret}0`,
      ` ${secret}`,
      `${secret}\n`,
      secret.toUpperCase(),
      secret.replace('sk-', 'pk-'),
      'sk-gh-',
      '',
    ];
    expect(wrong.filter(isSecretKey)).toEqual([]);
    expect([secret, publicKey.replace('pk-', 'sk-'), publicKey.slice(1)].filter(isPublicKey)).toEqual([]);
  });
});

describe('a key from another system, which configuration brings along', () => {
  it('is taken as it is when it is long enough not to be guessed', () => {
    expect(isSecretKey('sk-lf-7c1d0a52-3f3e-4a46-9f13-2b1f6d2f2f0e')).toBe(true);
    expect(isPublicKey('pk-lf-1234567890')).toBe(true);
    expect(isSecretKey('sk-lf-too-short')).toBe(false);
  });

  it('cannot pass for one of ours that lacks its checksum', () => {
    expect(isSecretKey(`sk-gh-${'a'.repeat(60)}`)).toBe(false);
  });
});
