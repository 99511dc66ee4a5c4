import { isProof } from './domain-places.js';
import type { DomainProof, ProofPlace } from './domain.types.js';

/** What a place of proof has answered. */
export type Answer = (
  | {
      readonly outcome: 'found';
      readonly records: readonly string[];
      /** Whether a record came in several chunks. */
      readonly chunked: boolean;
    }
  | {
      readonly outcome: 'none';
      /** `NXDOMAIN` or `NODATA` of DNS; of a web server in words. */
      readonly reason: string;
      /** How long resolvers remember that there is nothing; null where it is not known. */
      readonly rememberedSeconds: number | null;
    }
  | { readonly outcome: 'failed'; readonly reason: string }
) & { readonly askedOf: readonly string[] };

/** What a look at one place has shown. */
export interface Seen {
  readonly answer: Answer;
  /** Where the record stands instead, having been set at a wrong name; null where that is not so, or not known. */
  readonly misplacedAt: string | null;
  /** What the name is an alias of, where a record of its own was looked for; null as above. */
  readonly aliasOf: string | null;
}

/** What stands where claims to a domain are proven; null where nobody has looked. It is the same for all claims to it. */
export type Evidence = Readonly<Record<DomainProof, Seen | null>>;

export const nothingSeen: Evidence = { TXT: null, CNAME: null, FILE: null };

export const plainly = (answer: Answer): Seen => ({ answer, misplacedAt: null, aliasOf: null });

export function hasProof(place: ProofPlace, seen: Seen | null): boolean {
  return seen?.answer.outcome === 'found' && seen.answer.records.some((record) => isProof(place, record));
}
