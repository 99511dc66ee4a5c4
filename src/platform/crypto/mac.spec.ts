import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Signer } from './mac.js';
import { Secret } from './secret.js';

const signer = new Signer(Secret.of('a session secret'));
const expiresAt = new Date('2030-01-01T00:10:00Z');
const before = new Date('2030-01-01T00:09:59Z');

describe('a signed value', () => {
  it('is read back until it expires, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (value, purpose) => {
        expect(signer.verify(purpose, signer.sign(purpose, value, expiresAt), before)).toBe(value);
      }),
    );
  });

  it('is refused from the moment of its expiry on', () => {
    const signed = signer.sign('csrf', 'value', expiresAt);
    expect(signer.verify('csrf', signed, expiresAt)).toBeNull();
    expect(signer.verify('csrf', signed, new Date('2031-01-01'))).toBeNull();
  });

  it('is refused for another purpose', () => {
    expect(signer.verify('return-to', signer.sign('csrf', 'value', expiresAt), before)).toBeNull();
  });

  it('is refused where purpose and value were divided elsewhere', () => {
    const signed = signer.sign('ab', 'c', expiresAt);
    const mac = signed.split('.').at(-1) ?? '';
    const forged = signer.sign('a', 'bc', expiresAt).replace(/[^.]+$/, mac);
    expect(signer.verify('a', forged, before)).toBeNull();
  });

  it('is refused when it was signed with another secret', () => {
    const other = new Signer(Secret.of('another secret'));
    expect(signer.verify('csrf', other.sign('csrf', 'value', expiresAt), before)).toBeNull();
  });

  it('is refused when any one character was changed', () => {
    const signed = signer.sign('csrf', 'value', expiresAt);
    const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ');
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.constantFrom(...alphabet), (at, character) => {
        fc.pre(signed[at] !== character);
        const altered = signed.slice(0, at) + character + signed.slice(at + 1);
        expect(signer.verify('csrf', altered, before)).toBeNull();
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused with anything before or behind it', () => {
    const signed = signer.sign('csrf', 'value', expiresAt);
    for (const padded of [`${signed}.`, `${signed}=`, ` ${signed}`, `.${signed}`, `${signed}.${signed}`]) {
      expect(signer.verify('csrf', padded, before)).toBeNull();
    }
  });

  it('is refused, without an exception, where it is nothing of the kind', () => {
    fc.assert(
      fc.property(fc.string(), (junk) => {
        expect(signer.verify('csrf', junk, before)).toBeNull();
      }),
    );
    expect(signer.verify('csrf', 'dmFsdWU.9e99.x', before)).toBeNull();
  });
});

describe('a signer', () => {
  it('is not made with an empty secret', () => {
    expect(() => new Signer(Secret.of(''))).toThrow('must not be empty');
  });

  it('signs nothing for ever', () => {
    expect(() => signer.sign('csrf', 'value', new Date(Number.NaN))).toThrow('must have an expiry');
  });
});
