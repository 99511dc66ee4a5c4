import type { TxtAnswer } from '../../platform/dns/dns-lookup.js';
import { shortened, withInvisiblesShown } from '../../platform/text/printable.js';
import type { RecordSeen } from './domain-record.service.js';
import type { DiagnosisCode, Domain, DomainDiagnosis } from './domain.types.js';

/** How much of a foreign record is kept and shown. */
const SHOWN_RECORDS = 20;
const SHOWN_LENGTH = 300;

/** What every value of ours begins with. */
export const VALUE_PREFIX = 'gatehouse-verify=';

type Finding = Pick<DomainDiagnosis, 'code' | 'message'>;

/**
 * Compares what DNS holds with the record that would prove the domain. Only the exact value counts, in any one of
 * several records; everything near it is told apart, so that whoever set the record knows what to change.
 */
export function diagnose(
  { recordName, recordValue }: Pick<Domain, 'recordName' | 'recordValue'>,
  { answer, misplacedAt }: RecordSeen,
): DomainDiagnosis {
  const records = answer.outcome === 'found' ? answer.records : [];
  return {
    ...(misplacedAt === null ? findingOf(recordName, recordValue, answer) : misplaced(recordName, misplacedAt)),
    recordName,
    expected: recordValue,
    found: records.slice(0, SHOWN_RECORDS).map((record) => shortened(withInvisiblesShown(record), SHOWN_LENGTH)),
    askedOf: answer.askedOf,
  };
}

function findingOf(name: string, expected: string, answer: TxtAnswer): Finding {
  switch (answer.outcome) {
    case 'failed':
      return finding(
        'LOOKUP_FAILED',
        `DNS gave no usable answer (${answer.reason}), so nothing was changed. Try again later.`,
      );
    case 'none':
      return finding(
        'NOT_FOUND',
        `${absences[answer.reason](name)} Add it with this value. A new record can take some minutes to be seen.`,
      );
    case 'found':
      return compare(expected, answer.records, answer.chunked);
  }
}

function misplaced(recordName: string, place: string): Finding {
  const remedy = place.startsWith(`${recordName}.`)
    ? `The DNS panel has appended the domain by itself: enter ${recordName.split('.')[0]} as the name there.`
    : `Move it to ${recordName}; many DNS panels want that without the domain at its end.`;
  return finding('MISPLACED', `The record stands at ${place} instead of ${recordName}. ${remedy}`);
}

const absences = {
  NXDOMAIN: (name: string) => `There is no ${name}: the TXT record is missing, or stands at another name.`,
  NODATA: (name: string) => `${name} exists and has no TXT record.`,
} as const;

function compare(expected: string, records: readonly string[], chunked: boolean): Finding {
  if (records.includes(expected)) return finding('MATCHED', 'The record is there.');
  if (records.some((record) => isQuoted(record, expected))) {
    return finding('QUOTED', 'The record holds the value in quotation marks, which count. Enter it without them.');
  }
  if (isSplit(expected, records)) {
    return finding('SPLIT', 'The value is spread over several TXT records. Enter it as one record.');
  }
  const joined = chunked ? ' (A record here comes in several parts; they are joined with nothing between them.)' : '';
  return finding('DIFFERENT', `A TXT record is there with another value. ${hintFor(expected, records)}${joined}`);
}

/** The nearest miss, told with its remedy. */
function hintFor(expected: string, records: readonly string[]): string {
  if (records.some((record) => record.toLowerCase() === expected.toLowerCase())) {
    return 'It differs in upper and lower case alone, which counts. Copy the value instead of typing it.';
  }
  if (records.some((record) => record.includes(expected))) {
    return 'It has something before or after the value. Enter the value alone.';
  }
  if (records.some((record) => record.toLowerCase().startsWith(VALUE_PREFIX))) {
    return "It belongs to an earlier claim or to another organization's. Add this value as a record of its own beside it.";
  }
  return 'Add this value as a record of its own; others may stay beside it.';
}

const quotes = /^["'“”„«»‘’`]+|["'“”„«»‘’`]+$/g;

function isQuoted(record: string, value: string): boolean {
  const plain = record.trim();
  return plain !== value && plain.replace(quotes, '').trim() === value;
}

/** Whether two records put together, in either order, are the value. */
function isSplit(expected: string, records: readonly string[]): boolean {
  const all = new Set(records);
  return records.some(
    (record) => record !== '' && expected.startsWith(record) && all.has(expected.slice(record.length)),
  );
}

const finding = (code: DiagnosisCode, message: string): Finding => ({ code, message });
