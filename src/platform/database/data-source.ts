import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { migrations } from './migrations/migrations.js';

/** The connection's options, shared by the server, the tests and the TypeORM command line. */
export function dataSourceOptions(url: string, poolSize = 5): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url,
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    poolSize,
    // A waiting request is answered 503 rather than left hanging, and no statement outlives its caller.
    connectTimeoutMS: 5_000,
    extra: { statement_timeout: 10_000, idle_in_transaction_session_timeout: 30_000 },
  };
}

/** A data source that knows the migrations and no entities. */
export function createDataSource(url: string): DataSource {
  return new DataSource(dataSourceOptions(url));
}
