import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer('https://keycloak.example.com/realms/acme');

/** A realm is an issuer. Installations of before Keycloak 17 have `/auth` ahead of it: give that as part of the base. */
export const keycloak: OidcVendor = {
  ...usual,
  name: 'Keycloak',
  keySuffix: 'keycloak',
  address: ['issuer', 'baseUrl', 'tenantId'],
  issuerOf: (address) => {
    const { issuer, baseUrl, tenantId } = address;
    if (issuer !== null || baseUrl === null || tenantId === null) return given(address);
    return `${withoutSlash(baseUrl)}/realms/${encodeURIComponent(tenantId)}`;
  },
};
