import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProvisionedRole } from '../scim-client.types.js';

@Entity('scim_tokens')
export class ScimTokenEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'text' })
  name!: string;

  /** SHA-256 of the token, which is stored nowhere. */
  @Column({ type: 'bytea', name: 'secret_digest', select: false })
  secretDigest!: Buffer;

  @Column({ type: 'text' })
  display!: string;

  @Column({ type: 'text' })
  role!: ProvisionedRole;

  /** As the trail knows them. */
  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'text', name: 'created_by_id' })
  createdById!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
