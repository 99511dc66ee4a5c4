import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { Logger } from '../../platform/logging/logger.js';
import { Mailer, type Mail } from '../../platform/mail/mailer.js';
import type { User } from '../../users/user.types.js';
import { factorMail, type FactorNews } from './factor-mail.js';

/** Tells people by mail what has happened to their second factors. The one place that sends these mails. */
@Injectable()
export class FactorNotice implements BeforeApplicationShutdown {
  private readonly underway = new Set<Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  /** The mail goes out once the transaction has committed, and not if it rolls back. */
  tell(_tx: Tx, user: User, news: FactorNews): void {
    const mail = factorMail(user.email, news, this.clock.now(), `${this.config.rootUrl}/account/second-factor`);
    this.database.afterCommit(() => {
      const sending = this.send(mail).finally(() => this.underway.delete(sending));
      this.underway.add(sending);
    });
  }

  /** Mails that are on their way get there, or fail, before the process ends. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underway);
  }

  /** Never rejects: nobody waits. */
  private async send(mail: Mail): Promise<void> {
    try {
      await this.mailer.send(mail);
    } catch (error) {
      this.logger.failure('a mail about second factors could not be sent', {
        subject: mail.subject,
        reason: String(error),
      });
    }
  }
}
