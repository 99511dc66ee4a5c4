import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What a signature is asked for.
 * - `signIn`: a sign-in by a passkey and nothing else · `secondFactor`: one after a password
 * - `register`: a new passkey · `prove`: a second factor in a session that has none yet
 */
export type ChallengePurpose = 'signIn' | 'secondFactor' | 'register' | 'prove';

/** A challenge that was given to one browser, for one purpose, and has not come back. */
@Entity('passkey_challenges')
export class PasskeyChallengeEntity {
  /** SHA-256 of the challenge. */
  @PrimaryColumn({ type: 'bytea', name: 'challenge_digest' })
  challengeDigest!: Buffer;

  /** SHA-256 of the cookie of the browser that asked. */
  @Column({ type: 'bytea', name: 'browser_digest' })
  browserDigest!: Buffer;

  @Column({ type: 'text' })
  purpose!: ChallengePurpose;

  /** Null where nobody is known yet. */
  @Column({ type: 'text', name: 'user_id', nullable: true })
  userId!: string | null;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;
}
