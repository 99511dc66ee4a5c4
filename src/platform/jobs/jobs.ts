import { Injectable } from '@nestjs/common';
import { Cipher, type CipherPlace } from '../crypto/cipher.js';
import { randomId } from '../crypto/digest.js';
import { Secret } from '../crypto/secret.js';
import type { Tx } from '../database/database.js';
import type { Job } from './job.js';

/**
 * Does a job. @returns when it is done; a rejection has it tried again, until its attempts are used up
 * @param id the same at every attempt, and no other job's
 */
export type Handler<Payload> = (payload: Payload, id: string) => Promise<void>;

/** Work that comes round by the clock. */
interface Routine {
  readonly name: string;
  /** Five fields of cron, in UTC. */
  readonly pattern: string;
  readonly work: () => Promise<void>;
}

/** A job as its row holds it: encrypted, since mails hold links with tokens and a dump of the database gives hashes only. */
interface Stored {
  readonly id: string;
  readonly sealed: string;
}

/** The jobs that there are, and the way to ask for one. Modules say in `onModuleInit` how theirs are done. */
@Injectable()
export class Jobs {
  readonly tasks = new Map<string, (stored: unknown) => Promise<void>>();
  readonly routines: Routine[] = [];

  constructor(private readonly cipher: Cipher) {}

  /** Says how a job is done, in whichever process takes it. */
  handle<Payload extends object>({ name }: Job<Payload>, handler: Handler<Payload>): void {
    this.tasks.set(name, (stored) => {
      const { id, sealed } = stored as Stored;
      return handler(JSON.parse(this.cipher.decrypt(sealed, placeOf(id)).reveal()) as Payload, id);
    });
  }

  /** Has something done by the clock, by one process each time. A time at which none was running is passed over. */
  every(pattern: string, name: Job<object>['name'], work: () => Promise<void>): void {
    this.routines.push({ pattern, name, work });
    this.tasks.set(name, work);
  }

  /** Asks for a job in the transaction of a change: it is done if that commits, and never if it rolls back. */
  async add<Payload extends object>(tx: Tx, { name, attempts }: Job<Payload>, payload: Payload): Promise<void> {
    const id = randomId();
    const stored: Stored = { id, sealed: this.cipher.encrypt(Secret.of(JSON.stringify(payload)), placeOf(id)) };
    const parameters = [name, JSON.stringify(stored), attempts];
    await tx.query('select from graphile_worker.add_job($1, $2::json, max_attempts => $3)', parameters);
  }
}

const placeOf = (id: string): CipherPlace => ({ table: 'graphile_worker.jobs', column: 'payload', row: id });
