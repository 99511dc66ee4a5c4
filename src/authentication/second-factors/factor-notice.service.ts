import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import type { User } from '../../users/user.types.js';
import { factorMail, type FactorNews } from './factor-mail.js';

/** Tells people by mail what has happened to their second factors. */
@Injectable()
export class FactorNotice {
  constructor(
    private readonly mailer: Mailer,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** In the commit of what it tells of. */
  tell(tx: Tx, user: User, news: FactorNews): Promise<void> {
    const page = `${this.config.rootUrl}/account/second-factor`;
    return this.mailer.enqueue(tx, factorMail(user.email, news, this.clock.now(), page));
  }
}
