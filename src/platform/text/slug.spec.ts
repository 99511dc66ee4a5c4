import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { slugOf } from './slug.js';

const id = '01a20083-4387-7fa3-8ef3-ffd47629A8BF';

describe('a slug', () => {
  it.each([
    ['Acme GmbH & Co.', 'acme-gmbh-co-29a8bf'],
    ['  Zoë’s Café  ', 'zoe-s-cafe-29a8bf'],
    ['ＡＣＭＥ ①', 'acme-1-29a8bf'],
    ['---', '29a8bf'],
    ['日本', '29a8bf'],
    ['', '29a8bf'],
    ['../../etc/passwd', 'etc-passwd-29a8bf'],
    [`${'a'.repeat(47)} b`, `${'a'.repeat(47)}-29a8bf`],
  ])('of %j is %s', (name, slug) => {
    expect(slugOf(name, id)).toBe(slug);
  });

  it('keeps two things of one name apart', () => {
    expect(slugOf('Acme', 'x-000001')).not.toBe(slugOf('Acme', 'x-000002'));
  });

  it('is short, and fit for an address, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.uuid(), (name, uuid) => {
        const slug = slugOf(name, uuid);
        expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(slug.length).toBeLessThanOrEqual(55);
      }),
    );
  });
});
