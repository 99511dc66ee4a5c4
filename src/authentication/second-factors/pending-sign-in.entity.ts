import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A sign-in whose password was right and whose second factor is still to come. */
@Entity('pending_sign_ins')
export class PendingSignInEntity {
  /** SHA-256 of what the cookie holds. */
  @PrimaryColumn({ type: 'bytea', name: 'token_digest' })
  tokenDigest!: Buffer;

  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** SHA-256 of the stored hash of the password that was right: another password since then ends this. */
  @Column({ type: 'bytea', name: 'password_digest' })
  passwordDigest!: Buffer;

  @Column({ type: 'integer' })
  attempts!: number;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;
}
