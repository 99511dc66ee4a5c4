/**
 * So long something is kept at the most, counted from before it was asked for. Half a second leaves the other half of the
 * promised one to a machine that is slow.
 */
const KEPT_MS = 500;

/** More are not kept: the oldest goes. As many as one process answers in half a second. */
const ENTRIES = 10_000;

interface Entry<Value> {
  readonly value: Value;
  readonly askedAt: number;
}

/** Keeps values for half a second, in this process. */
export class ShortCache<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  /** @param now milliseconds on a clock that nobody sets */
  constructor(private readonly now: () => number = () => performance.now()) {}

  get(name: string): Value | undefined {
    const entry = this.entries.get(name);
    return entry && this.now() - entry.askedAt < KEPT_MS ? entry.value : undefined;
  }

  set(name: string, value: Value, askedAt: number): void {
    this.entries.delete(name);
    const [oldest] = this.entries.keys();
    if (oldest !== undefined && this.entries.size >= ENTRIES) this.entries.delete(oldest);
    this.entries.set(name, { value, askedAt });
  }

  /** Forgets it, if it is this value still. @returns whether it was */
  take(name: string, value: Value): boolean {
    return this.entries.get(name)?.value === value && this.entries.delete(name);
  }

  delete(name: string): void {
    this.entries.delete(name);
  }

  clear(): void {
    this.entries.clear();
  }
}
