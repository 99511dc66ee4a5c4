/**
 * So long something is kept at the most, counted from before it was asked for. Half a second leaves the other half of the
 * promised one to a machine that is slow.
 */
const KEPT_MS = 500;

/** Of twice as many the older half goes. As many as one process answers in half a second. */
const HALF = 5_000;

interface Entry<Value> {
  readonly value: Value;
  readonly askedAt: number;
}

/**
 * Keeps values for half a second, in this process. In two halves, since the first entry of a large map is slow to find once
 * many before it were deleted.
 */
export class ShortCache<Value> {
  private newer = new Map<string, Entry<Value>>();
  private older = new Map<string, Entry<Value>>();

  /** @param now milliseconds on a clock that nobody sets */
  constructor(private readonly now: () => number = () => performance.now()) {}

  get(name: string): Value | undefined {
    const entry = this.newer.get(name) ?? this.older.get(name);
    return entry && this.now() - entry.askedAt < KEPT_MS ? entry.value : undefined;
  }

  set(name: string, value: Value, askedAt: number): void {
    if (this.newer.size >= HALF) {
      this.older = this.newer;
      this.newer = new Map();
    }
    this.newer.set(name, { value, askedAt });
  }

  /** Forgets it, if it is this value still. @returns whether it was */
  take(name: string, value: Value): boolean {
    const entry = this.newer.get(name) ?? this.older.get(name);
    if (entry?.value !== value) return false;
    this.delete(name);
    return true;
  }

  delete(name: string): void {
    this.newer.delete(name);
    this.older.delete(name);
  }

  clear(): void {
    this.newer.clear();
    this.older.clear();
  }
}
