import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { Job as TakenJob, Runner, TaskList } from 'graphile-worker';
import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { DatabaseUrl } from '../database/database-url.js';
import { Logger } from '../logging/logger.js';
import { migrateJobs, openJobPool } from './job-schema.js';
import { Jobs } from './jobs.js';

/** Jobs done at once by one process. */
const WORKERS = 2;

/** A job that takes longer has failed: nothing that it waits for will come. */
const LONGEST_MS = 60_000;

/** A lock older than this is of a process that has died: a living one lets go of its jobs after `LONGEST_MS`. */
const DEAD_AFTER = '2 minutes';

/** Before it is begun anew when it has ended by itself. */
const PAUSE_MS = 2_000;

/** What jobs under way are given at the end of the process; a job that is cut off is tried again. */
const LAST_CALL_MS = 4_000;

/** Takes jobs from the database and does them, from the start of the application to its end. */
@Injectable()
export class JobRunner
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  /** A few connections of its own (the workers' and the listener's), so that requests and jobs never wait for each other. */
  private readonly pool: pg.Pool;
  private runner: Runner | null = null;
  private restart: NodeJS.Timeout | undefined;
  private ending = false;

  constructor(
    private readonly jobs: Jobs,
    private readonly logger: Logger,
    database: DatabaseUrl,
  ) {
    this.pool = openJobPool(database.url, WORKERS + 1, ({ message }) =>
      this.logger.event('a connection of the jobs was lost', { reason: message }),
    );
    jobs.every('* * * * *', 'jobs.takeOver', () => this.takeOver());
    jobs.every('23 * * * *', 'jobs.clear', () => this.clear());
  }

  /** The tables are there before the first request can ask for a job. */
  async onModuleInit(): Promise<void> {
    await migrateJobs(this.pool);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.begin();
  }

  /** Jobs under way are done, or fail after a while and are tried again after the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.ending = true;
    clearTimeout(this.restart);
    await this.runner?.stop().catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  private async begin(): Promise<void> {
    const { Logger: Scribe, parseCronItems, run } = await import('graphile-worker');
    const events = new EventEmitter();
    events.on('job:error', ({ job, error }: { job: TakenJob; error: unknown }) => this.tellFailed(job, error));
    this.runner = await run({
      pgPool: this.pool,
      concurrency: WORKERS,
      noHandleSignals: true,
      preset: { worker: { gracefulShutdownAbortTimeout: LAST_CALL_MS } },
      taskList: this.taskList(),
      parsedCronItems: parseCronItems(
        // One that is still waiting is not asked for twice.
        this.jobs.routines.map(({ name, pattern }) => ({
          task: name,
          match: pattern,
          options: { jobKey: name, maxAttempts: 1 },
        })),
      ),
      events,
      logger: new Scribe(() => (level, message) => this.logger.debug(`jobs ${level}: ${message}`)),
    });
    this.runner.promise.then(
      () => this.beginAnew('it stopped'),
      (error: unknown) => this.beginAnew(String(error)),
    );
  }

  /** The library ends a runner that could not write down how a job went, as when the database was lost meanwhile. */
  private beginAnew(reason: string): void {
    if (this.ending) return;
    this.logger.failure('the jobs have stopped, and are begun anew', { reason });
    this.restart = setTimeout(() => {
      this.begin().catch((error: unknown) => this.beginAnew(String(error)));
    }, PAUSE_MS);
  }

  private taskList(): TaskList {
    const tasks: TaskList = {};
    for (const [name, task] of this.jobs.tasks)
      tasks[name] = (stored, { abortSignal }) => bounded(task(stored), abortSignal);
    return tasks;
  }

  private tellFailed(job: TakenJob, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const facts = { job: job.task_identifier, jobId: job.id, attempt: job.attempts, reason };
    if (job.attempts < job.max_attempts) this.logger.event('a job failed, and will be tried again', facts);
    else this.logger.failure('a job failed for good', facts);
  }

  /** Frees what a process was doing when it died, for another to do. */
  private async takeOver(): Promise<void> {
    await this.pool.query(
      `select graphile_worker.force_unlock_workers(array(
         select distinct locked_by from graphile_worker.jobs where locked_at < now() - $1::interval))`,
      [DEAD_AFTER],
    );
  }

  /** What was given up is in the log; its row goes, and with it what it was to send. */
  private async clear(): Promise<void> {
    await this.pool.query(
      `select graphile_worker.complete_jobs(array(
         select id from graphile_worker.jobs where attempts >= max_attempts and locked_at is null))`,
    );
  }
}

/** The work's outcome, unless it takes too long or the process must end first. */
async function bounded(work: Promise<void>, ending: AbortSignal | undefined): Promise<void> {
  const done = new AbortController();
  const cut = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`not done after ${LONGEST_MS} ms`)), LONGEST_MS);
    done.signal.addEventListener('abort', () => clearTimeout(timer));
    ending?.addEventListener('abort', () => reject(new Error('the process ended first')), { signal: done.signal });
  });
  await Promise.race([work, cut]).finally(() => done.abort());
}
