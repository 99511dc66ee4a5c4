import { shortened, withInvisiblesShown } from '../../platform/text/printable.js';
import { differences } from './domain-difference.js';
import { isProof } from './domain-places.js';
import type { Evidence, Seen } from './domain-seen.js';
import {
  domainProofs,
  type DiagnosisCode,
  type Domain,
  type DomainDiagnosis,
  type DomainLook,
  type DomainProof,
  type ProofPlace,
} from './domain.types.js';

/** How much of what is foreign is kept and shown. */
const SHOWN_RECORDS = 20;
const SHOWN_LENGTH = 300;

type Finding = Pick<DomainLook, 'code' | 'message'>;
type Places = Readonly<Record<DomainProof, ProofPlace>>;

/**
 * Compares what was found with what would prove the domain. Only the exact value counts, in any one of several records;
 * everything near it is told apart, so that whoever set the record knows what to change.
 */
export function diagnose(
  { provenBy }: Pick<Domain, 'provenBy'>,
  places: Places,
  evidence: Evidence,
  now: Date,
): DomainDiagnosis {
  const looks = domainProofs.flatMap((proof) => {
    const seen = evidence[proof];
    return seen ? [lookOf(places[proof], seen, now)] : [];
  });
  return { ...deciding(looks, provenBy), looks };
}

/**
 * One proof is enough. Where there is none, DNS that gave no answer leaves everything open, as does a web server if the
 * domain was proven by a file; otherwise whatever has been attempted is worth more words than what has not.
 */
function deciding(looks: readonly DomainLook[], provenBy: DomainProof | null): DomainLook {
  const known = looks.filter(({ proof }) => proof === provenBy);
  const inTurn = [...known, ...looks.filter((look) => !known.includes(look))];
  const look =
    inTurn.find(({ code }) => code === 'MATCHED') ??
    inTurn.find(({ code, proof }) => code === 'LOOKUP_FAILED' && (proof !== 'FILE' || provenBy === 'FILE')) ??
    inTurn.find(({ code }) => code !== 'NOT_FOUND' && code !== 'LOOKUP_FAILED') ??
    inTurn[0];
  if (!look) throw new Error('nothing has been looked at');
  return look;
}

function lookOf(place: ProofPlace, seen: Seen, now: Date): DomainLook {
  const { answer, aliasOf } = seen;
  const records = answer.outcome === 'found' ? answer.records : aliasOf === null ? [] : [aliasOf];
  const seconds = answer.outcome === 'none' ? answer.rememberedSeconds : null;
  return {
    proof: place.proof,
    ...findingOf(place, seen),
    recordName: place.name,
    expected: place.value,
    found: records.slice(0, SHOWN_RECORDS).map((record) => shortened(withInvisiblesShown(record), SHOWN_LENGTH)),
    askedOf: answer.askedOf,
    expectedBy: seconds === null ? null : new Date(now.getTime() + seconds * 1_000),
  };
}

function findingOf(place: ProofPlace, { answer, misplacedAt, aliasOf }: Seen): Finding {
  switch (answer.outcome) {
    case 'failed':
      return finding('LOOKUP_FAILED', failures[place.proof](answer.reason));
    case 'none':
      if (misplacedAt !== null) return misplaced(place.name, misplacedAt);
      return aliasOf === null ? missing(place, answer.reason) : aliased(place.name, aliasOf);
    case 'found':
      if (answer.records.some((record) => isProof(place, record))) return finding('MATCHED', matches[place.proof]);
      return differences[place.proof](place.value, answer.records, answer.chunked);
  }
}

const matches: Record<DomainProof, string> = {
  TXT: 'The record is there.',
  CNAME: 'The record is there.',
  FILE: 'The file is there.',
};

const ofDns = (reason: string): string =>
  `DNS gave no usable answer (${reason}), so nothing was changed. Try again later.`;

const failures: Record<DomainProof, (reason: string) => string> = {
  TXT: ofDns,
  CNAME: ofDns,
  FILE: (reason) => `The file could not be asked for, so nothing follows from it. ${reason}`,
};

function missing({ proof, name }: ProofPlace, reason: string): Finding {
  if (proof === 'FILE') return finding('NOT_FOUND', `There is no such file at ${name}: ${reason}`);
  const absence =
    reason === 'NXDOMAIN'
      ? `There is no ${name}: the ${proof} record is missing, or stands at another name.`
      : `${name} exists and has no ${proof} record.`;
  return finding('NOT_FOUND', `${absence} Add it with this value. A new record can take some minutes to be seen.`);
}

/** RFC 1034, 3.6.2: a name that has a CNAME record has no other. */
function aliased(name: string, target: string): Finding {
  return finding(
    'ALIASED',
    `${name} is an alias (CNAME) of ${target}, so no TXT record of its own is seen there; a wildcard in the zone can be the reason. ` +
      'Remove the alias, add the TXT record beside the wildcard, or prove the domain in another way.',
  );
}

function misplaced(recordName: string, place: string): Finding {
  const remedy = place.startsWith(`${recordName}.`)
    ? `The DNS panel has appended the domain by itself: enter ${recordName.split('.')[0]} as the name there.`
    : `Move it to ${recordName}; many DNS panels want that without the domain at its end.`;
  return finding('MISPLACED', `The record stands at ${place} instead of ${recordName}. ${remedy}`);
}

const finding = (code: DiagnosisCode, message: string): Finding => ({ code, message });
