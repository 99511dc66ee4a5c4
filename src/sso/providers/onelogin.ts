import { givenIssuer, usual, withoutSlash, type OidcVendor } from './oidc-vendor.js';

const given = givenIssuer('https://acme.onelogin.com/oidc/2');

export const onelogin: OidcVendor = {
  ...usual,
  name: 'OneLogin',
  keySuffix: 'onelogin',
  issuerOf: (address) =>
    address.issuer === null && address.baseUrl !== null ? `${withoutSlash(address.baseUrl)}/oidc/2` : given(address),
};
