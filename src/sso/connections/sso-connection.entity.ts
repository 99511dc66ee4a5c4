import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ConnectionSettingsColumns } from './connection-settings.entity.js';
import type { SsoConnectionState, SsoProvider } from './sso-connection.types.js';

@Entity('sso_connections')
export class SsoConnectionEntity extends ConnectionSettingsColumns {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'text', name: 'domain_id' })
  domainId!: string;

  @Column({ type: 'text' })
  key!: string;

  @Column({ type: 'text' })
  provider!: SsoProvider;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  state!: SsoConnectionState;

  @Column({ type: 'boolean', name: 'sign_out_at_provider' })
  signOutAtProvider!: boolean;

  /** Ours, of a connection that speaks SAML: signs requests, and opens what is encrypted for us. Encrypted for this row. */
  @Column({ type: 'text', name: 'saml_private_key', nullable: true })
  samlPrivateKey!: string | null;

  /** PEM. */
  @Column({ type: 'text', name: 'saml_certificate', nullable: true })
  samlCertificate!: string | null;

  /** When the metadata of a SAML identity provider was read last. */
  @Column({ type: 'timestamptz', name: 'metadata_read_at', nullable: true })
  metadataReadAt!: Date | null;

  /** When it is to be enforced; null where nobody has planned that. */
  @Column({ type: 'timestamptz', name: 'enforcement_starts_at', nullable: true })
  enforcementStartsAt!: Date | null;

  /** Whether it was planned in spite of a test that is missing. */
  @Column({ type: 'boolean', name: 'enforcement_skips_test', default: false })
  enforcementSkipsTest!: boolean;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
