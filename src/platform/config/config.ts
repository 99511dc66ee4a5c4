import type { Secret } from '../crypto/secret.js';
import type { ProviderVendor } from './config.schema.js';

/** A sign-in provider of the whole instance, from the environment or from YAML. */
export interface ProviderConfig {
  /** Its name in addresses: `google`, `azure-ad`. */
  readonly key: string;
  readonly vendor: ProviderVendor;
  /** Where it was written down, and so what a setting of it is called. */
  readonly from: 'environment' | 'yaml';
  readonly name: string | null;
  readonly issuer: string | null;
  readonly tenantId: string | null;
  readonly baseUrl: string | null;
  readonly clientId: string;
  readonly clientSecret: Secret | null;
  /** PEM. */
  readonly privateKey: Secret | null;
  readonly privateKeyId: string | null;
  readonly clientAuthMethod: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none' | null;
  /** Null: the vendor's own. */
  readonly scopes: readonly string[] | null;
  /** What claims are called there; null for what everybody calls them. */
  readonly claims: {
    readonly email: string | null;
    readonly name: string | null;
    readonly emailVerified: string | null;
  };
  readonly pkce: boolean;
  readonly allowSignUp: boolean;
  readonly allowedDomains: readonly string[];
  readonly requireEmailVerified: boolean;
  /** Null: as the vendor has it. */
  readonly allowAccountLinking: boolean | null;
  /** Whether signing out here leads on to signing out there. */
  readonly signOutAtProvider: boolean;
}

type Role = 'OWNER' | 'ADMIN' | 'MEMBER' | 'VIEWER' | 'NONE';

/** All of Gatehouse's settings, read once and never changed. Inject this class to read one. */
export abstract class Config {
  abstract readonly port: number;
  abstract readonly host: string;
  /** The public address with no slash at its end; the one source of absolute URLs. */
  abstract readonly rootUrl: string;
  abstract readonly isProduction: boolean;
  abstract readonly logLevel: string;
  abstract readonly explorer: boolean;
  /** Null: the embedded PostgreSQL in `dataDirectory`. */
  abstract readonly databaseUrl: string | null;
  abstract readonly databasePoolSize: number;
  abstract readonly dataDirectory: string;
  abstract readonly encryptionKey: Secret;
  abstract readonly sessionSecret: Secret;
  abstract readonly adminApiKey: Secret | null;
  abstract readonly signUpDisabled: boolean;
  abstract readonly passwordDisabled: boolean;
  abstract readonly enforcedDomains: readonly string[];
  abstract readonly emailVerificationRequired: boolean;
  abstract readonly passwordMinLength: number;
  abstract readonly sessionMaxAgeMinutes: number;
  abstract readonly sessionIdleMinutes: number;
  /** After so many days a key is due to be rotated; 0: never. */
  abstract readonly apiKeyRotationDays: number;
  abstract readonly trustProxy: readonly string[];
  abstract readonly dnsResolvers: readonly string[];
  abstract readonly outboundAllowedHosts: readonly string[];
  /** Null: mails are written to the log. */
  abstract readonly smtpUrl: Secret | null;
  abstract readonly mailFrom: string;
  abstract readonly defaultPlan: 'hobby' | 'core' | 'pro' | 'pro+teams' | 'enterprise' | 'self-hosted';
  abstract readonly defaultOrganizationRole: Role;
  abstract readonly defaultProjectRole: Role;
  /** For so long the deletion of an organization or a project can be undone; 0: it cannot. */
  abstract readonly deletionGraceDays: number;
  abstract readonly providers: readonly ProviderConfig[];
  /** Organization (id or slug) and role given to new users at their first sign-in. */
  abstract readonly defaultTeam: string | null;
  abstract readonly defaultRole: Role | null;
  /** Canonical emails of users who administer the instance. */
  abstract readonly admins: readonly string[];
  /** Permissions of the product behind Gatehouse, beside those that every instance has. */
  abstract readonly permissions: readonly {
    readonly name: string;
    readonly level: 'organization' | 'project' | 'both';
    /** The least built-in role that holds it. */
    readonly from: Exclude<Role, 'NONE'>;
    readonly describe: string;
  }[];
  abstract readonly init: {
    readonly organization: { readonly id: string; readonly name: string } | null;
    readonly project: {
      readonly id: string;
      readonly name: string;
      /** A pair that the application holds already. */
      readonly keyPair: { readonly publicKey: string; readonly secretKey: Secret } | null;
    } | null;
    readonly user: { readonly email: string; readonly name: string; readonly password: Secret } | null;
  };
}
