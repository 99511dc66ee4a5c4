import pg from 'pg';

/** @param onLost is told when a connection is lost. Whoever asks next gets another */
export function openJobPool(url: string, max: number, onLost: (error: Error) => void = () => undefined): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, statement_timeout: 10_000 });
  // Unheard, an error of a connection would end the process: of an idle one on the pool, of one in use on itself.
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));
  return pool;
}

/** Brings the library's tables (schema `graphile_worker`) to what this version of it needs. Two at once do no harm. */
export async function migrateJobs(pool: pg.Pool): Promise<void> {
  const { Logger, runMigrations } = await import('graphile-worker');
  await runMigrations({ pgPool: pool, logger: new Logger(() => () => undefined) });
}
