import type { HostilePerson } from '../hostile-openid-provider.js';
import type { Members } from '../hostile-misbehaviour.js';

export type TokenAuth = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

/** What a token endpoint says. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: Members;
}

/** In what a vendor's OpenID provider differs from the next one's, as its public documentation has it. */
export interface VendorDifferences {
  /** After the origin: the issuer that is configured. */
  readonly issuer: string;
  /** After the origin: the issuer that the description names, where that is another. */
  readonly describedAs?: string;
  /** After the origin: the issuer that ID tokens name, where that is another. */
  readonly tokenIssuer?: string;
  /** Paths. */
  readonly authorize: string;
  readonly token: string;
  readonly userinfo: string;
  readonly jwks: string;
  readonly signOut?: string;
  /** What the description says besides its endpoints. */
  readonly discovery?: Members;
  /** How a client may prove itself. The first is what the description names where it names none (OpenID Connect Core 9). */
  readonly tokenAuth: readonly TokenAuth[];
  /** Whom a client assertion must be for; the issuer by default. */
  readonly assertionAudience?: 'token endpoint';
  /** The claims of an ID token besides `iss sub aud iat exp nonce`. */
  readonly idToken: (person: HostilePerson) => Members;
  readonly userinfoClaims: (person: HostilePerson) => Members;
  /** Left out: no `at_hash`. */
  readonly namesAccessToken?: true;
  /** `aud` is a list. */
  readonly listsAudience?: true;
  /** Names itself in the callback (RFC 9207). */
  readonly namesItself?: true;
  /** How it refuses, in its own words. */
  readonly refusals: { readonly client: TokenAnswer; readonly code: TokenAnswer };
}

const asTold = ({ email, email_verified, name }: HostilePerson): Members => ({ email, email_verified, name });
const nothing = (): Members => ({});

/** RFC 6749 5.2, in the usual words. */
const usualRefusals = {
  client: { status: 401, body: { error: 'invalid_client', error_description: 'Client authentication failed' } },
  code: { status: 400, body: { error: 'invalid_grant', error_description: 'The authorization code is invalid' } },
} as const;

/** A directory of Microsoft Entra ID. */
export const entraTenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';

const entra = (tenant: string): VendorDifferences => ({
  issuer: `/${tenant}/v2.0`,
  authorize: `/${tenant}/oauth2/v2.0/authorize`,
  token: `/${tenant}/oauth2/v2.0/token`,
  userinfo: '/oidc/userinfo',
  jwks: `/${tenant}/discovery/v2.0/keys`,
  signOut: `/${tenant}/oauth2/v2.0/logout`,
  discovery: { tenant_region_scope: null, cloud_instance_name: 'microsoftonline.com' },
  tokenAuth: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  assertionAudience: 'token endpoint',
  tokenIssuer: `/${entraTenant}/v2.0`,
  // `email` and `xms_edov` are optional claims, chosen in the app registration. There is no `email_verified`.
  idToken: ({ sub, email, name }) => ({
    ver: '2.0',
    tid: entraTenant,
    oid: `oid-of-${sub}`,
    preferred_username: email,
    email,
    name,
    xms_edov: true,
  }),
  userinfoClaims: ({ email, name }) => ({ email, name }),
  refusals: {
    client: {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'AADSTS7000215: Invalid client secret provided.',
        error_codes: [7000215],
      },
    },
    code: {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'AADSTS70000: The grant is invalid.', error_codes: [70000] },
    },
  },
});

const auth0: VendorDifferences = {
  issuer: '/',
  authorize: '/authorize',
  token: '/oauth/token',
  userinfo: '/userinfo',
  jwks: '/.well-known/jwks.json',
  signOut: '/oidc/logout',
  tokenAuth: ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'],
  idToken: (person) => ({ ...asTold(person), nickname: 'ada', sid: 'a-session', updated_at: '2026-11-01T12:00:00Z' }),
  userinfoClaims: asTold,
  refusals: {
    client: { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } },
    code: { status: 403, body: { error: 'invalid_grant', error_description: 'Invalid authorization code' } },
  },
};

export const vendorDifferences = {
  GOOGLE: {
    issuer: '',
    authorize: '/o/oauth2/v2/auth',
    token: '/token',
    userinfo: '/v1/userinfo',
    jwks: '/oauth2/v3/certs',
    tokenAuth: ['client_secret_post', 'client_secret_basic'],
    // A consumer's account has no `hd`.
    idToken: (person) => ({
      ...asTold(person),
      azp: 'client-of-google',
      hd: person.email.split('@')[1],
      given_name: 'Ada',
    }),
    userinfoClaims: asTold,
    namesAccessToken: true,
    refusals: {
      client: { status: 401, body: { error: 'invalid_client', error_description: 'Unauthorized' } },
      code: { status: 400, body: { error: 'invalid_grant', error_description: 'Malformed auth code.' } },
    },
  },
  GITLAB: {
    issuer: '',
    authorize: '/oauth/authorize',
    token: '/oauth/token',
    userinfo: '/oauth/userinfo',
    jwks: '/oauth/discovery/keys',
    tokenAuth: ['client_secret_basic', 'client_secret_post'],
    // The name is left to userinfo.
    idToken: ({ email, email_verified }) => ({ sub_legacy: 'legacy', auth_time: 1_700_000_000, email, email_verified }),
    userinfoClaims: (person) => ({ ...asTold(person), nickname: 'ada', groups: [] }),
    refusals: usualRefusals,
  },
  AZURE_AD: entra(entraTenant),
  OKTA: {
    issuer: '/oauth2/default',
    authorize: '/oauth2/default/v1/authorize',
    token: '/oauth2/default/v1/token',
    userinfo: '/oauth2/default/v1/userinfo',
    jwks: '/oauth2/default/v1/keys',
    signOut: '/oauth2/default/v1/logout',
    tokenAuth: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    assertionAudience: 'token endpoint',
    // With an access token beside it the ID token is thin.
    idToken: () => ({ ver: 1, jti: 'ID.1', amr: ['pwd'], idp: '00o1', auth_time: 1_700_000_000 }),
    userinfoClaims: (person) => ({ ...asTold(person), zoneinfo: 'Europe/Berlin' }),
    namesAccessToken: true,
    refusals: {
      client: {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'The client secret supplied for a confidential client is invalid.',
        },
      },
      code: {
        status: 400,
        body: { error: 'invalid_grant', error_description: 'The authorization code is invalid or has expired.' },
      },
    },
  },
  AUTH0: auth0,
  ONELOGIN: {
    issuer: '/oidc/2',
    authorize: '/oidc/2/auth',
    token: '/oidc/2/token',
    userinfo: '/oidc/2/me',
    jwks: '/oidc/2/certs',
    signOut: '/oidc/2/logout',
    tokenAuth: ['client_secret_basic', 'client_secret_post', 'none'],
    // No word on whether the email is verified.
    idToken: ({ email, name }) => ({ email, name, preferred_username: email, sid: 'a-session' }),
    userinfoClaims: ({ email, name }) => ({ email, name }),
    namesAccessToken: true,
    refusals: usualRefusals,
  },
  COGNITO: {
    issuer: '/eu-west-1_AbCdEfGhI',
    authorize: '/oauth2/authorize',
    token: '/oauth2/token',
    userinfo: '/oauth2/userInfo',
    jwks: '/eu-west-1_AbCdEfGhI/.well-known/jwks.json',
    signOut: '/logout',
    tokenAuth: ['client_secret_basic', 'client_secret_post', 'none'],
    // A client that may not read the address itself gets it from userinfo, where a truth is text.
    idToken: ({ sub }) => ({ token_use: 'id', 'cognito:username': sub, origin_jti: 'a-jti' }),
    userinfoClaims: (person) => ({ ...asTold(person), email_verified: String(person.email_verified) }),
    namesAccessToken: true,
    refusals: {
      client: { status: 400, body: { error: 'invalid_client' } },
      code: { status: 400, body: { error: 'invalid_grant' } },
    },
  },
  KEYCLOAK: {
    issuer: '/realms/acme',
    authorize: '/realms/acme/protocol/openid-connect/auth',
    token: '/realms/acme/protocol/openid-connect/token',
    userinfo: '/realms/acme/protocol/openid-connect/userinfo',
    jwks: '/realms/acme/protocol/openid-connect/certs',
    signOut: '/realms/acme/protocol/openid-connect/logout',
    discovery: { authorization_response_iss_parameter_supported: true },
    tokenAuth: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    idToken: (person) => ({ ...asTold(person), typ: 'ID', azp: 'client-of-keycloak', acr: '1', sid: 'a-session' }),
    userinfoClaims: asTold,
    namesAccessToken: true,
    namesItself: true,
    refusals: {
      client: {
        status: 401,
        body: {
          error: 'unauthorized_client',
          error_description: 'Invalid client or Invalid client credentials',
        },
      },
      code: { status: 400, body: { error: 'invalid_grant', error_description: 'Code not valid' } },
    },
  },
  AUTHENTIK: {
    issuer: '/application/o/gatehouse/',
    authorize: '/application/o/authorize/',
    token: '/application/o/token/',
    userinfo: '/application/o/userinfo/',
    jwks: '/application/o/gatehouse/jwks/',
    signOut: '/application/o/gatehouse/end-session/',
    tokenAuth: ['client_secret_basic', 'client_secret_post'],
    idToken: (person) => ({ ...asTold(person), preferred_username: 'ada', groups: [], amr: ['pwd'] }),
    userinfoClaims: asTold,
    refusals: { ...usualRefusals, client: { ...usualRefusals.client, status: 400 } },
  },
  JUMPCLOUD: {
    issuer: '/',
    authorize: '/oauth2/auth',
    token: '/oauth2/token',
    userinfo: '/userinfo',
    jwks: '/.well-known/jwks.json',
    signOut: '/oauth2/sessions/logout',
    tokenAuth: ['client_secret_basic', 'client_secret_post', 'none'],
    idToken: (person) => ({ ...asTold(person), rat: 1_700_000_000, sid: 'a-session' }),
    userinfoClaims: asTold,
    namesAccessToken: true,
    listsAudience: true,
    refusals: usualRefusals,
  },
  WORKOS: {
    issuer: '',
    authorize: '/oauth2/authorize',
    token: '/oauth2/token',
    userinfo: '/oauth2/userinfo',
    jwks: '/oauth2/jwks',
    tokenAuth: ['client_secret_post', 'none'],
    idToken: () => ({ sid: 'a-session' }),
    userinfoClaims: asTold,
    refusals: { ...usualRefusals, client: { status: 400, body: { error: 'invalid_client' } } },
  },
  // Its accounts are kept by Auth0.
  CLICKHOUSE_CLOUD: auth0,
  CUSTOM: {
    issuer: '/sso',
    authorize: '/sso/authorize',
    token: '/sso/token',
    userinfo: '/sso/userinfo',
    jwks: '/sso/jwks',
    tokenAuth: ['client_secret_basic'],
    idToken: ({ email, email_verified, name }) => ({ mail: email, mail_confirmed: email_verified, cn: name }),
    userinfoClaims: nothing,
    refusals: usualRefusals,
  },
} as const satisfies Record<string, VendorDifferences>;

export type OidcStandIn = keyof typeof vendorDifferences;

/** Entra ID for any directory: its description has a place for the directory's id. */
export const entraForAll: VendorDifferences = {
  ...entra('common'),
  describedAs: '/{tenantid}/v2.0',
};
