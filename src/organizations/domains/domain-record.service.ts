import { Injectable } from '@nestjs/common';
import { DnsLookup, type TxtAnswer } from '../../platform/dns/dns-lookup.js';
import type { Domain } from './domain.types.js';

/** What DNS holds of the record of a claim. */
export interface RecordSeen {
  /** At the name where it must stand. */
  readonly answer: TxtAnswer;
  /** Where it stands instead, having been set at a wrong name; null where that is not so, or not known. */
  readonly misplacedAt: string | null;
}

/** A record that is missing is looked for elsewhere only if DNS is quick: that can tell what is wrong, and prove nothing. */
const ELSEWHERE_WITHIN_MS = 1_000;
const NOT_AFTER_MS = 3_000;

/** Asks DNS for the record that proves a domain. */
@Injectable()
export class DomainRecord {
  constructor(private readonly dns: DnsLookup) {}

  /** DNS has 4.5 s for all of it. Never rejects. */
  async look(domain: Domain): Promise<RecordSeen> {
    const started = performance.now();
    const answer = await this.dns.txt(domain.recordName);
    const isMissing = answer.outcome === 'none' && performance.now() - started < NOT_AFTER_MS;
    return { answer, misplacedAt: isMissing ? await this.findMisplaced(domain) : null };
  }

  /** Where people set it by mistake: a DNS panel appends the domain to a name that has it already, or they gave no name. */
  private async findMisplaced({ name, recordName, recordValue }: Domain): Promise<string | null> {
    const places = [`${recordName}.${name}`, name];
    const answers = await Promise.all(places.map((place) => this.dns.txt(place, ELSEWHERE_WITHIN_MS)));
    const index = answers.findIndex((answer) => answer.outcome === 'found' && answer.records.includes(recordValue));
    return places[index] ?? null;
  }
}
