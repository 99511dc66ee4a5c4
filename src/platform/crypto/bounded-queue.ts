/** There is more to do than the queue holds: the caller should answer 503 and let the client come again. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

export interface QueueLimits {
  /** Tasks under way at once. */
  readonly concurrency: number;
  /** Tasks waiting for their turn. */
  readonly maxQueue: number;
}

/** Runs expensive tasks a few at a time, first come first served, and turns away what would only wait too long. */
export class BoundedQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limits: QueueLimits) {}

  /** @throws Overloaded (as a rejection), before the task has begun */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.turn();
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  /** A finished task hands its place to the next in line, so a newcomer cannot slip in between. */
  private turn(): Promise<void> {
    if (this.running < this.limits.concurrency) {
      this.running += 1;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.limits.maxQueue)
      return Promise.reject(new Overloaded('Too many tasks are waiting'));
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
