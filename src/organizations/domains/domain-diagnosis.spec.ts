import { describe, expect, it } from '@jest/globals';
import { diagnose } from './domain-diagnosis.js';
import { placesOf } from './domain-places.js';
import { nothingSeen, plainly, type Answer, type Evidence, type Seen } from './domain-seen.js';
import type { DomainDiagnosis, DomainProof } from './domain.types.js';

const recordValue = 'gatehouse-verify=AbC-123';
const record = { name: 'acme.test', recordName: '_gatehouse-verification.acme.test', recordValue };
const places = placesOf(record, 'https://gate.example:8443/base');
const now = new Date('2026-11-27T10:00:00.000Z');

const found = (records: readonly string[], chunked = false): Seen =>
  plainly({ outcome: 'found', records, chunked, askedOf: ['192.0.2.53'] });

const none = (reason: string, rememberedSeconds: number | null = null): Answer => ({
  outcome: 'none',
  reason,
  rememberedSeconds,
  askedOf: [],
});

const failed = (reason: string): Seen => plainly({ outcome: 'failed', reason, askedOf: ['192.0.2.53'] });

const missing = plainly(none('NXDOMAIN'));

function told(evidence: Partial<Evidence>, provenBy: DomainProof | null = null): DomainDiagnosis {
  return diagnose({ provenBy }, places, { ...nothingSeen, ...evidence }, now);
}

describe('the diagnosis of a domain', () => {
  it.each<[string, readonly string[], string, RegExp]>([
    ['one record with the value', [recordValue], 'MATCHED', /is there/],
    ['the value among others', ['v=spf1 -all', recordValue, 'other'], 'MATCHED', /is there/],
    ['no value at all', [''], 'DIFFERENT', /others may stay/],
    ['a record of something else', ['v=spf1 -all'], 'DIFFERENT', /record of its own/],
    ['the value in quotes', [`"${recordValue}"`], 'QUOTED', /without them/],
    ['the value in typographic quotes', [` “${recordValue}” `], 'QUOTED', /without them/],
    ['the value in another case', [recordValue.toLowerCase()], 'DIFFERENT', /upper and lower case/],
    ['something before the value', [`x ${recordValue}`], 'DIFFERENT', /before or after/],
    ['a space before the value', [` ${recordValue}`], 'DIFFERENT', /before or after/],
    ['something behind the value', [`${recordValue};`], 'DIFFERENT', /before or after/],
    ["another claim's value", ['gatehouse-verify=other'], 'DIFFERENT', /another organization's/],
    ['the value in two records', ['AbC-123', 'gatehouse-verify='], 'SPLIT', /as one record/],
  ])('tells %s', (_what, records, code, message) => {
    const { looks, ...look } = told({ TXT: found(records) });
    expect(looks).toEqual([look]);
    expect(look).toEqual({
      proof: 'TXT',
      code,
      message: expect.stringMatching(message),
      recordName: record.recordName,
      expected: recordValue,
      found: records,
      askedOf: ['192.0.2.53'],
      expectedBy: null,
    });
  });

  it('says that a value came in parts where that may be why it differs', () => {
    expect(told({ TXT: found(['gatehouse-verify= AbC-123'], true) }).message).toMatch(/several parts/);
    expect(told({ TXT: found(['gatehouse-verify= AbC-123']) }).message).not.toMatch(/several parts/);
  });

  it.each([
    ['NXDOMAIN', /There is no _gatehouse-verification\.acme\.test/],
    ['NODATA', /has no TXT record/],
  ] as const)('tells a missing record (%s) with what to add', (reason, message) => {
    const { code, message: words } = told({ TXT: plainly(none(reason)) });
    expect([code, words]).toEqual(['NOT_FOUND', expect.stringMatching(message)]);
  });

  it.each([
    ['_gatehouse-verification.acme.test.acme.test', /enter _gatehouse-verification as the name/],
    ['acme.test', /Move it to _gatehouse-verification\.acme\.test/],
  ])('tells a record that stands at %s instead with how to mend it', (place, message) => {
    const { code, message: words } = told({ TXT: { ...missing, misplacedAt: place } });
    expect([code, words]).toEqual(['MISPLACED', expect.stringMatching(message)]);
    expect(words).toContain(`stands at ${place} instead of ${record.recordName}`);
  });

  it('tells an alias in the way of the record, and what it points to', () => {
    expect(told({ TXT: { ...missing, aliasOf: 'shop.hosting.example' } })).toMatchObject({
      code: 'ALIASED',
      message: expect.stringMatching(/is an alias \(CNAME\) of shop\.hosting\.example/),
      found: ['shop.hosting.example'],
    });
  });

  it('says by when resolvers have forgotten that there is nothing, where the zone tells it', () => {
    const { expectedBy } = told({ TXT: plainly(none('NXDOMAIN', 900)) });
    expect(expectedBy).toEqual(new Date('2026-11-27T10:15:00.000Z'));
    expect(told({ TXT: missing }).expectedBy).toBeNull();
  });

  it('concludes nothing from a failed look', () => {
    expect(told({ TXT: failed('SERVFAIL') })).toMatchObject({
      code: 'LOOKUP_FAILED',
      message: expect.stringMatching(/SERVFAIL.*Try again later/),
      found: [],
    });
  });

  it('shows of foreign records no more than a page can hold, and what is invisible in them', () => {
    const records = ['a\u0000b\u200bc\u202ed', ...Array.from({ length: 50 }, () => 'x'.repeat(5000))];
    const diagnosis = told({ TXT: found(records) });
    expect(diagnosis.found[0]).toBe('a\\u{0}b\\u{200b}c\\u{202e}d');
    expect(diagnosis.found).toHaveLength(20);
    expect(diagnosis.found[1]).toHaveLength(300);
  });

  describe('of several looks', () => {
    const label = places.CNAME.value.split('.')[0] ?? '';
    const nowhere: Evidence = {
      TXT: missing,
      CNAME: missing,
      FILE: plainly(none('acme.test answered with an error.')),
    };

    it.each<[DomainProof, Seen]>([
      ['TXT', found([recordValue])],
      ['CNAME', found([`${label}.gate.example`])],
      ['FILE', found([recordValue])],
    ])('is content with one proof, be it %s', (proof, seen) => {
      expect(told({ ...nowhere, [proof]: seen })).toMatchObject({ proof, code: 'MATCHED' });
      expect(told({ TXT: failed('TIMEOUT'), CNAME: failed('TIMEOUT'), [proof]: seen }).code).toBe('MATCHED');
    });

    it('knows an alias by its first label, below whatever host and in whatever case', () => {
      for (const target of [`${label}.elsewhere.example`, `${label}.gate.example.acme.test`])
        expect(told({ ...nowhere, CNAME: found([target]) }).code).toBe('MATCHED');
      for (const target of ['gate.example', `x${label}.gate.example`, `x.${label}.gate.example`])
        expect(told({ ...nowhere, CNAME: found([target]) })).toMatchObject({ proof: 'CNAME', code: 'DIFFERENT' });
    });

    it('has each of them, and tells first what was attempted', () => {
      const diagnosis = told({ ...nowhere, FILE: found([`${recordValue} `]) });
      expect(diagnosis).toMatchObject({ proof: 'FILE', code: 'DIFFERENT', message: expect.stringMatching(/alone/) });
      expect(diagnosis.looks.map(({ proof, code }) => `${proof} ${code}`)).toEqual([
        'TXT NOT_FOUND',
        'CNAME NOT_FOUND',
        'FILE DIFFERENT',
      ]);
      expect(told({ ...nowhere, FILE: found(['gatehouse-verify=other']) }).message).toMatch(/another organization/);
    });

    it('tells of the proof that was known where none has been attempted', () => {
      expect(told(nowhere)).toMatchObject({ proof: 'TXT', code: 'NOT_FOUND' });
      expect(told(nowhere, 'FILE')).toMatchObject({
        proof: 'FILE',
        code: 'NOT_FOUND',
        message: expect.stringMatching(/no such file at https:\/\/acme\.test\/.*answered with an error/),
      });
    });

    it.each<[DomainProof | null, DomainProof, string]>([
      [null, 'TXT', 'LOOKUP_FAILED'],
      [null, 'CNAME', 'LOOKUP_FAILED'],
      [null, 'FILE', 'NOT_FOUND'],
      ['TXT', 'CNAME', 'LOOKUP_FAILED'],
      ['TXT', 'FILE', 'NOT_FOUND'],
      ['CNAME', 'TXT', 'LOOKUP_FAILED'],
      ['FILE', 'FILE', 'LOOKUP_FAILED'],
      ['FILE', 'TXT', 'LOOKUP_FAILED'],
    ])('of a domain proven by %s of which %s failed: %s', (provenBy, proof, code) => {
      expect(told({ ...nowhere, [proof]: failed('TIMEOUT') }, provenBy).code).toBe(code);
    });
  });
});

describe('the places of proof', () => {
  it.each([
    ['https://gate.example:8443/base', /^[0-9a-f]{40}\.gate\.example$/],
    ['https://B\u00fccher.example', /^[0-9a-f]{40}\.xn--bcher-kva\.example$/],
    ['http://localhost:3000', /^[0-9a-f]{40}\.localhost$/],
    ['http://127.0.0.1:3000', /^[0-9a-f]{40}\.gatehouse\.invalid$/],
    ['http://[::1]:3000', /^[0-9a-f]{40}\.gatehouse\.invalid$/],
  ])('of %s are a record for each kind, and a file', (rootUrl, target) => {
    expect(placesOf(record, rootUrl)).toEqual({
      TXT: { proof: 'TXT', name: record.recordName, value: recordValue },
      CNAME: { proof: 'CNAME', name: '_gatehouse-challenge.acme.test', value: expect.stringMatching(target) },
      FILE: {
        proof: 'FILE',
        name: 'https://acme.test/.well-known/gatehouse-domain-verification',
        value: recordValue,
      },
    });
  });
});
