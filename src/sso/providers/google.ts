import { knownIssuer, usual, type OidcVendor } from './oidc-vendor.js';

/**
 * Google accounts and Google Workspace: one issuer for everybody. An account that somebody made for themselves with a
 * company's address is not the company's, and outlives their time there: that it is, is said by the claim `hd`.
 */
export const google: OidcVendor = {
  ...usual,
  name: 'Google',
  keySuffix: 'google',
  isOpenToAnybody: true,
  namesHostedDomain: true,
  issuerOf: knownIssuer('https://accounts.google.com'),
};
