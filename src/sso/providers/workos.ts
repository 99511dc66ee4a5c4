import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';

export const workos: OidcVendor = {
  ...usual,
  name: 'WorkOS',
  keySuffix: 'workos',
  clientAuthMethod: 'client_secret_post',
  issuerOf: givenIssuer('https://acme.authkit.app'),
};
