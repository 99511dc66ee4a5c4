import { usual, withoutSlash, type OidcVendor } from './oidc-vendor.js';

/** gitlab.com, or an installation of one's own. */
export const gitlab: OidcVendor = {
  ...usual,
  name: 'GitLab',
  keySuffix: 'gitlab',
  issuerOf: ({ issuer, baseUrl }) => issuer ?? (baseUrl === null ? 'https://gitlab.com' : withoutSlash(baseUrl)),
};
