import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';

const given = givenIssuer('https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI');

/** A user pool is an issuer, and its id begins with its region. */
export const cognito: OidcVendor = {
  ...usual,
  name: 'Amazon Cognito',
  keySuffix: 'cognito',
  issuerOf: (address) => {
    const region = /^([a-z]{2}(?:-[a-z]+)+-\d)_\w+$/.exec(address.tenantId ?? '')?.[1];
    if (address.issuer !== null || address.tenantId === null || region === undefined) return given(address);
    return `https://cognito-idp.${region}.amazonaws.com/${address.tenantId}`;
  },
};
