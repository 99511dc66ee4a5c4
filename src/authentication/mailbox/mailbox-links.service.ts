import { Injectable, type OnModuleInit } from '@nestjs/common';
import { In, LessThan, MoreThan } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { randomToken, sha256 } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { MailboxTokenEntity, type MailboxPurpose } from './mailbox-token.entity.js';

/** What a mailed link is for, and whose. */
export type MailboxProof = Pick<MailboxTokenEntity, 'purpose' | 'userId' | 'email'>;

export interface MailedLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/** Minutes. Who asked for a link waits for it; who signs up may look into the mailbox tomorrow. */
const validFor: Readonly<Record<MailboxPurpose, number>> = {
  verifyEmail: 24 * 60,
  resetPassword: 60,
  changeEmail: 60,
};

const pages: Readonly<Record<MailboxPurpose, string>> = {
  verifyEmail: '/verify-email',
  resetPassword: '/reset-password',
  changeEmail: '/verify-email',
};

/** Links that prove a mailbox: good once, for a while, and only as long as no newer one was made. */
@Injectable()
export class MailboxLinks implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every('*/10 * * * *', 'mailboxLinks.sweep', () => this.sweep());
  }

  /** Makes a link, and ends the one before it. Its token is in the mail and nowhere else. */
  async issue(tx: Tx, proof: MailboxProof): Promise<MailedLink> {
    const token = randomToken();
    const expiresAt = this.clock.inMinutes(validFor[proof.purpose]);
    const row = { ...proof, tokenDigest: sha256(token), createdAt: this.clock.now(), expiresAt };
    await tx.upsert(MailboxTokenEntity, row, ['userId', 'purpose']);
    return { url: `${this.config.rootUrl}${pages[proof.purpose]}?token=${token}`, expiresAt };
  }

  /** Looks without using it up: mail scanners follow links too. Null for one that does not work (any more). */
  find(token: string, purposes: readonly MailboxPurpose[]): Promise<MailboxProof | null> {
    return this.database.reader.findOneBy(MailboxTokenEntity, {
      tokenDigest: sha256(token),
      purpose: In([...purposes]),
      expiresAt: MoreThan(this.clock.now()),
    });
  }

  /** Uses it up. The one statement decides: of any number of calls with one token, one succeeds. @throws TOKEN_INVALID */
  async consume(tx: Tx, token: string, purposes: readonly MailboxPurpose[]): Promise<MailboxProof> {
    const deleted = await tx
      .createQueryBuilder()
      .delete()
      .from(MailboxTokenEntity)
      .where({ tokenDigest: sha256(token), purpose: In([...purposes]), expiresAt: MoreThan(this.clock.now()) })
      .returning('purpose, user_id, email')
      .execute();
    const [row] = deleted.raw as { purpose: MailboxPurpose; user_id: string; email: string }[];
    if (!row)
      throw new AppError('TOKEN_INVALID', { detail: 'no link has this token, or it was used, replaced or expired' });
    return { purpose: row.purpose, userId: row.user_id, email: row.email };
  }

  /** Whoever could ask for links until now, through a mailbox or a session that was theirs, has none left. */
  async endAllOf(tx: Tx, userId: string): Promise<void> {
    await tx.delete(MailboxTokenEntity, { userId });
  }

  private async sweep(): Promise<void> {
    await this.database.reader.delete(MailboxTokenEntity, { expiresAt: LessThan(this.clock.now()) });
  }
}
