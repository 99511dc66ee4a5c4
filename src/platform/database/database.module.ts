import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../config/config.js';
import { DomainEvents } from '../events/domain-events.js';
import { dataSourceOptions } from './data-source.js';
import { DatabaseUrl } from './database-url.js';
import { Database } from './database.js';
import { Idempotency } from './idempotency.js';
import { Notifications } from './notifications.js';
import { PreparedStatements } from './prepared-statements.js';
import { SetAside } from './set-aside/set-aside.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [DatabaseUrl, Config],
      useFactory: (database: DatabaseUrl, config: Config) => ({
        ...dataSourceOptions(database.url, config.databasePoolSize),
        autoLoadEntities: true,
        migrationsRun: true,
        retryAttempts: 0,
      }),
    }),
  ],
  providers: [Database, DomainEvents, Idempotency, Notifications, PreparedStatements, SetAside],
  exports: [Database, DomainEvents, Idempotency, Notifications, PreparedStatements, SetAside],
})
export class DatabaseModule {}
