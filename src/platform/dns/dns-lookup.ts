import { promises as dns } from 'node:dns';
import { AllowedHosts } from '../http/outbound-allowed-hosts.js';
import { askServer, type DnsFailure, type DnsOutcome } from './dns-question.js';
import { addressesOf, findZone, memoryOfNothing, type Zone } from './dns-zone.js';

interface Records {
  /** One string per record: a text, its chunks joined without a separator (RFC 7208, 3.3), or the name that is pointed to. */
  readonly texts: readonly string[];
  /** Whether a text came in several chunks: worth a word where a value does not match. */
  readonly chunked: boolean;
}

type Outcome =
  | { readonly outcome: 'found'; readonly records: readonly string[]; readonly chunked: boolean }
  | {
      readonly outcome: 'none';
      readonly reason: 'NXDOMAIN' | 'NODATA';
      /** How long resolvers remember that there is nothing, by the zone's own word; null where it is not known. */
      readonly rememberedSeconds: number | null;
    }
  | { readonly outcome: 'failed'; readonly reason: DnsFailure };

/** What DNS says of the records of one name. */
export type DnsAnswer = Outcome & {
  /** The servers asked, in turn: as configured, and then the zone's own by their names. */
  readonly askedOf: readonly string[];
};

export interface DnsLookupOptions {
  /** `DNS_RESOLVERS`: `host[:port]`, asked in turn; empty for those of the system. */
  readonly servers: readonly string[];
  /** For all servers together. */
  readonly deadlineMs?: number;
  /** `OUTBOUND_ALLOWED_HOSTS`: name servers of zones that may have private addresses. */
  readonly allowedHosts?: readonly string[];
  /** Where name servers of zones listen; theirs is 53. */
  readonly nameServerPort?: number;
}

export interface Search {
  /** Whether a record is the one that is looked for; where none is, the zone's own servers are asked too. */
  readonly wanted?: (record: string) => boolean;
  /** Less than the deadline, where that is asked. */
  readonly withinMs?: number;
}

/** How long the zone's own servers may take: the answer of the resolvers is there already. */
const ZONE_WITHIN_MS = 2_000;

type Question = (resolver: dns.Resolver) => Promise<Records>;

/** Asks DNS for the records that prove a domain. */
export class DnsLookup {
  private readonly servers: readonly string[];
  private readonly deadlineMs: number;
  private readonly guard: { readonly allowed: AllowedHosts; readonly port: number };

  constructor({ servers, deadlineMs = 5000, allowedHosts = [], nameServerPort = 53 }: DnsLookupOptions) {
    this.servers = servers;
    this.deadlineMs = deadlineMs;
    this.guard = { allowed: new AllowedHosts(allowedHosts), port: nameServerPort };
  }

  /** The TXT records of a name, along the aliases that lead to them. */
  txt(name: string, search: Search = {}): Promise<DnsAnswer> {
    return this.find(name, search, async (resolver) => {
      const records = await resolver.resolveTxt(name);
      // An alias that leads nowhere is read as an answer without records.
      if (records.length === 0) throw Object.assign(new Error('no TXT record'), { code: dns.NODATA });
      return { texts: records.map(textOf), chunked: records.some((chunks) => chunks.length > 1) };
    });
  }

  /** The name that a name is an alias of, in lower case, without a trailing dot. */
  cname(name: string, search: Search = {}): Promise<DnsAnswer> {
    return this.find(name, search, async (resolver) => {
      const targets = await resolver.resolveCname(name);
      return { texts: targets.map((target) => target.toLowerCase().replace(/\.$/, '')), chunked: false };
    });
  }

  /** Whether a host has an address, by the word of the resolvers alone. */
  async address(host: string, withinMs: number): Promise<DnsAnswer> {
    const { askedOf, ...outcome } = await this.askResolvers(async (resolver) => {
      return { texts: await addressesOf(host, resolver), chunked: false };
    }, Date.now() + withinMs);
    return { ...outcomeOf(outcome, null), askedOf };
  }

  /**
   * Within five seconds, or sooner where that is asked. A resolver that fails gives way to the next. One that knows of
   * nothing, or of other records only, may remember what was so before the record was set: then the name servers of the
   * zone itself are asked, and what they have is what counts. Nothing is cached.
   */
  private async find(name: string, { wanted = () => true, withinMs }: Search, question: Question): Promise<DnsAnswer> {
    const end = Date.now() + Math.min(withinMs ?? this.deadlineMs, this.deadlineMs);
    const { askedOf, ...first } = await this.askResolvers(question, end);
    const isThere = first.outcome === 'found' && first.records.texts.some(wanted);
    if (first.outcome === 'failed' || isThere) return { ...outcomeOf(first, null), askedOf };

    const left = Math.min(ZONE_WITHIN_MS, end - Date.now());
    const resolver = askedOf.at(-1) ?? '';
    const zone = left > 0 ? await findZone(name, resolver, Math.ceil(left / 2), this.guard) : null;
    if (!zone) return { ...outcomeOf(first, null), askedOf };
    const [own, remembered] = await Promise.all([
      askZone(zone, Math.ceil(left / 2), question, wanted),
      memoryOfNothing(zone.name, resolver, Math.ceil(left / 2)),
    ]);
    return {
      ...outcomeOf(own ?? first, remembered),
      askedOf: [...askedOf, ...zone.servers.map(({ host }) => host)],
    };
  }

  private async askResolvers(question: Question, end: number): Promise<DnsOutcome<Records> & { askedOf: string[] }> {
    const servers = this.servers.length > 0 ? this.servers : new dns.Resolver().getServers();
    const askedOf: string[] = [];
    let outcome: DnsOutcome<Records> = { outcome: 'failed', reason: 'UNREACHABLE' };
    for (const [index, server] of servers.entries()) {
      const share = Math.max(1, Math.floor((end - Date.now()) / (servers.length - index)));
      askedOf.push(server);
      outcome = await askServer(server, share, question);
      if (outcome.outcome !== 'failed') break;
    }
    return { ...outcome, askedOf };
  }
}

/** What any of a zone's servers has, rather what is looked for: the others may not have got it yet. Null for nothing. */
async function askZone(
  { servers }: Zone,
  ms: number,
  question: Question,
  wanted: (record: string) => boolean,
): Promise<DnsOutcome<Records> | null> {
  const answers = await Promise.all(servers.map(({ address }) => askServer(address, ms, question)));
  const found = answers.flatMap((answer) => (answer.outcome === 'found' ? [answer] : []));
  return found.find(({ records }) => records.texts.some(wanted)) ?? found[0] ?? null;
}

function outcomeOf(outcome: DnsOutcome<Records>, rememberedSeconds: number | null): Outcome {
  if (outcome.outcome === 'found')
    return { outcome: 'found', records: outcome.records.texts, chunked: outcome.records.chunked };
  return outcome.outcome === 'none' ? { ...outcome, rememberedSeconds } : outcome;
}

/** node:dns gives a character for each byte; what people put into a record is UTF-8. */
const textOf = (chunks: readonly string[]): string => Buffer.from(chunks.join(''), 'latin1').toString();
