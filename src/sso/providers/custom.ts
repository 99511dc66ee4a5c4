import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';

/** Any provider that speaks OpenID Connect and describes itself (OpenID Connect Discovery 1.0). */
export const custom: OidcVendor = {
  ...usual,
  name: 'Single sign-on',
  keySuffix: 'custom',
  issuerOf: givenIssuer('https://login.example.com'),
};
