import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { isPublicKey, isSecretKey, issueKeyPair } from '../src/api-keys/api-key-token.js';
import { issueScimToken } from '../src/scim/tokens/scim-token-text.js';

const page = readFileSync(path.resolve(import.meta.dirname, '../docs/api-keys.md'), 'utf8');

/** The expression that the page has for one half, or for a directory's token, as a scanner uses it: wherever it stands in a text. */
function patternOf(half: 'secret' | 'public' | 'SCIM'): RegExp {
  const [, source] = new RegExp(`^\\| ${half} \\| \`([^\`]+)\``, 'm').exec(page) ?? [];
  if (source === undefined) throw new Error(`The page has no expression for ${half}`);
  return new RegExp(source, 'g');
}

const [secret, publicHalf, scim] = [patternOf('secret'), patternOf('public'), patternOf('SCIM')];
const found = (text: string): string[] => [...text.matchAll(secret)].map(([match]) => match);

/** The checksum in the words of the page: what a scanner's author writes who has nothing but the page. */
function hasChecksum(key: string): boolean {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let value = crc32(key.slice(0, -6));
  let text = '';
  for (let place = 0; place < 6; place += 1) {
    text = digits.charAt(value % 62) + text;
    value = Math.floor(value / 62);
  }
  return key.endsWith(text);
}

const pairs = Array.from({ length: 5_000 }, issueKeyPair).map(({ publicKey, secretKey }) => ({
  publicKey,
  secretKey: secretKey.reveal(),
}));
const [{ publicKey, secretKey } = { publicKey: '', secretKey: '' }] = pairs;

describe('the expressions that the page gives to secret scanners', () => {
  it('match every key that is issued, whole, and each half by its own', () => {
    for (const pair of pairs) {
      expect(found(pair.secretKey)).toEqual([pair.secretKey]);
      expect(pair.publicKey.match(publicHalf)).toEqual([pair.publicKey]);
      expect([pair.publicKey.match(secret), pair.secretKey.match(publicHalf)]).toEqual([null, null]);
      expect([hasChecksum(pair.secretKey), hasChecksum(pair.publicKey)]).toEqual([true, true]);
    }
  });

  it('match every token of a directory, whole, and by its own alone', () => {
    for (let round = 0; round < 1_000; round += 1) {
      const token = issueScimToken().reveal();
      expect(`"bearerToken": "${token}"`.match(scim)).toEqual([token]);
      expect([found(token), token.match(publicHalf), secretKey.match(scim)]).toEqual([[], null, null]);
      expect(hasChecksum(token)).toBe(true);
    }
  });

  it('stand in the rules for Gitleaks as in the tables', () => {
    for (const { source } of [secret, scim]) expect(page).toContain(`regex = '''${source}'''`);
  });

  it.each([
    ['an assignment', `SECRET_KEY=${secretKey}`],
    ['an assignment with quotes', `export GATEHOUSE_SECRET_KEY="${secretKey}" # production`],
    ['YAML', `  secretKey: ${secretKey}  # of the chatbot`],
    ['YAML on one line', `{ publicKey: ${publicKey}, secretKey: ${secretKey}}`],
    ['JSON', `{"publicKey":"${publicKey}","secretKey":"${secretKey}","n":1}`],
    ['JSON within JSON', JSON.stringify({ body: JSON.stringify({ secretKey }) })],
    ['a URL with a user', `https://${publicKey}:${secretKey}@gatehouse.example/api`],
    ['the query of a URL', `GET /collect?key=${secretKey}&x=1 HTTP/1.1`],
    ['an encoded query', `/collect?body=%7B%22key%22%3A%22${secretKey}%22%7D`],
    ['a header', `curl -H "Authorization: Bearer ${secretKey}" https://gatehouse.example`],
    ['the middle of a sentence', `The key (${secretKey}) is dead; long live the next.`],
    ['a list', `${secretKey},`],
    ['lines that end as on Windows', `a\r\n${secretKey}\r\nb`],
  ])('find a key in %s', (_where, text) => {
    expect(found(text)).toEqual([secretKey]);
  });

  it('find each of several keys in one text', () => {
    const some = pairs.slice(0, 50).map((pair) => pair.secretKey);
    expect(found(some.join('\n'))).toEqual(some);
    expect(found(some.join(' '))).toEqual(some);
  });

  it.each([
    ['a key that was cut off', secretKey.slice(0, -1)],
    ['one with its start cut off', secretKey.slice(1)],
    ['one with a digit more', `${secretKey}0`],
    ['one broken over two lines', `${secretKey.slice(0, 30)}\n${secretKey.slice(30)}`],
    ['one in capitals', secretKey.toUpperCase()],
    ['one with a digit that there is none of', `${secretKey.slice(0, 20)}_${secretKey.slice(21)}`],
    ['one with letters that only look alike', `${secretKey.slice(0, 20)}а${secretKey.slice(21)}`],
    ['what a list shows in its place', `sk-gh-…${secretKey.slice(-4)}`],
    ['a placeholder', 'sk-gh-xxxxxxxxxxxx'],
    ['a public key', publicKey],
    ['a token of SCIM', issueScimToken().reveal()],
    // In pieces, since those who scan this repository should not stumble over them.
    ['one of OpenAI', ['sk-proj', 'A'.repeat(74), 'T3BlbkFJ', 'b'.repeat(74)].join('-')],
    ['one of Anthropic', ['sk-ant', 'api03', 'a'.repeat(93), 'AA'].join('-')],
    ['one of Stripe', ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_')],
    ['one of GitHub', ['ghp', 'a'.repeat(36)].join('_')],
    ['one of Langfuse', `sk-lf-${'0123abcd'.repeat(4)}`],
    ['a UUID after our prefix', 'sk-gh-123e4567-e89b-12d3-a456-426614174000'],
  ])('pass over %s', (_what, text) => {
    expect(found(text)).toEqual([]);
  });

  it('take a mistyped key for one until the checksum is looked at, which tells each of them', () => {
    let shaped = 0;
    for (const [round, pair] of pairs.entries()) {
      const place = 6 + (round % 49);
      const others = ['0', 'a', 'Z'].filter((digit) => digit !== pair.secretKey[place]);
      for (const digit of others) {
        const typo = pair.secretKey.slice(0, place) + digit + pair.secretKey.slice(place + 1);
        expect(found(typo)).toEqual([typo]);
        expect([hasChecksum(typo), isSecretKey(typo)]).toEqual([false, false]);
        shaped += 1;
      }
      const swapped = pair.publicKey.replace(/(.)(.)$/, '$2$1');
      if (swapped !== pair.publicKey) expect([hasChecksum(swapped), isPublicKey(swapped)]).toEqual([false, false]);
    }
    expect(shaped).toBeGreaterThan(10_000);
  });
});
