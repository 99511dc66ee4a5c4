import { DataSource } from 'typeorm';
import type { TestApp } from './app.js';

/** How many statements the server sends to its database meanwhile. */
export async function countStatements({ nest }: TestApp, work: () => Promise<unknown>): Promise<number> {
  const source = nest.get(DataSource, { strict: false });
  const statements: string[] = [];
  const { logger } = source;
  source.logger = Object.assign(Object.create(logger) as typeof logger, {
    logQuery: (sql: string) => void statements.push(sql),
  });
  await work();
  source.logger = logger;
  return statements.length;
}
