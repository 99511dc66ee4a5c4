import type { ClientAuthMethod } from '../sign-in-source.types.js';

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

/** A vendor of OpenID providers: what differs from one to the next. */
export interface OidcVendor {
  /** As its customers know it. */
  readonly name: string;
  /** The last part of a connection's key, and the whole key of a configured provider. */
  readonly keySuffix: string;
  /** The issuer, or what would have to be known for it. */
  readonly issuerOf: (address: VendorAddress) => string | MissingAddress;
  readonly scopes: readonly string[];
  /** Used where the provider's own description does not rule it out. */
  readonly clientAuthMethod: Exclude<ClientAuthMethod, 'none'>;
  /** The claims that may say whether the email is verified: the first that is sent counts. */
  readonly emailVerifiedClaims: readonly string[];
}

/** What most vendors have in common. */
export const usual = {
  scopes: ['openid', 'email', 'profile'],
  clientAuthMethod: 'client_secret_basic',
  emailVerifiedClaims: ['email_verified'],
} as const satisfies Partial<OidcVendor>;

/** For a vendor whose issuer can't be worked out from anything else. */
export function givenIssuer(example: string): OidcVendor['issuerOf'] {
  return ({ issuer }) => issuer ?? { field: 'issuer', expected: `the issuer, such as ${example}` };
}

/** For a vendor whose issuer is one and the same for all, or for all who do not run their own. */
export function knownIssuer(known: string): OidcVendor['issuerOf'] {
  return ({ issuer }) => issuer ?? known;
}

/** The address without slashes at its end. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
