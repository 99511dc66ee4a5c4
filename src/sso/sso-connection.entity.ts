import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientAuthMethod } from './sign-in-source.types.js';
import type { SsoConnectionState, SupportedSsoProvider } from './sso-connection.types.js';

@Entity('sso_connections')
export class SsoConnectionEntity {
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

  @Column({ type: 'text' })
  issuer!: string;

  @Column({ type: 'text', name: 'client_id' })
  clientId!: string;

  /** Encrypted for this very row. Null for a public client. */
  @Column({ type: 'text', name: 'client_secret', nullable: true })
  clientSecret!: string | null;

  @Column({ type: 'text', name: 'client_auth_method' })
  clientAuthMethod!: ClientAuthMethod;

  @Column({ type: 'text', array: true })
  scopes!: string[];

  @Column({ type: 'boolean' })
  pkce!: boolean;

  @Column({ type: 'boolean', name: 'sign_out_at_provider' })
  signOutAtProvider!: boolean;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
