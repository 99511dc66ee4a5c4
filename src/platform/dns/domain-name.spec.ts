import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDomainName } from './domain-name.js';
import { freeMailDomains } from './free-mail-domains.js';

function nameOf(input: string): string {
  const parsed = parseDomainName(input);
  return parsed.ok ? parsed.name : parsed.reason;
}

describe('a domain name', () => {
  it.each([
    'acme.test',
    'sub.example.co.uk',
    'example.com',
    'a-b.example',
    'acme.github.io',
    'xn--bcher-kva.de',
    '3com.com',
  ])('%s is accepted as it stands', (name) => {
    expect(nameOf(name)).toBe(name);
  });

  it.each([
    ['capitals', 'ACME.Test'],
    ['spaces around', '  acme.test\t'],
    ['a trailing dot', 'acme.test.'],
    ['full-width letters and dots', 'ＡＣＭＥ．ｔｅｓｔ'],
    ['an ideographic full stop', 'acme。test'],
    ['an invisible soft hyphen', 'ac\u00adme.test'],
  ])('with %s is the same name (SECURITY 65, 66)', (_what, typed) => {
    expect(nameOf(typed)).toBe('acme.test');
  });

  it('in another script is held as A-labels, so that look-alikes differ on sight', () => {
    expect(parseDomainName('аpple.com')).toEqual({ ok: true, name: 'xn--pple-43d.com', unicode: 'аpple.com' });
    expect(parseDomainName('Bücher.de')).toEqual({ ok: true, name: 'xn--bcher-kva.de', unicode: 'bücher.de' });
  });

  it.each([
    ['empty', ['', '   ']],
    [
      'ip-address',
      [
        '127.0.0.1',
        '8.8.8.8',
        '::1',
        '[2001:db8::1]',
        '2130706433',
        '0x7f.1',
        '017700000001',
        '１２７.０.０.１',
        '127.0.0.1.',
      ],
    ],
    ['wildcard', ['*', '*.acme.test', 'acme.*']],
    ['single-label', ['localhost', 'intranet', 'LOCALHOST.']],
    ['public-suffix', ['com', 'co.uk', 'kawasaki.jp', 'anything.ck', '公司.cn', 'xn--55qx5d.cn']],
    ['private-suffix', ['github.io', 'herokuapp.com', 's3.amazonaws.com', 'GitHub.io.']],
    ['free-mail', ['gmail.com', 'Yahoo.co.uk', 'mail.gmail.com', 'proton.me']],
    ['disposable-mail', ['mailinator.com', 'YOPMAIL.com.', 'inbox.guerrillamail.com', '0-mailer.dynv6.net']],
  ])('is refused as %s (SECURITY 63)', (reason, inputs) => {
    expect(inputs.map(nameOf)).toEqual(inputs.map(() => reason));
  });

  it.each([
    'a b.com',
    'a_b.com',
    '_gatehouse-verification.acme.test',
    'acme..test',
    '.acme.test',
    'acme.test..',
    '-acme.test',
    'acme-.test',
    'acme.123',
    '%61cme.test',
    'acme%2Etest',
    'acme.test:443',
    'acme.test?x',
    'acme.test#x',
    'acme.test\\x',
    'ac\tme.test',
    'ac\nme.test',
    'acme.test\0',
    'acme.test,evil.test',
    'acme.test;evil.test',
    '<acme.test>',
    'xn--',
    'xn--a.com',
    'xn--zzzzzz99999.com',
    'a\u200db.com',
    '\ud800.com',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(126)}com`,
  ])('%j is refused as invalid', (input) => {
    expect(nameOf(input)).toBe('invalid');
  });

  it('of a million letters is refused before it costs anything', () => {
    const start = performance.now();
    expect(nameOf('ü'.repeat(1_000_000))).toBe('invalid');
    expect(performance.now() - start).toBeLessThan(40);
  });

  it('may have labels of 63 octets and 253 in all', () => {
    const longest = `${'a.'.repeat(123)}${'b'.repeat(3)}.com`;
    expect(longest).toHaveLength(253);
    expect(nameOf(longest)).toBe(longest);
    expect(nameOf(`b${longest}`)).toBe('invalid');
    expect(nameOf(`${'a'.repeat(63)}.com`)).toBe(`${'a'.repeat(63)}.com`);
  });

  it('of every provider in the list of free mail is refused', () => {
    expect([...freeMailDomains].filter((domain) => nameOf(domain) !== 'free-mail')).toEqual([]);
  });

  it('is not refused for being like that of a disposable provider, or above one', () => {
    expect(['acme-yopmail.com', 'mailinator.com.acme.test', 'acme.dynv6.net'].map(nameOf)).toEqual([
      'acme-yopmail.com',
      'mailinator.com.acme.test',
      'acme.dynv6.net',
    ]);
  });

  it('typed as a web address or an email address is answered with what to type instead', () => {
    expect(parseDomainName('https://acme.test/')).toMatchObject({
      reason: 'invalid',
      message: expect.stringMatching(/web address/),
    });
    expect(parseDomainName('acme.test/path')).toMatchObject({
      reason: 'invalid',
      message: expect.stringMatching(/web address/),
    });
    expect(parseDomainName('ann@acme.test')).toMatchObject({
      reason: 'invalid',
      message: expect.stringMatching(/after the @/),
    });
    expect(parseDomainName('ac me')).toMatchObject({
      reason: 'invalid',
      message: expect.stringMatching(/in the form example\.com/),
    });
  });

  it('once read is read the same again, and stays within letters, digits and hyphens', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.domain(),
          fc.string({ unit: 'grapheme' }).map((label) => `${label}.test`),
        ),
        (input) => {
          const parsed = parseDomainName(input);
          if (!parsed.ok) return;
          expect(parsed.name).toMatch(/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/);
          expect(nameOf(parsed.name)).toBe(parsed.name);
          expect(nameOf(parsed.unicode)).toBe(parsed.name);
          expect(nameOf(` ${input}. `)).toBe(parsed.name);
        },
      ),
      { numRuns: 500 },
    );
  });
});
