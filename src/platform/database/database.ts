import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

declare const open: unique symbol;
/** An open transaction. Only `Database` makes one, so a function that asks for a `Tx` cannot run outside. */
export type Tx = EntityManager & { readonly [open]: true };

interface Current {
  readonly tx: Tx;
  readonly afterCommit: (() => void)[];
}

@Injectable()
export class Database {
  /** The transaction that the current call runs in, so that a use case inside another joins its commit. */
  private readonly current = new AsyncLocalStorage<Current | null>();

  constructor(private readonly source: DataSource) {}

  /** Commits when `work` resolves, rolls back when it throws. Inside another transaction it joins that one. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const outer = this.current.getStore();
    return outer ? work(outer.tx) : this.separateTransaction(work);
  }

  /** A transaction of its own even inside another: for what must be kept when the other rolls back. */
  async separateTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const afterCommit: Current['afterCommit'] = [];
    const result = await this.source.transaction((manager) => {
      const tx = manager as Tx;
      return this.current.run({ tx, afterCommit }, () => work(tx));
    });
    this.current.run(null, () => afterCommit.forEach((start) => start()));
    return result;
  }

  /**
   * One step of a transaction: what `work` has done is undone when it throws, and nothing that was done before it. For who
   * goes on with the next step all the same.
   */
  async step<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
    const afterCommit = this.current.getStore()?.afterCommit ?? [];
    const before = afterCommit.length;
    await tx.query('savepoint step');
    try {
      const result = await work();
      await tx.query('release savepoint step');
      return result;
    } catch (error) {
      afterCommit.length = before;
      await tx.query('rollback to savepoint step; release savepoint step');
      throw error;
    }
  }

  /** Calls `start` once the current transaction has committed, and never if it rolls back; at once outside of one. */
  afterCommit(start: () => void): void {
    const current = this.current.getStore();
    if (current) current.afterCommit.push(start);
    else start();
  }

  /** For reading: the current transaction where there is one, so that a use case sees its own changes. */
  get reader(): EntityManager {
    return this.current.getStore()?.tx ?? this.source.manager;
  }

  /** Runs one statement for reading and gives its rows. Column names are the caller's promise. */
  rows<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.reader.query<Row[]>(sql, [...parameters]);
  }
}
