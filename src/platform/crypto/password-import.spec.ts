import { describe, expect, it } from '@jest/globals';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { scryptSync } from 'node:crypto';
import { readPasswordHash } from './password-hash-format.js';
import { PasswordHasher } from './password-hasher.js';

const hasher = new PasswordHasher();
const password = 'correct horse battery';
const salt = Buffer.from('a salt of 16 by.');

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
const scryptOf = (text: string, ln = 10, r = 8, p = 1): string => {
  const key = scryptSync(text, salt, 32, { cost: 2 ** ln, blockSize: r, parallelization: p, maxmem: 2 ** 30 });
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(key)}`;
};

describe('a hash that another system has made', () => {
  it('is checked: bcrypt in its three spellings, and scrypt', async () => {
    const made = await bcrypt(password, 4);
    const hashes = [
      ...['2a', '2b', '2y'].map((name) => made.replace('$2b$', `$${name}$`)),
      scryptOf(password),
      scryptOf(password, 4, 2, 3),
    ];
    for (const stored of hashes) {
      expect([await hasher.verify(stored, password), await hasher.verify(stored, `${password} `)]).toEqual([
        true,
        false,
      ]);
    }
  });

  it('is that of another implementation, byte for byte (RFC 7914, 12: "pleaseletmein")', async () => {
    const key = Buffer.from(
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
      'hex',
    );
    const stored = `$scrypt$ln=14,r=8,p=1$${unpadded(Buffer.from('SodiumChloride'))}$${unpadded(key)}`;
    expect(await hasher.verify(stored, 'pleaseletmein')).toBe(true);
  });

  it('is that of the text as it was typed once, or of its normal form', async () => {
    for (const stored of [
      await bcrypt('cafe\u0301 au lait', 4),
      scryptOf('cafe\u0301 au lait'),
      await bcrypt('caf\u00e9 au lait', 4),
    ])
      expect(await hasher.verify(stored, 'cafe\u0301 au lait')).toBe(true);
  });

  it('of bcrypt ends at 72 bytes, and is not fooled by a NUL', async () => {
    const long = 'x'.repeat(72);
    const stored = await bcrypt(long, 4);
    expect(await hasher.verify(stored, `${long}whatever`)).toBe(true);
    expect(await hasher.verify(stored, 'x'.repeat(71))).toBe(false);
    expect(await hasher.verify(await bcrypt('ab', 4), 'ab\0ab')).toBe(false);
  });

  it('is to be replaced, as is one of argon2id with less than today’s memory or work', async () => {
    const weaker = (memoryCost: number, timeCost: number) => argon2(password, { memoryCost, timeCost, parallelism: 1 });
    expect(hasher.weaknessOf(await bcrypt(password, 4))).toBe('bcrypt');
    expect(hasher.weaknessOf(scryptOf(password))).toBe('scrypt');
    expect(hasher.weaknessOf(await weaker(19_455, 3))).toBe('argon2id');
    expect(hasher.weaknessOf(await weaker(19_456, 1))).toBe('argon2id');
    expect(hasher.weaknessOf(await hasher.hash(password))).toBeNull();
    expect(hasher.weaknessOf(await weaker(65_536, 1))).toBeNull();
  });

  it.each([
    'plain text',
    '',
    '$2b$04$tooshort',
    `$2b$15$${'a'.repeat(53)}`,
    `$2b$03$${'a'.repeat(53)}`,
    `$2x$10$${'a'.repeat(53)}`,
    '$1$salt$abcdefghijklmnopqrstuv',
    '$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHRzYWx0$c29tZWhhc2hvZjMyYnl0ZXNzb21laGFzaG9mMzI',
    '$argon2id$v=19$m=1000000,t=2,p=1$c29tZXNhbHRzYWx0$c29tZWhhc2hvZjMyYnl0ZXNzb21laGFzaG9mMzI',
    '$argon2id$v=19$m=4,t=2,p=1$c29tZXNhbHRzYWx0$c29tZWhhc2hvZjMyYnl0ZXNzb21laGFzaG9mMzI',
    scryptOf(password).replace('ln=10', 'ln=18'),
    scryptOf(password).replace('ln=10', 'ln=0'),
    scryptOf(password).replace('p=1', 'p=999'),
    `${scryptOf(password)}\n`,
  ])('is none, or costs too much to check: %j', async (stored) => {
    expect(readPasswordHash(stored)).toBeNull();
    expect(await hasher.verify(stored, password)).toBe(false);
  });
});
