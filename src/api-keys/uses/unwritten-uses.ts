import type { Origin } from '../../policy/actor.js';

/** So many callers of one key are told of: that many by each process in a generation, and that many are kept and shown. */
export const MOST_CALLERS = 20;

/** So many of all keys one process tells of in a generation: the memory that it takes, and the rows that it writes. */
const MOST_CALLERS_IN_ALL = 20_000;

/** Nothing longer is an address: IPv4 written as IPv6 (RFC 4291, 2.2). */
const LONGEST_ADDRESS = 45;
const LONGEST_USER_AGENT = 300;

/** From where a key is used, as the request has it. */
export type UsedFrom = Pick<Origin, 'ip' | 'userAgent'>;

/** The same as it is remembered: not too long, and empty where it is not known. */
interface Caller {
  readonly address: string;
  readonly userAgent: string;
}

interface Span {
  readonly first: Date;
  last: Date;
}

export type CallerUses = Caller & Span;

/** The uses of one key that this process has seen and not yet written. */
export interface KeyUses extends Span {
  readonly callers: CallerUses[];
}

/**
 * Which uses are to be written, and which were lately: these are not written again. In two generations, so that nothing is
 * remembered for long. Callers can be as many as somebody likes to invent, so beyond the first few of a key they are
 * not told of until the next generation; that the key was used always is.
 */
export class UnwrittenUses {
  private used = new Map<string, KeyUses>();
  /** The callers of the keys whose use was written lately. */
  private written = new Map<string, Caller[]>();
  private writtenBefore = new Map<string, Caller[]>();
  /** How many callers this generation has told of. */
  private told = 0;

  /** How many keys were written in this generation. */
  get keysWritten(): number {
    return this.written.size;
  }

  /** Whether there is nothing to write. It is asked for each request, so it makes nothing. */
  isWritten(id: string, from: UsedFrom): boolean {
    const callers = this.written.get(id);
    if (callers && isAmong(callers, from)) return true;
    const before = this.writtenBefore.get(id);
    if (before && isAmong(before, from)) return true;
    return (callers ?? before) !== undefined && !this.hasRoom(callers?.length ?? 0);
  }

  add(id: string, from: UsedFrom, at: Date): void {
    const uses = this.used.get(id) ?? this.begin(id, at);
    uses.last = at;
    const known = find(uses.callers, from);
    if (known) known.last = at;
    else if (this.hasRoom(uses.callers.length + (this.written.get(id)?.length ?? 0))) {
      uses.callers.push({ address: kept(addressOf(from)), userAgent: kept(agentOf(from)), first: at, last: at });
      this.told += 1;
    }
  }

  /** What is to be written now. Whoever takes it says what came of it. */
  take(): Map<string, KeyUses> {
    const batch = this.used;
    this.used = new Map();
    return batch;
  }

  wereWritten(batch: ReadonlyMap<string, KeyUses>): void {
    for (const [id, { callers }] of batch) {
      const others = this.written.get(id);
      if (others) others.push(...callers);
      else this.written.set(id, callers);
    }
  }

  /** For what could not be written: it is taken again with what has come meanwhile. */
  putBack(batch: Map<string, KeyUses>): void {
    const later = this.used;
    this.used = batch;
    for (const [id, uses] of later) {
      const earlier = batch.get(id);
      if (earlier) join(earlier, uses);
      else batch.set(id, uses);
    }
    this.told = count(this.used) + count(this.written);
  }

  nextGeneration(): void {
    this.writtenBefore = this.written;
    this.written = new Map();
    this.told = count(this.used);
  }

  private begin(id: string, at: Date): KeyUses {
    const uses = { first: at, last: at, callers: [] };
    this.used.set(id, uses);
    return uses;
  }

  private hasRoom(toldOfKey: number): boolean {
    return toldOfKey < MOST_CALLERS && this.told < MOST_CALLERS_IN_ALL;
  }
}

function isAmong(callers: readonly Caller[], from: UsedFrom): boolean {
  return find(callers, from) !== undefined;
}

/** A loop over the few that there are is quicker than a look-up by what would have to be put together first. */
function find<One extends Caller>(callers: readonly One[], from: UsedFrom): One | undefined {
  const address = addressOf(from);
  const userAgent = agentOf(from);
  for (const caller of callers) if (caller.address === address && caller.userAgent === userAgent) return caller;
  return undefined;
}

function join(earlier: KeyUses, later: KeyUses): void {
  earlier.last = later.last;
  for (const caller of later.callers) {
    const known = find(earlier.callers, { ip: caller.address, userAgent: caller.userAgent });
    if (known) known.last = caller.last;
    else if (earlier.callers.length < MOST_CALLERS) earlier.callers.push(caller);
  }
}

function count(keys: ReadonlyMap<string, KeyUses | readonly Caller[]>): number {
  let callers = 0;
  for (const uses of keys.values()) callers += 'callers' in uses ? uses.callers.length : uses.length;
  return callers;
}

const addressOf = ({ ip }: UsedFrom): string => (ip === null || ip.length > LONGEST_ADDRESS ? '' : ip);

const agentOf = ({ userAgent }: UsedFrom): string =>
  userAgent !== null && userAgent.length > LONGEST_USER_AGENT
    ? userAgent.slice(0, LONGEST_USER_AGENT)
    : (userAgent ?? '');

/** A text of its own: a part of a header would keep all of that in memory. */
const kept = (text: string): string => Buffer.from(text).toString();
