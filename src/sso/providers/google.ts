import { knownIssuer, usual, type OidcVendor } from './oidc-vendor.js';

/** Google accounts and Google Workspace: one issuer for everybody, so it is the email's domain that tells companies apart. */
export const google: OidcVendor = {
  ...usual,
  name: 'Google',
  keySuffix: 'google',
  issuerOf: knownIssuer('https://accounts.google.com'),
};
