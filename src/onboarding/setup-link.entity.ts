import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one-time link that makes the first instance administrator, by the SHA-256 of its token. */
@Entity('setup_links')
export class SetupLinkEntity {
  @PrimaryColumn({ type: 'bytea', name: 'token_digest' })
  tokenDigest!: Buffer;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;
}
