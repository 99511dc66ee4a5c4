import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SecondFactor, SignInMethod } from '../policy/proof.js';

@Entity('sessions')
export class SessionEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** SHA-256 of what the cookie holds. */
  @Column({ type: 'bytea', name: 'token_digest' })
  tokenDigest!: Buffer;

  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  @Column({ type: 'text' })
  method!: SignInMethod;

  /** The key of the provider or connection that proved the identity; null for a password. */
  @Column({ type: 'text', nullable: true })
  connection!: string | null;

  @Column({ type: 'text', name: 'second_factor', nullable: true })
  secondFactor!: SecondFactor | null;

  /** When the person last proved who they are in this session. */
  @Column({ type: 'timestamptz', name: 'proven_at' })
  provenAt!: Date;

  /** In which of their organizations the person works; null where they have not said so. */
  @Column({ type: 'text', name: 'organization_id', nullable: true })
  organizationId!: string | null;

  @Column({ type: 'text', nullable: true })
  ip!: string | null;

  @Column({ type: 'text', name: 'user_agent', nullable: true })
  userAgent!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'last_seen_at' })
  lastSeenAt!: Date;

  /** How long it lasts unused: what the strictest of its person's organizations asks, or the instance. */
  @Column({ type: 'integer', name: 'idle_minutes' })
  idleMinutes!: number;

  @Column({ type: 'timestamptz', name: 'idle_expires_at' })
  idleExpiresAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;
}
