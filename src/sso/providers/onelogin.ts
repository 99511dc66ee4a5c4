import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer('https://acme.onelogin.com/oidc/2');

export const onelogin: OidcVendor = {
  ...usual,
  name: 'OneLogin',
  keySuffix: 'onelogin',
  address: ['issuer', 'baseUrl'],
  issuerOf: (address) =>
    address.issuer === null && address.baseUrl !== null ? `${withoutSlash(address.baseUrl)}/oidc/2` : given(address),
};
