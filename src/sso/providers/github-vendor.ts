import type { GithubSettings } from '../sources/sign-in-source.types.js';
import type { FormField } from './vendor-form.js';
import { withoutSlash, type VendorFacts } from './vendor.js';

/**
 * GitHub and its installations. They speak OAuth 2 (RFC 6749) and not OpenID Connect: there is no description to check
 * beforehand and no ID token, so their API says who somebody is.
 */
export interface GithubVendor extends VendorFacts {
  readonly protocol: 'github';
}

/** What both have in common. A client proves itself by its secret in the form: GitHub knows no other way. */
export const usualGithub = {
  protocol: 'github',
  address: ['baseUrl'],
  // `user:email` is what opens the list of addresses, and with it the word on which of them are verified.
  scopes: ['read:user', 'user:email'],
  neededScope: 'user:email',
  isOpenToAnybody: true,
  linksAccounts: false,
} as const satisfies Partial<GithubVendor>;

/** The fields of an OAuth app. */
export const clientOfApp = [
  {
    name: 'clientId',
    kind: 'TEXT',
    required: true,
    label: 'Client ID',
    help: 'On the page of the OAuth app.',
  },
  {
    name: 'clientSecret',
    kind: 'SECRET',
    required: true,
    label: 'Client secret',
    help: 'On the page of the OAuth app, after Generate a new client secret: it is shown once. GitHub has no public clients.',
  },
] as const satisfies readonly FormField[];

export const stepsOfApp = [
  'Open the Settings of your organization there, so that the app is not one person’s; then Developer settings, OAuth apps, and choose New OAuth app.',
  'Enter {{callbackUrl}} as Authorization callback URL, and {{initiateUrl}} as Homepage URL.',
  'Register it; nothing else needs to be ticked.',
  'Choose Generate a new client secret, and copy it with the client ID at once.',
  'Whoever shall sign in needs an address of the domain as their primary email at GitHub, and verified there.',
];

/** @param issuer the web address: of github.com, of a company's own on ghe.com, or of an Enterprise Server */
export function githubEndpoints(
  issuer: string,
): Pick<GithubSettings, 'authorizationEndpoint' | 'tokenEndpoint' | 'apiUrl'> {
  return {
    authorizationEndpoint: `${issuer}/login/oauth/authorize`,
    tokenEndpoint: `${issuer}/login/oauth/access_token`,
    apiUrl: apiOf(new URL(issuer), issuer),
  };
}

/** The cloud has its API on a host of its own, an Enterprise Server beneath a path. */
function apiOf({ protocol, hostname }: URL, issuer: string): string {
  const isCloud = hostname === 'github.com' || hostname.endsWith('.ghe.com');
  return isCloud ? `${protocol}//api.${hostname}` : `${issuer}/api/v3`;
}

/** Two spellings of one installation would be two providers with different people. */
export function canonicalBase(baseUrl: string): string {
  return withoutSlash(URL.canParse(baseUrl) ? new URL(baseUrl).href : baseUrl);
}
