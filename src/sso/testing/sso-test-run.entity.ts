import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A test sign-in: one row from when it was asked for, filled in when its browser comes back. */
@Entity('sso_test_runs')
export class SsoTestRunEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'text', name: 'connection_id' })
  connectionId!: string;

  /** Of the settings that are tried: once they are changed, what it finds says nothing of the new ones. */
  @Column({ type: 'text' })
  revision!: string;

  @Column({ type: 'boolean', name: 'of_candidate' })
  ofCandidate!: boolean;

  /** The setup link by which it was asked for; null where a member did. */
  @Column({ type: 'text', name: 'setup_link_id', nullable: true })
  setupLinkId!: string | null;

  /** SHA-256 of the token in the address that runs it. */
  @Column({ type: 'bytea', name: 'token_digest' })
  tokenDigest!: Buffer;

  @Column({ type: 'timestamptz', name: 'started_at' })
  startedAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;

  @Column({ type: 'timestamptz', name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @Column({ type: 'boolean', nullable: true })
  passed!: boolean | null;

  /** A `SsoTestReport`. */
  @Column({ type: 'jsonb', nullable: true })
  report!: object | null;
}
