import type { VendorAddress, VendorFacts } from './vendor.js';

/** A vendor of OpenID providers: what differs from one to the next. */
export interface OidcVendor extends VendorFacts {
  readonly protocol: 'oidc';
  /**
   * The issuer where it stands for many tenants, each with a name of its own in its tokens; null where it does not. For the
   * instance alone: a connection is one organization's, and so is its provider.
   */
  readonly sharedIssuerOf: (address: VendorAddress) => string | null;
  /** Used where the provider's own description does not rule it out. */
  readonly clientAuthMethod: 'client_secret_basic' | 'client_secret_post';
  /** The claim that says whether the email is verified; then those that must not deny it, where they are sent. */
  readonly emailVerifiedClaims: readonly string[];
  /** Whether its tokens name the organization that an account belongs to (`hd`). */
  readonly namesHostedDomain: boolean;
  readonly quirks: OidcQuirks;
}

/** In what a vendor does otherwise than OpenID Connect says. */
export interface OidcQuirks {
  /** What the provider calls itself in its description: the issuer, or a pattern with `{tenantid}` for each tenant's. */
  readonly describedAs: (issuer: string) => string;
  /** Whether the ID token has the email and leaves the name to userinfo. */
  readonly leavesNameToUserinfo: boolean;
  /** Whether text, `"true"`, says too that an email is verified. */
  readonly verifiedAsText: boolean;
  /** Where a client assertion names its key, and whom it is for (RFC 7523 3). */
  readonly assertion: {
    readonly keyId: 'kid' | 'x5t#S256';
    readonly audience: 'issuer' | 'token endpoint';
  };
  /** The parameter that says where to go after signing out (OpenID Connect RP-Initiated Logout 1.0, 2). */
  readonly afterSignOut: 'post_logout_redirect_uri' | 'logout_uri';
}

const noQuirks: OidcQuirks = {
  describedAs: (issuer) => issuer,
  leavesNameToUserinfo: false,
  verifiedAsText: false,
  assertion: { keyId: 'kid', audience: 'issuer' },
  afterSignOut: 'post_logout_redirect_uri',
};

/** What most vendors have in common. */
export const usual = {
  protocol: 'oidc',
  address: ['issuer'],
  sharedIssuerOf: () => null,
  scopes: ['openid', 'email', 'profile'],
  neededScope: 'openid',
  clientAuthMethod: 'client_secret_basic',
  emailVerifiedClaims: ['email_verified'],
  isOpenToAnybody: false,
  linksAccounts: false,
  namesHostedDomain: false,
  quirks: noQuirks,
} as const satisfies Partial<OidcVendor>;

/** For a vendor whose issuer can't be worked out from anything else. */
export function givenIssuer(example: string): OidcVendor['issuerOf'] {
  return ({ issuer }) => issuer ?? { field: 'issuer', expected: `the issuer, such as ${example}` };
}

/** For a vendor whose issuer is one and the same for all, or for all who do not run their own. */
export function knownIssuer(known: string): OidcVendor['issuerOf'] {
  return ({ issuer }) => issuer ?? known;
}
