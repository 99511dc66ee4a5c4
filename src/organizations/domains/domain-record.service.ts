import { Injectable } from '@nestjs/common';
import { DnsLookup } from '../../platform/dns/dns-lookup.js';
import { isProof } from './domain-places.js';
import { hasProof, plainly, type Seen } from './domain-seen.js';
import type { ProofPlace } from './domain.types.js';

/** Asks DNS for the records that prove a domain. */
@Injectable()
export class DomainRecord {
  constructor(private readonly dns: DnsLookup) {}

  /** The TXT or CNAME record of a place. Never rejects. */
  async look(place: ProofPlace, withinMs: number): Promise<Seen> {
    const search = { withinMs, wanted: (record: string) => isProof(place, record) };
    return plainly(
      await (place.proof === 'CNAME' ? this.dns.cname(place.name, search) : this.dns.txt(place.name, search)),
    );
  }

  /**
   * Why a record is missing where it should stand, if that can be told: a DNS panel appends the domain to a name that has it
   * already, or no name was given, or the name of the text is an alias of another, which leaves no room for a text of its own.
   */
  async explain(place: ProofPlace, domain: string, seen: Seen, withinMs: number): Promise<Seen> {
    if (seen.answer.outcome !== 'none') return seen;
    const isText = place.proof === 'TXT';
    const elsewhere = [`${place.name}.${domain}`, ...(isText ? [domain] : [])];
    const [alias, ...others] = await Promise.all([
      isText ? this.dns.cname(place.name, { withinMs }) : null,
      ...elsewhere.map((name) => this.look({ ...place, name }, withinMs)),
    ]);
    const misplacedAt = elsewhere.find((_, index) => hasProof(place, others[index] ?? null)) ?? null;
    return { ...seen, misplacedAt, aliasOf: alias?.outcome === 'found' ? (alias.records[0] ?? null) : null };
  }
}
