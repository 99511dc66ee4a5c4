import { knownIssuer, usual, type OidcVendor } from './oidc-vendor.js';

/** One issuer for all customers of a region; with a slash at the end. Outside the United States give the region's own. */
export const jumpcloud: OidcVendor = {
  ...usual,
  name: 'JumpCloud',
  keySuffix: 'jumpcloud',
  issuerOf: knownIssuer('https://oauth.id.jumpcloud.com/'),
};
