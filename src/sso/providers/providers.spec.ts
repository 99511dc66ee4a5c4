import { describe, expect, it } from '@jest/globals';
import type { ProviderVendor } from '../../platform/config/config.schema.js';
import type { VendorAddress } from './oidc-vendor.js';
import { oidcVendors } from './providers.js';

const nothing: VendorAddress = { issuer: null, tenantId: null, baseUrl: null };

describe('the issuer of a vendor', () => {
  const workedOut: [ProviderVendor, Partial<VendorAddress>, string][] = [
    ['GOOGLE', {}, 'https://accounts.google.com'],
    ['JUMPCLOUD', {}, 'https://oauth.id.jumpcloud.com/'],
    ['GITLAB', {}, 'https://gitlab.com'],
    ['GITLAB', { baseUrl: 'https://git.acme.test/' }, 'https://git.acme.test'],
    ['OKTA', { baseUrl: 'https://acme.okta.com/' }, 'https://acme.okta.com'],
    ['ONELOGIN', { baseUrl: 'https://acme.onelogin.com' }, 'https://acme.onelogin.com/oidc/2'],
    ['AUTH0', { baseUrl: 'https://acme.eu.auth0.com' }, 'https://acme.eu.auth0.com/'],
    ['KEYCLOAK', { baseUrl: 'https://id.acme.test/', tenantId: 'a realm' }, 'https://id.acme.test/realms/a%20realm'],
    [
      'AUTHENTIK',
      { baseUrl: 'https://id.acme.test', tenantId: 'gatehouse' },
      'https://id.acme.test/application/o/gatehouse/',
    ],
    ['AZURE_AD', { tenantId: 'acme.onmicrosoft.com' }, 'https://login.microsoftonline.com/acme.onmicrosoft.com/v2.0'],
    ['COGNITO', { tenantId: 'us-gov-west-1_aB3' }, 'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_aB3'],
  ];
  it.each(workedOut)('%s with %j is %s', (vendor, address, issuer) => {
    expect(oidcVendors[vendor].issuerOf({ ...nothing, ...address })).toBe(issuer);
  });

  it.each(Object.keys(oidcVendors) as ProviderVendor[])('%s is the one that was given, to the letter', (vendor) => {
    const given = 'HTTPS://Login.example.com//x/';
    expect(
      oidcVendors[vendor].issuerOf({ issuer: given, tenantId: 'tenant', baseUrl: 'https://base.example.com' }),
    ).toBe(given);
  });

  const missing: [ProviderVendor, Partial<VendorAddress>, string][] = [
    ['OKTA', {}, 'issuer'],
    ['AUTH0', {}, 'issuer'],
    ['ONELOGIN', {}, 'issuer'],
    ['WORKOS', { baseUrl: 'https://acme.authkit.app' }, 'issuer'],
    ['CUSTOM', { baseUrl: 'https://id.acme.test' }, 'issuer'],
    ['CLICKHOUSE_CLOUD', {}, 'issuer'],
    ['KEYCLOAK', { baseUrl: 'https://id.acme.test' }, 'issuer'],
    ['AUTHENTIK', { tenantId: 'gatehouse' }, 'issuer'],
    ['COGNITO', { tenantId: 'no pool' }, 'issuer'],
    ['AZURE_AD', {}, 'tenantId'],
    ['AZURE_AD', { tenantId: 'common' }, 'tenantId'],
    ['AZURE_AD', { tenantId: 'organizations' }, 'tenantId'],
    ['AZURE_AD', { tenantId: 'consumers' }, 'tenantId'],
    ['AZURE_AD', { tenantId: 'a/../b' }, 'tenantId'],
  ];
  it.each(missing)('%s with %j is not guessed: %s is asked for', (vendor, address, field) => {
    expect(oidcVendors[vendor].issuerOf({ ...nothing, ...address })).toMatchObject({
      field,
      expected: expect.any(String),
    });
  });
});

describe('a vendor', () => {
  it('is in addresses by its own name', () => {
    const names = Object.keys(oidcVendors).map((vendor) => vendor.toLowerCase().replaceAll('_', '-'));
    expect(Object.values(oidcVendors).map(({ keySuffix }) => keySuffix)).toEqual(names);
  });
});
