import type { VendorForm } from './vendor-form.js';

/** What an administrator gives to say where a provider stands. */
export interface VendorAddress {
  /** Taken as it is where it is given: an issuer is compared letter by letter. */
  readonly issuer: string | null;
  /** What the vendor calls tenant, directory, realm, user pool, application. */
  readonly tenantId: string | null;
  /** The origin of an installation of one's own. */
  readonly baseUrl: string | null;
}

/** What is missing, in words that follow "give". */
export interface MissingAddress {
  readonly field: keyof VendorAddress;
  readonly expected: string;
}

/** What is known of a vendor whatever it speaks. */
export interface VendorFacts {
  /** As its customers know it. */
  readonly name: string;
  /** The last part of a connection's key, and the whole key of a configured provider. */
  readonly keySuffix: string;
  /** The fields that say where it stands. Another one, set in the environment, is a mistake. */
  readonly address: readonly (keyof VendorAddress)[];
  /** The issuer, or what would have to be known for it. */
  readonly issuerOf: (address: VendorAddress) => string | MissingAddress;
  readonly scopes: readonly string[];
  /** The scope without which nobody can be signed in: it is asked for whatever else is. */
  readonly neededScope: string;
  /**
   * Whether anybody in the world can have an account there, so that an organization's connection to it speaks for its
   * domain's people only as far as the provider has verified their emails.
   */
  readonly isOpenToAnybody: boolean;
  /** Whether an account is entered by its verified email unless the operator says otherwise. */
  readonly linksAccounts: boolean;
  /** How an organization registers its own; null for a vendor that is configured for the instance alone. */
  readonly form: VendorForm | null;
}

/** The address without slashes at its end. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
