import { VALUE_PREFIX } from './domain-places.js';
import type { DiagnosisCode, DomainLook, DomainProof } from './domain.types.js';

type Finding = Pick<DomainLook, 'code' | 'message'>;
type Difference = (expected: string, records: readonly string[], chunked: boolean) => Finding;

/** What is the matter with records, or a file, of which none is the proof. */
export const differences: Record<DomainProof, Difference> = {
  TXT: differentText,
  CNAME: differentTarget,
  FILE: differentFile,
};

function differentTarget(): Finding {
  return finding(
    'DIFFERENT',
    'A CNAME record is there with another target. A name has one target alone: replace it, or prove the domain in another way.',
  );
}

function differentFile(expected: string, records: readonly string[]): Finding {
  const hint = records.some((record) => record.includes(expected))
    ? 'It has something before or after the value.'
    : "It belongs to an earlier claim or to another organization's.";
  return finding('DIFFERENT', `A file is there with another text. ${hint} It must hold the value alone, in one line.`);
}

function differentText(expected: string, records: readonly string[], chunked: boolean): Finding {
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
