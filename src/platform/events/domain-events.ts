import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/database.js';

/** Something that happened, which modules to the right (or left) of the teller may act on in the same commit. */
export interface DomainEvent<Facts> {
  readonly name: string;
  /** Carries the type of the facts; never present at run time. */
  readonly facts?: Facts;
}

export function domainEvent<Facts>(name: string): DomainEvent<Facts> {
  return { name };
}

type Handler<Facts> = (tx: Tx, facts: Facts) => Promise<void>;

@Injectable()
export class DomainEvents {
  private readonly handlers = new Map<string, Handler<never>[]>();

  on<Facts>(event: DomainEvent<Facts>, handler: Handler<Facts>): void {
    this.handlers.set(event.name, [...(this.handlers.get(event.name) ?? []), handler]);
  }

  /** Runs every handler in the teller's transaction, one after the other; a handler that throws undoes the whole. */
  async publish<Facts>(tx: Tx, event: DomainEvent<Facts>, facts: Facts): Promise<void> {
    for (const handler of this.handlers.get(event.name) ?? []) await (handler as Handler<Facts>)(tx, facts);
  }
}
