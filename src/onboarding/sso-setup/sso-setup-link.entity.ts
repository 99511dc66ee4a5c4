import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A link for somebody without an account, who sets single sign-on up and may do nothing else. */
@Entity('sso_setup_links')
export class SsoSetupLinkEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  /** The one domain that it is for; null: it may add domains, and is for those. */
  @Column({ type: 'text', name: 'domain_id', nullable: true })
  domainId!: string | null;

  /** The domains that were added by it; some may have been removed since. */
  @Column({ type: 'text', name: 'added_domain_ids', array: true, default: [] })
  addedDomainIds!: string[];

  @Column({ type: 'text', nullable: true })
  note!: string | null;

  /** SHA-256 of the token in its address. */
  @Column({ type: 'bytea', name: 'token_digest' })
  tokenDigest!: Buffer;

  /** As the trail knows them. */
  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'text', name: 'created_by_id' })
  createdById!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** How many requests came by it. */
  @Column({ type: 'integer', name: 'use_count', default: 0 })
  useCount!: number;
}
