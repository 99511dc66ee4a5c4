import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';

const given = givenIssuer('https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI');

/**
 * A user pool is an issuer, and its id begins with its region. Its userinfo says `"true"` where OpenID Connect says true
 * (Core 5.1), and it has a name of its own for where to go after signing out.
 */
export const cognito: OidcVendor = {
  ...usual,
  name: 'Amazon Cognito',
  keySuffix: 'cognito',
  address: ['issuer', 'tenantId'],
  issuerOf: (address) => {
    const region = /^([a-z]{2}(?:-[a-z]+)+-\d)_\w+$/.exec(address.tenantId ?? '')?.[1];
    if (address.issuer !== null || address.tenantId === null || region === undefined) return given(address);
    return `https://cognito-idp.${region}.amazonaws.com/${address.tenantId}`;
  },
  quirks: { ...usual.quirks, verifiedAsText: true, afterSignOut: 'logout_uri' },
};
