import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { PasswordHasher } from '../../src/platform/crypto/password-hasher.js';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import { freePort } from '../../test/support/free-port.js';
import { startServer, type ServerProcess } from '../../test/support/server-process.js';

export const password = 'correct horse battery staple';

/** A Gatehouse in a process of its own, on a database that keeps what it is told, with people in it. */
export interface World {
  readonly url: string;
  /** Accounts with `password`. */
  readonly emails: readonly string[];
  stop(): Promise<void>;
}

export async function startWorld(people: number, settings: Readonly<Record<string, string>>): Promise<World> {
  const database = await startDatabase();
  // Whoever signs in comes from an address of their own, so that the throttle has nothing to count.
  const server = await startGatehouse(database.url, { TRUST_PROXY: '127.0.0.1', ...settings }).catch(
    async (error: unknown) => {
      await database.stop();
      throw error;
    },
  );
  const emails = await seed(database.url, people);
  return {
    url: server.url,
    emails,
    stop: async () => {
      await server.end('SIGTERM');
      await database.stop();
    },
  };
}

/** A PostgreSQL that keeps what it is told, for as long as the benchmark runs. */
export async function startDatabase(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'));
  const database = await startEmbeddedPostgres({
    directory,
    password: randomBytes(16).toString('hex'),
    durability: 'kept',
  });
  return {
    url: database.url,
    stop: async () => {
      await database.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A process of Gatehouse. Several on one database share its secrets. */
export async function startGatehouse(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  return startServer({ PORT: String(await freePort()), DATABASE_URL: databaseUrl, ...secrets, ...settings });
}

const secrets = {
  ENCRYPTION_KEY: randomBytes(32).toString('hex'),
  SESSION_SECRET: randomBytes(32).toString('hex'),
};

/** One hash for all: what it costs to verify it does not depend on whose it is. */
async function seed(url: string, people: number): Promise<string[]> {
  const emails = Array.from({ length: people }, (_, index) => `person-${index}@example.test`);
  const hash = await new PasswordHasher().hash(password);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into users (id, email, name, password_hash, email_verified_at, first_signed_in_at)
     select id, email, 'Somebody', $3, now(), now() from unnest($1::text[], $2::text[]) as t (id, email)`,
    [emails.map(() => randomUUID()), emails, hash],
  );
  await client.end();
  return emails;
}
