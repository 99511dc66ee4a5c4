import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A sign-in at a provider that was begun and has not come back yet. One row for each `state`, so that two tabs don't meet. */
@Entity('login_flows')
export class LoginFlowEntity {
  /** SHA-256 of the `state`. */
  @PrimaryColumn({ type: 'bytea', name: 'state_digest' })
  stateDigest!: Buffer;

  /** SHA-256 of the cookie of the browser that began it. */
  @Column({ type: 'bytea', name: 'browser_digest' })
  browserDigest!: Buffer;

  @Column({ type: 'text', name: 'provider_key' })
  providerKey!: string;

  /** Null for a provider of the instance. */
  @Column({ type: 'text', name: 'connection_id', nullable: true })
  connectionId!: string | null;

  /** Encrypted for this very row. */
  @Column({ type: 'text' })
  secrets!: string;

  /** What the provider had the browser post, until the browser comes for it. Encrypted for this very row. */
  @Column({ type: 'text', nullable: true })
  answer!: string | null;

  @Column({ type: 'text', name: 'return_to' })
  returnTo!: string;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;
}
