import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer(
  'https://acme.okta.com, or https://acme.okta.com/oauth2/default for a custom authorization server',
);

/**
 * The org's own authorization server is at its origin, with no slash; a custom one has a path. Its ID tokens leave the email
 * to userinfo where there is an access token too. A client assertion is for the token endpoint.
 */
export const okta: OidcVendor = {
  ...usual,
  name: 'Okta',
  keySuffix: 'okta',
  address: ['issuer', 'baseUrl'],
  issuerOf: (address) =>
    address.issuer === null && address.baseUrl !== null ? withoutSlash(address.baseUrl) : given(address),
  quirks: { ...usual.quirks, assertion: { keyId: 'kid', audience: 'token endpoint' } },
};
