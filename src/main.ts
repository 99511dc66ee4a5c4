import path from 'node:path';
import { whenOrphaned } from './orphaned.js';
import { ConfigError } from './platform/config/config-error.js';
import type { Config } from './platform/config/config.js';
import { generatedSecret } from './platform/config/generated-secret.js';
import { loadConfig } from './platform/config/load-config.js';
import { EmbeddedPostgresError } from './platform/database/embedded-postgres-error.js';
import { DatabaseUrl } from './platform/database/database-url.js';
import { Logger } from './platform/logging/logger.js';
import { say, welcome } from './welcome.js';

/** What has been started and must be stopped again, the last first. */
const started: { stop(): Promise<void> }[] = [];
let ending: Promise<void> | undefined;

/** Reads the settings, starts the database while the code loads, and listens. */
async function start(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = new Logger(config.logLevel);
  const [url, { createApp }] = await Promise.all([openDatabase(config), import('./create-app.js')]);
  const app = await createApp(config, new DatabaseUrl(url), logger);
  started.push({ stop: () => app.close() });
  await app.listen(config.port, config.host);
  await welcome(app, config);
}

async function openDatabase({ databaseUrl, dataDirectory }: Config): Promise<string> {
  if (databaseUrl !== null) return databaseUrl;
  const { startEmbeddedPostgres } = await import('./platform/database/embedded-postgres.js');
  const password = generatedSecret(dataDirectory, 'DATABASE_PASSWORD').reveal();
  const server = await startEmbeddedPostgres({
    directory: path.join(dataDirectory, 'postgres'),
    password,
    durability: 'kept',
  });
  started.push(server);
  return server.url;
}

/** Stops what was started, however far the start has come, and leaves no database behind. */
function end(exitCode: number): void {
  ending ??= stopAll().then(
    () => process.exit(exitCode),
    (error: unknown) => {
      say(inWords(error));
      process.exit(1);
    },
  );
}

async function stopAll(): Promise<void> {
  for (const part of started.toReversed()) await part.stop();
}

/** One line for what a person can mend; the whole stack for what only we can. */
function inWords(error: unknown): string {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message;
  if (isSystemError(error, 'EADDRINUSE')) return `PORT: expected a free port, but ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const isSystemError = (error: unknown, code: string): error is Error =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code;

process.on('SIGTERM', () => end(0));
process.on('SIGINT', () => end(0));
whenOrphaned(process.env, () => end(0));
start().catch((error: unknown) => {
  say(inWords(error));
  end(1);
});
