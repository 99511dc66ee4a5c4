import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { Logger } from '../logging/logger.js';
import { DatabaseUrl } from './database-url.js';

/** Besides those of `DATABASE_POOL_SIZE`. A question takes a fraction of a millisecond, so that few serve thousands a second. */
const CONNECTIONS = 5;

/** A statement that the database prepares once per connection, under its name. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/**
 * Asks what is asked at every request of somebody else's product (is this key good, is this session alive) on connections
 * of its own: neither an ORM nor the waiting line of the admin API stands before it.
 */
@Injectable()
export class PreparedStatements implements OnApplicationShutdown {
  private readonly pool: pg.Pool;

  constructor(database: DatabaseUrl, logger: Logger) {
    this.pool = new pg.Pool({
      connectionString: database.url,
      max: CONNECTIONS,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 5_000,
      idleTimeoutMillis: 60_000,
    });
    // A server that goes away ends idle connections; without a listener that would end the process.
    this.pool.on('error', (error) =>
      logger.failure('a connection for prepared statements was lost', { cause: error.message }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  /** The first row; null for none. The columns are the caller's promise. */
  async first<Row extends object>(statement: PreparedStatement, values: readonly unknown[]): Promise<Row | null> {
    const rows = await this.all<Row>(statement, values);
    return rows[0] ?? null;
  }

  /** All rows, as `first`. */
  async all<Row extends object>(statement: PreparedStatement, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>({ ...statement, values: [...values] });
    return rows;
  }
}
