import { describe, expect, it } from '@jest/globals';
import type { TxtAnswer } from '../../platform/dns/dns-lookup.js';
import { diagnose } from './domain-diagnosis.js';
import type { RecordSeen } from './domain-record.service.js';

const recordValue = 'gatehouse-verify=AbC-123';
const record = { recordName: '_gatehouse-verification.acme.test', recordValue };

const seen = (answer: TxtAnswer, misplacedAt: string | null = null): RecordSeen => ({ answer, misplacedAt });

const found = (records: readonly string[], chunked = false): RecordSeen =>
  seen({ outcome: 'found', records, chunked, askedOf: ['192.0.2.53'] });

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
    expect(diagnose(record, found(records))).toEqual({
      code,
      message: expect.stringMatching(message),
      recordName: record.recordName,
      expected: recordValue,
      found: records,
      askedOf: ['192.0.2.53'],
    });
  });

  it('says that a value came in parts where that may be why it differs', () => {
    expect(diagnose(record, found(['gatehouse-verify= AbC-123'], true)).message).toMatch(/several parts/);
    expect(diagnose(record, found(['gatehouse-verify= AbC-123'])).message).not.toMatch(/several parts/);
  });

  it.each([
    ['NXDOMAIN', /There is no _gatehouse-verification\.acme\.test/],
    ['NODATA', /has no TXT record/],
  ] as const)('tells a missing record (%s) with what to add', (reason, message) => {
    const { code, message: told } = diagnose(record, seen({ outcome: 'none', reason, askedOf: [] }));
    expect([code, told]).toEqual(['NOT_FOUND', expect.stringMatching(message)]);
  });

  it.each([
    ['_gatehouse-verification.acme.test.acme.test', /enter _gatehouse-verification as the name/],
    ['acme.test', /Move it to _gatehouse-verification\.acme\.test/],
  ])('tells a record that stands at %s instead with how to mend it', (place, message) => {
    const { code, message: told } = diagnose(record, seen({ outcome: 'none', reason: 'NXDOMAIN', askedOf: [] }, place));
    expect([code, told]).toEqual(['MISPLACED', expect.stringMatching(message)]);
    expect(told).toContain(`stands at ${place} instead of ${record.recordName}`);
  });

  it('concludes nothing from a failed look', () => {
    const diagnosis = diagnose(record, seen({ outcome: 'failed', reason: 'SERVFAIL', askedOf: ['192.0.2.53'] }));
    expect(diagnosis).toMatchObject({
      code: 'LOOKUP_FAILED',
      message: expect.stringMatching(/SERVFAIL.*Try again later/),
      found: [],
    });
  });

  it('shows of foreign records no more than a page can hold, and what is invisible in them', () => {
    const records = ['a\u0000b\u200bc\u202ed', ...Array.from({ length: 50 }, () => 'x'.repeat(5000))];
    const diagnosis = diagnose(record, found(records));
    expect(diagnosis.found[0]).toBe('a\\u{0}b\\u{200b}c\\u{202e}d');
    expect(diagnosis.found).toHaveLength(20);
    expect(diagnosis.found[1]).toHaveLength(300);
  });
});
