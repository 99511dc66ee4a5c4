import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createApp } from '../../src/create-app.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { DatabaseUrl } from '../../src/platform/database/database-url.js';
import { Logger } from '../../src/platform/logging/logger.js';
import { worldOutside, type WorldOutside } from '../../src/platform/world-outside.js';
import { configureCatalogue } from '../../src/policy/permissions.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { freePort } from './free-port.js';
import { createClient, type HttpClient, type HttpClientOptions } from './servers/http-client.js';

export interface TestApp {
  readonly url: string;
  readonly databaseUrl: string;
  readonly nest: NestExpressApplication;
  /** The database behind the app, for looking at what is really stored. */
  readonly database: pg.Pool;
  /** The `ADMIN_API_KEY` of this app. */
  readonly adminApiKey: string;
  /** The `ENCRYPTION_KEY` of this app, for another process on its database. */
  readonly encryptionKey: string;
  /** A new browser: own cookies, requests with our `Origin`. */
  browser(options?: HttpClientOptions): HttpClient;
  /** A program that holds `ADMIN_API_KEY`. */
  admin(): HttpClient;
  stop(): Promise<void>;
}

/**
 * The whole application on a port of its own, with a database of its own that is already migrated.
 * @param environment settings on top of those of a test; `ROOT_URL` may be given with `{port}` in it, and `DATABASE_URL`
 *   for a database that is not its own: it stays when the app stops
 * @param world ports that lead elsewhere than those of these settings
 */
export async function startTestApp(
  environment: Readonly<Record<string, string>> = {},
  world: Partial<WorldOutside> = {},
): Promise<TestApp> {
  const [database, directory] = await Promise.all([
    environment.DATABASE_URL === undefined ? createTestDatabase() : foreignDatabase(environment.DATABASE_URL),
    mkdtemp(path.join(tmpdir(), 'gatehouse-test-')),
  ]);
  const encryptionKey = environment.ENCRYPTION_KEY ?? randomBytes(32).toString('hex');
  const adminApiKey = `admin-${randomBytes(24).toString('hex')}`;
  const secrets = {
    ENCRYPTION_KEY: encryptionKey,
    SESSION_SECRET: randomBytes(32).toString('hex'),
    ADMIN_API_KEY: adminApiKey,
  };
  const { nest, port } = await listening(database.url, { DATA_DIR: directory, ...secrets, ...environment }, world);
  const url = `http://localhost:${port}`;
  const pool = new pg.Pool({ connectionString: database.url, max: 3 });
  // Dropping the database cuts connections that are still closing; a pool that nobody listens to would end the process.
  pool.on('error', () => undefined);
  return {
    url,
    databaseUrl: database.url,
    nest,
    database: pool,
    adminApiKey,
    encryptionKey,
    browser: (options) => createClient(url, options),
    admin: () => createClient(url, { bearer: adminApiKey }),
    stop: async () => {
      await nest.close();
      // The catalogue is the process's: the next application begins with none of this one's permissions.
      configureCatalogue([]);
      await pool.end();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The port must be known before the app is made. Where somebody else took it meanwhile, another one is as good. */
async function listening(
  databaseUrl: string,
  environment: Readonly<Record<string, string>>,
  world: Partial<WorldOutside>,
  attemptsLeft = 3,
): Promise<{ nest: NestExpressApplication; port: number }> {
  const port = await freePort();
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: '10',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    ...Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace('{port}', String(port))]),
    ),
  });
  const nest = await createApp(config, new DatabaseUrl(databaseUrl), new Logger(config.logLevel), {
    ...worldOutside(config),
    ...world,
  });
  try {
    await nest.listen(port, '127.0.0.1');
    return { nest, port };
  } catch (error) {
    await nest.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attemptsLeft === 0) throw error;
    return listening(databaseUrl, environment, world, attemptsLeft - 1);
  }
}

function foreignDatabase(url: string): TestDatabase {
  return { url, drop: () => Promise.resolve() };
}
