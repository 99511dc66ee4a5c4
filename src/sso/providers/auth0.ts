import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer('https://acme.eu.auth0.com/');

/** The issuer ends in a slash, which is easily lost. */
export const auth0: OidcVendor = {
  ...usual,
  name: 'Auth0',
  keySuffix: 'auth0',
  address: ['issuer', 'baseUrl'],
  clientAuthMethod: 'client_secret_post',
  issuerOf: (address) =>
    address.issuer === null && address.baseUrl !== null ? `${withoutSlash(address.baseUrl)}/` : given(address),
};
