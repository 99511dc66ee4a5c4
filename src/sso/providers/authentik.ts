import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer('https://authentik.example.com/application/o/gatehouse/');

/** Each application is an issuer by its slug, with a slash at the end. */
export const authentik: OidcVendor = {
  ...usual,
  name: 'authentik',
  keySuffix: 'authentik',
  address: ['issuer', 'baseUrl', 'tenantId'],
  issuerOf: (address) => {
    const { issuer, baseUrl, tenantId } = address;
    if (issuer !== null || baseUrl === null || tenantId === null) return given(address);
    return `${withoutSlash(baseUrl)}/application/o/${encodeURIComponent(tenantId)}/`;
  },
};
