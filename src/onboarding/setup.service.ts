import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { SessionOpener, withPassword, type SignInRequest } from '../authentication/sign-in/session-opener.service.js';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { randomToken, sha256 } from '../platform/crypto/digest.js';
import { Database } from '../platform/database/database.js';
import { AppError, invalid } from '../platform/errors/app-error.js';
import { parseEmailAddress } from '../platform/text/email-address.js';
import { anonymous } from '../policy/actor.js';
import type { OpenedSession } from '../sessions/session.types.js';
import { PasswordService } from '../users/password.service.js';
import { UserService } from '../users/user.service.js';
import { SetupLinkEntity } from './setup-link.entity.js';

const ONE_DAY_IN_MINUTES = 24 * 60;

export interface FirstAdministrator {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** The very first start: a link, good once, for whoever reads the server's output, to become the instance administrator. */
@Injectable()
export class SetupService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly opener: SessionOpener,
    private readonly passwords: PasswordService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** A new link, in place of any before it; null once there is an administrator. */
  async issueLink(): Promise<string | null> {
    if (await this.users.hasAdministrator()) return null;
    const token = randomToken();
    await this.database.transaction(async (tx) => {
      await tx.clear(SetupLinkEntity);
      await tx.insert(SetupLinkEntity, {
        tokenDigest: sha256(token),
        expiresAt: this.clock.inMinutes(ONE_DAY_IN_MINUTES),
      });
    });
    return `${this.config.rootUrl}/setup?token=${token}`;
  }

  isUsable(token: string): Promise<boolean> {
    return this.database.reader.existsBy(SetupLinkEntity, {
      tokenDigest: sha256(token),
      expiresAt: MoreThan(this.clock.now()),
    });
  }

  /**
   * Makes the administrator and signs them in. Whoever reads the server's output is trusted with their own email.
   * @throws INVITATION_INVALID when the link is used, replaced or too old; VALIDATION_FAILED; CONFLICT
   */
  async redeem(token: string, person: FirstAdministrator, request: SignInRequest): Promise<OpenedSession> {
    const email = parseEmailAddress(person.email);
    if (!email) throw invalid('email', 'Enter one email address, such as ada@example.com.');
    if (person.name.trim() === '') throw invalid('name', 'Enter your name.');
    const owner = { email: email.address, name: person.name };
    const passwordHash = await this.passwords.hashNew(person.password, owner);

    return this.database.transaction(async (tx) => {
      const spent = await tx.delete(SetupLinkEntity, {
        tokenDigest: sha256(token),
        expiresAt: MoreThan(this.clock.now()),
      });
      if (spent.affected !== 1)
        throw new AppError('INVITATION_INVALID', { message: 'This link is used up or too old.' });
      const account = {
        email: email.address,
        name: person.name.trim().slice(0, 120),
        passwordHash,
        emailVerified: true,
        isInstanceAdministrator: true,
      };
      const user = await this.users.create(tx, anonymous(request.origin), {
        ...account,
        by: 'setup',
        organizationId: null,
      });
      return this.opener.open(tx, user, withPassword, request);
    });
  }
}
