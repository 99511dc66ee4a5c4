import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseEmailAddress } from './email-address.js';

describe('an email address', () => {
  it.each([
    ['ann@acme.test', 'ann@acme.test'],
    ['A@X.Test.', 'a@x.test'],
    ['  Ann.Lee+news@Acme.Test\n', 'ann.lee+news@acme.test'],
    ["o'neil_x-1@sub.acme.test", "o'neil_x-1@sub.acme.test"],
    ['ann@bücher.de', 'ann@xn--bcher-kva.de'],
    ['ann@XN--BCHER-KVA.de', 'ann@xn--bcher-kva.de'],
    ['ann@ａｃｍｅ．ｔｅｓｔ', 'ann@acme.test'],
    ['ann@аcme.test', 'ann@xn--cme-5cd.test'],
  ])('%j is held as %s (SECURITY 43)', (input, address) => {
    expect(parseEmailAddress(input)).toEqual({ address, domain: address.split('@')[1] });
  });

  it.each([
    '',
    'ann',
    '@acme.test',
    'ann@',
    'ann@@acme.test',
    'ann@acme.test@evil.test',
    'ann@acme.test,bob@acme.test',
    'ann@acme.test, bob',
    'ann@acme.test;bob',
    'ann,bob@acme.test',
    'ann;bob@acme.test',
    '"ann"@acme.test',
    '"ann@evil.test"@acme.test',
    'Ann <ann@acme.test>',
    '<ann@acme.test>',
    'ann(comment)@acme.test',
    'ann@acme.test(comment)',
    'ann lee@acme.test',
    'ann@acme .test',
    'ann\0@acme.test',
    'ann@acme.test\0',
    'ann@acme.test\r\nBcc: bob@evil.test',
    'ann\r\n@acme.test',
    'mailto:ann@acme.test',
    '.ann@acme.test',
    'ann.@acme.test',
    'an..n@acme.test',
    'ann@acme.test..',
    'ann@.acme.test',
    'ann@acme_x.test',
    'ann@localhost',
    'ann@127.0.0.1',
    'ann@[127.0.0.1]',
    'ann@[IPv6:::1]',
    'ann@acme%2Etest',
    'ann@evil.test＠acme.test',
    'ann＠acme.test',
    'änn@acme.test',
    'аnn@acme.test',
    '\u212aim@acme.test',
    'ann@xn--a.test',
    `${'a'.repeat(65)}@acme.test`,
    `${'a'.repeat(64)}@${'b.'.repeat(93)}test`,
    `${'a'.repeat(1_000_000)}@acme.test`,
  ])('%j is refused (SECURITY 43, 96)', (input) => {
    expect(parseEmailAddress(input)).toBeNull();
  });

  it.each([undefined, null, 7, {}, ['ann@acme.test'], { toString: () => 'ann@acme.test' }])(
    'is a string, and not %j',
    (input) => {
      expect(parseEmailAddress(input)).toBeNull();
    },
  );

  it('may have a local part of 64 characters and 254 in all', () => {
    const longest = `${'a'.repeat(64)}@${'b.'.repeat(92)}btest`;
    expect(longest).toHaveLength(254);
    expect(parseEmailAddress(longest)?.address).toBe(longest);
  });

  it('once read is read the same again, and has exactly one @ and nothing that ends a header or a list', () => {
    const parts = fc.string({ unit: fc.constantFrom(...Array.from('aZ.@"<>,; \0\r\nｅ＠。é%[]-')) });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          parts,
          fc.tuple(parts, parts).map((two) => two.join('@')),
        ),
        (input) => {
          const parsed = parseEmailAddress(input);
          if (!parsed) return;
          expect(parsed.address).toMatch(/^[^\s"<>,;@A-Z\u0080-\uffff]+@[a-z0-9.-]+$/);
          expect(parseEmailAddress(parsed.address)).toEqual(parsed);
          expect(parseEmailAddress(input.toUpperCase())).toEqual(parsed);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
