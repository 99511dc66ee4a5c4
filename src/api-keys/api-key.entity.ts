import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Permission } from '../policy/permissions.js';
import type { ApiKeyScope } from './api-key.types.js';
import type { RateLimit } from './rate-limit/rate-limit.types.js';

@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'text', name: 'project_id', nullable: true })
  projectId!: string | null;

  @Column({ type: 'text' })
  scope!: ApiKeyScope;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', nullable: true })
  note!: string | null;

  @Column({ type: 'text', name: 'public_key' })
  publicKey!: string;

  /** SHA-256 of the secret, which is stored nowhere. */
  @Column({ type: 'bytea', name: 'secret_digest', select: false })
  secretDigest!: Buffer;

  @Column({ type: 'text', name: 'display_secret' })
  displaySecret!: string;

  @Column({ type: 'text', array: true })
  permissions!: Permission[];

  /** What is left of them while whoever stands behind the key holds less; null: all of them. */
  @Column({ type: 'text', array: true, name: 'effective_permissions', nullable: true })
  effectivePermissions!: Permission[] | null;

  @Column({ type: 'text', array: true, name: 'allowed_cidrs', default: [] })
  allowedCidrs!: string[];

  @Column({ type: 'jsonb', name: 'rate_limit', nullable: true })
  rateLimit!: RateLimit | null;

  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'text', name: 'service_account_id', nullable: true })
  serviceAccountId!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** The key in whose place it was made. */
  @Column({ type: 'text', name: 'rotated_from', nullable: true })
  rotatedFromId!: string | null;

  /** The key that takes its place; null again when that is revoked before this one has died. */
  @Column({ type: 'text', name: 'successor_id', nullable: true })
  successorId!: string | null;

  @Column({ type: 'timestamptz', name: 'rotated_at', nullable: true })
  rotatedAt!: Date | null;

  /** Counted from the successor's first use; null where a date was given. */
  @Column({ type: 'integer', name: 'overlap_seconds', nullable: true })
  overlapSeconds!: number | null;

  /** Null until it is counted. */
  @Column({ type: 'timestamptz', name: 'dies_at', nullable: true })
  diesAt!: Date | null;
}
