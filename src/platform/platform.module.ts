import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock } from './clock/clock.js';
import { Config } from './config/config.js';
import { Cipher, cipherKeyFrom } from './crypto/cipher.js';
import { Signer } from './crypto/mac.js';
import { PasswordHasher } from './crypto/password-hasher.js';
import { DatabaseModule } from './database/database.module.js';
import { DatabaseUrl } from './database/database-url.js';
import { DnsLookup } from './dns/dns-lookup.js';
import { GraphQLModule } from './graphql/graphql.module.js';
import { OutboundHttp } from './http/outbound.js';
import { PageRenderer } from './http/pages/page-renderer.js';
import { JobRunner } from './jobs/job-runner.js';
import { Jobs } from './jobs/jobs.js';
import { Logger } from './logging/logger.js';
import { MailTransport } from './mail/mail-transport.js';
import { Mailer } from './mail/mailer.js';
import { AttemptCounter } from './throttle/attempt-counter.js';
import type { WorldOutside } from './world-outside.js';

/** What every module may ask for: settings, the ports to the world outside, and nothing of the domain. */
@Global()
@Module({})
export class PlatformModule {
  static with(config: Config, database: DatabaseUrl, logger: Logger, world: WorldOutside): DynamicModule {
    const shared = [
      { provide: Config, useValue: config },
      { provide: DatabaseUrl, useValue: database },
      { provide: Logger, useValue: logger },
      { provide: Cipher, useValue: new Cipher({ current: cipherKeyFrom(config.encryptionKey) }) },
      { provide: Signer, useValue: new Signer(config.sessionSecret) },
      { provide: OutboundHttp, useValue: world.http },
      { provide: DnsLookup, useValue: world.dns },
      { provide: PasswordHasher, useFactory: () => new PasswordHasher() },
      AttemptCounter,
      Clock,
      Jobs,
      JobRunner,
      MailTransport,
      Mailer,
      PageRenderer,
    ];
    return { module: PlatformModule, imports: [DatabaseModule, GraphQLModule], providers: shared, exports: shared };
  }
}
