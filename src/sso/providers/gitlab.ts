import { usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

/** gitlab.com, or an installation of one's own. Its ID tokens have the email, and leave the name to userinfo. */
export const gitlab: OidcVendor = {
  ...usual,
  name: 'GitLab',
  keySuffix: 'gitlab',
  address: ['issuer', 'baseUrl'],
  isOpenToAnybody: true,
  issuerOf: ({ issuer, baseUrl }) => issuer ?? (baseUrl === null ? 'https://gitlab.com' : withoutSlash(baseUrl)),
  quirks: { ...usual.quirks, leavesNameToUserinfo: true },
};
