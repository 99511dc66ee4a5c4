import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What following a mailed link proves the mailbox for:
 * - `verifyEmail`: the email that the account has
 * - `resetPassword`: the same, for another password
 * - `changeEmail`: the email that the account is to have
 */
export type MailboxPurpose = 'verifyEmail' | 'resetPassword' | 'changeEmail';

/** A mailed link, by the SHA-256 of its token. A user has one of each purpose at the most: the newest. */
@Entity('mailbox_tokens')
export class MailboxTokenEntity {
  @PrimaryColumn({ type: 'bytea', name: 'token_digest' })
  tokenDigest!: Buffer;

  @Column({ type: 'text' })
  purpose!: MailboxPurpose;

  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** The mailbox that it was sent to, canonical. */
  @Column({ type: 'text' })
  email!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;
}
