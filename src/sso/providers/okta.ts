import { givenIssuer, usual, withoutSlash, type OidcVendor } from './oidc-vendor.js';

const given = givenIssuer(
  'https://acme.okta.com, or https://acme.okta.com/oauth2/default for a custom authorization server',
);

/** The org's own authorization server is at its origin, with no slash. */
export const okta: OidcVendor = {
  ...usual,
  name: 'Okta',
  keySuffix: 'okta',
  issuerOf: (address) =>
    address.issuer === null && address.baseUrl !== null ? withoutSlash(address.baseUrl) : given(address),
};
