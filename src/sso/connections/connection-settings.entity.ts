import { Column } from 'typeorm';
import type { ClientAuthMethod } from '../sources/sign-in-source.types.js';

/** What a sign-in at an organization's provider is made with: of a connection as it is in use, and of its candidate. */
export abstract class ConnectionSettingsColumns {
  @Column({ type: 'text' })
  issuer!: string;

  @Column({ type: 'text', name: 'client_id' })
  clientId!: string;

  /** Encrypted for this very row. Null for a public client. */
  @Column({ type: 'text', name: 'client_secret', nullable: true })
  clientSecret!: string | null;

  /** When the provider says that it stops counting; null where nobody has told. */
  @Column({ type: 'timestamptz', name: 'client_secret_expires_at', nullable: true })
  clientSecretExpiresAt!: Date | null;

  @Column({ type: 'text', name: 'client_auth_method' })
  clientAuthMethod!: ClientAuthMethod;

  @Column({ type: 'text', array: true })
  scopes!: string[];

  @Column({ type: 'boolean' })
  pkce!: boolean;

  /** A `SamlIdentityProvider`; null unless the connection speaks SAML. */
  @Column({ type: 'jsonb', nullable: true })
  saml!: object | null;

  /** Another one with each change of the settings: a test is of the settings that it was run with, and of no others. */
  @Column({ type: 'text' })
  revision!: string;

  /** When these settings passed a test sign-in. */
  @Column({ type: 'timestamptz', name: 'tested_at', nullable: true })
  testedAt!: Date | null;
}
