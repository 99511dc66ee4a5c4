import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Cipher, cipherKeyFrom, DecryptionError, type CipherPlace } from './cipher.js';
import { Secret } from './secret.js';

const place: CipherPlace = { table: 'sso_connections', column: 'client_secret', row: 'row-1' };
const oldKey = cipherKeyFrom(Secret.of('0'.repeat(64)));
const newKey = cipherKeyFrom(Secret.of('f'.repeat(64)));
const cipher = new Cipher({ current: oldKey });

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof DecryptionError) return error.reason;
    throw error;
  }
  return 'accepted';
}

describe('a cipher', () => {
  it('reads back what it wrote, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(cipher.decrypt(cipher.encrypt(Secret.of(text), place), place).reveal()).toBe(text);
      }),
    );
  });

  it('writes the version and the id of its key in front, and never the same text twice', () => {
    const [one, two] = [1, 2].map(() => cipher.encrypt(Secret.of('s3cret'), place));
    expect(one).toMatch(new RegExp(`^v1\\.${oldKey.id}\\.[\\w-]{16}\\.[\\w-]+$`));
    expect(one).not.toBe(two);
    expect(one).not.toContain('s3cret');
  });

  it.each([
    ['table', { ...place, table: 'sso_connection' }],
    ['column', { ...place, column: 'client_secret2' }],
    ['row', { ...place, row: 'row-2' }],
    ['split between column and row', { ...place, column: 'client_secre', row: 'trow-1' }],
  ])('refuses a value copied to another %s', (_part, elsewhere) => {
    const stored = cipher.encrypt(Secret.of('s3cret'), place);
    expect(refusal(() => cipher.decrypt(stored, elsewhere))).toBe('tampered');
  });

  it('refuses a value in which any one character was changed', () => {
    const stored = cipher.encrypt(Secret.of('s3cret'), place);
    const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.');
    fc.assert(
      fc.property(fc.nat(stored.length - 1), fc.constantFrom(...alphabet), (at, character) => {
        fc.pre(stored[at] !== character);
        const altered = stored.slice(0, at) + character + stored.slice(at + 1);
        expect(refusal(() => cipher.decrypt(altered, place))).not.toBe('accepted');
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a value with anything behind it', () => {
    expect(refusal(() => cipher.decrypt(`${cipher.encrypt(Secret.of('s3cret'), place)}.x`, place))).toBe('malformed');
  });

  it('refuses a value whose tag was cut short, which makes it easier to forge', () => {
    const [version, id, iv, sealed = ''] = cipher.encrypt(Secret.of(''), place).split('.');
    const short = Buffer.from(sealed, 'base64url').subarray(0, 4).toString('base64url');
    expect(refusal(() => cipher.decrypt([version, id, iv, short].join('.'), place))).toBe('malformed');
  });

  it.each(['', 'plain text', 'v1', 'v1.a.b.c', 'v2.00000000.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA'])(
    'refuses %j, which it did not write',
    (stored) => {
      expect(refusal(() => cipher.decrypt(stored, place))).toBe('malformed');
    },
  );

  it('writes with the current key and still reads what a previous one wrote', () => {
    const rotated = new Cipher({ current: newKey, previous: [oldKey] });
    const before = cipher.encrypt(Secret.of('s3cret'), place);
    expect(rotated.decrypt(before, place).reveal()).toBe('s3cret');
    expect(rotated.encrypt(Secret.of('s3cret'), place)).toMatch(new RegExp(`^v1\\.${newKey.id}\\.`));
  });

  it('says so when the key of a value is not among its keys', () => {
    const stored = new Cipher({ current: newKey }).encrypt(Secret.of('s3cret'), place);
    expect(refusal(() => cipher.decrypt(stored, place))).toBe('unknown-key');
  });

  it('refuses a value that names a key which did not write it', () => {
    const both = new Cipher({ current: oldKey, previous: [newKey] });
    const relabelled = cipher.encrypt(Secret.of('s3cret'), place).replace(oldKey.id, newKey.id);
    expect(refusal(() => both.decrypt(relabelled, place))).toBe('tampered');
  });

  it('names the place and not the value in its error', () => {
    expect(() => cipher.decrypt('v1.s3cret', place)).toThrow(
      'sso_connections.client_secret of row-1 cannot be decrypted: malformed',
    );
  });
});

describe('an encryption key', () => {
  it('has an id that follows from the key and does not contain it', () => {
    expect(cipherKeyFrom(Secret.of('F'.repeat(64)))).toEqual(newKey);
    expect(newKey.id).toMatch(/^[0-9a-f]{8}$/);
    expect(newKey.id).not.toBe(oldKey.id);
    expect(newKey.key.toString('hex')).not.toContain(newKey.id);
  });

  it.each(['', 'secret', 'f'.repeat(63), `${'f'.repeat(63)}g`])('is 64 hex digits, unlike %j', (hex) => {
    expect(() => cipherKeyFrom(Secret.of(hex))).toThrow('must be 64 hexadecimal digits');
  });

  it('is 32 bytes long and stands once in the list', () => {
    expect(() => new Cipher({ current: { id: 'short', key: Buffer.alloc(16) } })).toThrow('must be 32 bytes');
    expect(() => new Cipher({ current: oldKey, previous: [oldKey] })).toThrow('have one id');
  });
});
