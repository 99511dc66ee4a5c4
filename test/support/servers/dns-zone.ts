import * as packets from 'dns-packet';

/**
 * How a name, and all below it, fails:
 * - `SERVFAIL`, `REFUSED`: that answer code
 * - `TIMEOUT`: no answer at all
 * - `TRUNCATED`: an empty answer marked as cut short, and no way to have it whole (TCP closes without answering)
 * - `GARBAGE`: bytes that are no DNS message, behind the right id
 */
export type DnsFailure = 'SERVFAIL' | 'REFUSED' | 'TIMEOUT' | 'TRUNCATED' | 'GARBAGE';

/** A record as one string (cut into chunks of 255 bytes where needed) or as the very chunks to send. */
export type TxtRecord = string | readonly string[];

export interface DnsQuery {
  /** In lower case, whatever case it came in. */
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
}

const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;
const REFUSED = 5;
/** RFC 1035 4.2.1: what a client takes over UDP when it does not say (EDNS). */
const UDP_LIMIT = 512;
const TTL_SECONDS = 0;

type RecordType = 'TXT' | 'CNAME' | 'NS' | 'A' | 'SOA';
type RecordData = string | readonly Buffer[];

export const canonical = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** What the server knows, and where it fails. */
export class Zone {
  readonly failures = new Map<string, DnsFailure>();
  private readonly names = new Map<string, Map<RecordType, readonly RecordData[]>>();

  set(name: string, type: RecordType, data: readonly RecordData[]): void {
    const key = canonical(name);
    this.names.set(key, new Map(this.names.get(key)).set(type, data));
  }

  remove(name: string): void {
    this.names.delete(canonical(name));
  }

  clear(): void {
    this.names.clear();
    this.failures.clear();
  }

  /** The failure of the name or of the nearest name above it. */
  failureOf(name: string): DnsFailure | undefined {
    const labels = canonical(name).split('.');
    const lineage = labels.map((_, from) => labels.slice(from).join('.'));
    return [...lineage, ''].map((ancestor) => this.failures.get(ancestor)).find((failure) => failure !== undefined);
  }

  /** A name exists when it, or a name below it, has been set (RFC 8020). */
  exists(name: string): boolean {
    const key = canonical(name);
    return [...this.names.keys()].some((known) => known === key || known.endsWith(`.${key}`));
  }

  /** The records of a type, along the aliases that lead to them. */
  lookUp(name: string, type: string): packets.Answer[] {
    const found: packets.Answer[] = [];
    for (let owner = name, hops = 0; hops < 8; hops += 1) {
      const records = this.names.get(canonical(owner));
      const alias = type === 'CNAME' ? undefined : records?.get('CNAME')?.[0];
      if (typeof alias !== 'string') {
        const data = records?.get(type as RecordType) ?? [];
        return [...found, ...data.map((one) => record(owner, type as RecordType, one))];
      }
      found.push(record(owner, 'CNAME', alias));
      owner = alias;
    }
    return found;
  }
}

function record(name: string, type: RecordType, data: RecordData): packets.Answer {
  const head = { name, ttl: TTL_SECONDS };
  if (type === 'TXT') return { ...head, type, data: typeof data === 'string' ? data : [...data] };
  if (type === 'SOA') return { ...head, type, data: startOfAuthority(canonical(name), Number(data)) };
  return { ...head, type, data: String(data) };
}

/** The reply to a message, or what to do instead. Notes the question in `queries`. */
export function answer(
  message: Buffer,
  transport: DnsQuery['transport'],
  zone: Zone,
  queries: DnsQuery[],
): Buffer | 'silence' | 'hang-up' {
  const query = decode(message);
  const question = query?.questions?.[0];
  if (!query || !question) return 'hang-up';
  queries.push({ name: canonical(question.name), type: question.type, transport });

  const reply = replyTo(query);
  switch (zone.failureOf(question.name)) {
    case 'TIMEOUT':
      return 'silence';
    case 'GARBAGE':
      return Buffer.concat([message.subarray(0, 2), Buffer.alloc(40, 0xff)]);
    case 'TRUNCATED':
      return transport === 'tcp' ? 'hang-up' : reply(NOERROR, { flags: packets.TRUNCATED_RESPONSE });
    case 'SERVFAIL':
      return reply(SERVFAIL);
    case 'REFUSED':
      return reply(REFUSED);
    case undefined:
      return found(question, zone, reply, transport === 'udp' ? sizeLimit(query) : Infinity);
  }
}

type Reply = (rcode: number, parts?: packets.Packet) => Buffer;

function replyTo(query: packets.Packet): Reply {
  const asked = (query.flags ?? 0) & packets.RECURSION_DESIRED;
  const edns = query.additionals?.find((extra) => extra.type === 'OPT');
  return (rcode, { flags = 0, ...parts } = {}) =>
    packets.encode({
      type: 'response',
      ...(query.id === undefined ? {} : { id: query.id }),
      flags: packets.AUTHORITATIVE_ANSWER | asked | flags | rcode,
      questions: query.questions,
      ...(edns && { additionals: [{ ...edns, udpPayloadSize: 1232, options: [] }] }),
      ...parts,
    });
}

function found(question: packets.Question, zone: Zone, reply: Reply, limit: number): Buffer {
  const answers = zone.lookUp(question.name, question.type);
  const exists = answers.length > 0 || zone.exists(question.name);
  const whole = reply(exists ? NOERROR : NXDOMAIN, { answers, ...(answers.length === 0 && nothing(question.name)) });
  return whole.length <= limit ? whole : reply(NOERROR, { flags: packets.TRUNCATED_RESPONSE });
}

/** What proves that there is nothing (RFC 2308): without it a resolver may go and ask elsewhere. */
function nothing(name: string): packets.Packet {
  const apex = canonical(name).split('.').at(-1) ?? '';
  return { authorities: [{ name: apex, type: 'SOA', ttl: TTL_SECONDS, data: startOfAuthority(apex, 0) }] };
}

function startOfAuthority(apex: string, minimum: number): packets.SoaData {
  const hosts = { mname: `ns.${apex}`, rname: `hostmaster.${apex}` };
  return { ...hosts, serial: 1, refresh: 60, retry: 60, expire: 60, minimum };
}

function sizeLimit(query: packets.Packet): number {
  const edns = query.additionals?.find((extra) => extra.type === 'OPT');
  return Math.max(UDP_LIMIT, edns?.udpPayloadSize ?? 0);
}

function decode(message: Buffer): packets.DecodedPacket | null {
  try {
    return packets.decode(message);
  } catch {
    return null;
  }
}
