import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ConnectionSettingsColumns } from './connection-settings.entity.js';
import type { SsoConnectionState, SupportedSsoProvider } from './sso-connection.types.js';

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
  provider!: SupportedSsoProvider;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  state!: SsoConnectionState;

  @Column({ type: 'boolean', name: 'sign_out_at_provider' })
  signOutAtProvider!: boolean;

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
