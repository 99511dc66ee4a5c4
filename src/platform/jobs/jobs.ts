import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/database.js';
import type { Job } from './job.js';

/** Does a job. @returns when it is done; a rejection has it tried again, until its attempts are used up */
export type Handler<Payload> = (payload: Payload) => Promise<void>;

/** Work that comes round by the clock. */
export interface Routine {
  readonly name: string;
  /** Five fields of cron, in UTC. */
  readonly pattern: string;
  readonly work: () => Promise<void>;
}

/** The jobs that there are, and the way to ask for one. Modules say in `onModuleInit` how theirs are done. */
@Injectable()
export class Jobs {
  readonly handlers = new Map<string, Handler<never>>();
  readonly routines: Routine[] = [];

  /** Says how a job is done, in whichever process takes it. */
  handle<Payload extends object>({ name }: Job<Payload>, handler: Handler<Payload>): void {
    this.handlers.set(name, handler);
  }

  /** Has something done by the clock, by one process each time. A time at which none was running is passed over. */
  every(pattern: string, name: Job<object>['name'], work: () => Promise<void>): void {
    this.routines.push({ pattern, name, work });
  }

  /** Asks for a job in the transaction of a change: it is done if that commits, and never if it rolls back. */
  async add<Payload extends object>(tx: Tx, { name, attempts }: Job<Payload>, payload: Payload): Promise<void> {
    const parameters = [name, JSON.stringify(payload), attempts];
    await tx.query('select from graphile_worker.add_job($1, $2::json, max_attempts => $3)', parameters);
  }
}
