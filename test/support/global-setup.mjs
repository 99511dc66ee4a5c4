// One throwaway PostgreSQL for the whole run; each test file clones its database there (see database.ts).
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { tsImport } from 'tsx/esm/api';

const prefix = 'gatehouse-postgres-test-';
const ABANDONED_MS = 10 * 60_000;
const ended = ['SIGINT', 'SIGTERM', 'SIGHUP'];
let server;
let directory;

export default async function startDatabase() {
  if (process.env.TEST_DATABASE_URL) return;
  const embedded = await tsImport('../../src/platform/database/embedded-postgres.ts', import.meta.url);
  const { fastFolder } = await tsImport('./fast-folder.ts', import.meta.url);
  const folder = await fastFolder();
  await removeAbandoned(folder, embedded);
  directory = await mkdtemp(path.join(folder, prefix));
  for (const signal of ended) process.once(signal, endAfterStop);
  server = await embedded.startEmbeddedPostgres({ directory, durability: 'throwaway' });
  process.env.TEST_DATABASE_URL = server.url;
}

export async function stopDatabase() {
  await server?.stop();
  if (directory) await rm(directory, { recursive: true, force: true });
}

/** Jest runs no teardown when it is interrupted. */
async function endAfterStop(signal) {
  await stopDatabase().finally(() => process.kill(process.pid, signal));
}

/** What a killed run left behind; one beside this may be between two starts, so only what has lain for a while. */
async function removeAbandoned(folder, { stopAbandonedPostgres }) {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const abandoned = path.join(folder, name);
    try {
      if (Date.now() - (await stat(abandoned)).mtimeMs < ABANDONED_MS) continue;
      await stopAbandonedPostgres(abandoned);
      await rm(abandoned, { recursive: true, force: true });
    } catch {
      // In use by a run beside this one, or another user's: theirs to remove.
    }
  }
}
