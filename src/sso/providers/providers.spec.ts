import { describe, expect, it } from '@jest/globals';
import type { ProviderVendor } from '../../platform/config/config.schema.js';
import { azureAd } from './azure-ad.js';
import { githubEndpoints } from './github-vendor.js';
import { vendors } from './providers.js';
import type { VendorAddress } from './vendor.js';

const nothing: VendorAddress = { issuer: null, tenantId: null, baseUrl: null };

describe('the issuer of a vendor', () => {
  const workedOut: [ProviderVendor, Partial<VendorAddress>, string][] = [
    ['GOOGLE', {}, 'https://accounts.google.com'],
    ['JUMPCLOUD', {}, 'https://oauth.id.jumpcloud.com/'],
    ['GITHUB', {}, 'https://github.com'],
    ['GITHUB', { baseUrl: 'https://Acme.GHE.com/' }, 'https://acme.ghe.com'],
    ['GITHUB_ENTERPRISE', { baseUrl: 'https://github.acme.test:443/' }, 'https://github.acme.test'],
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
    expect(vendors[vendor].issuerOf({ ...nothing, ...address })).toBe(issuer);
  });

  const withIssuer = (Object.keys(vendors) as ProviderVendor[]).filter((vendor) =>
    vendors[vendor].address.includes('issuer'),
  );
  it('is known of all but GitHub, which has none', () => {
    expect(Object.keys(vendors).filter((vendor) => !withIssuer.includes(vendor as ProviderVendor))).toEqual([
      'GITHUB',
      'GITHUB_ENTERPRISE',
    ]);
  });

  it.each(withIssuer)('%s is the one that was given, to the letter', (vendor) => {
    const given = 'HTTPS://Login.example.com//x/';
    expect(vendors[vendor].issuerOf({ issuer: given, tenantId: 'tenant', baseUrl: 'https://base.example.com' })).toBe(
      given,
    );
  });

  const missing: [ProviderVendor, Partial<VendorAddress>, string][] = [
    ['GITHUB_ENTERPRISE', {}, 'baseUrl'],
    ['OKTA', {}, 'issuer'],
    ['AUTH0', {}, 'issuer'],
    ['ONELOGIN', {}, 'issuer'],
    ['WORKOS', { baseUrl: 'https://acme.authkit.app' }, 'issuer'],
    ['CUSTOM', { baseUrl: 'https://id.acme.test' }, 'issuer'],
    ['CLICKHOUSE_CLOUD', {}, 'issuer'],
    ['KEYCLOAK', { baseUrl: 'https://id.acme.test' }, 'issuer'],
    ['AUTHENTIK', { tenantId: 'gatehouse' }, 'issuer'],
    ['COGNITO', {}, 'tenantId'],
    ['COGNITO', { tenantId: 'no pool' }, 'tenantId'],
    ['AZURE_AD', {}, 'tenantId'],
    ['AZURE_AD', { tenantId: 'common' }, 'tenantId'],
    ['AZURE_AD', { tenantId: 'organizations' }, 'tenantId'],
    ['AZURE_AD', { tenantId: 'consumers' }, 'tenantId'],
    ['AZURE_AD', { tenantId: 'a/../b' }, 'tenantId'],
  ];
  it.each(missing)('%s with %j is not guessed: %s is asked for', (vendor, address, field) => {
    expect(vendors[vendor].issuerOf({ ...nothing, ...address })).toMatchObject({
      field,
      expected: expect.any(String),
    });
  });
});

describe('the issuer of Entra ID for the whole instance', () => {
  const { sharedIssuerOf, quirks } = azureAd;
  const host = 'https://login.microsoftonline.com';
  const personal = `${host}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`;

  it.each([
    ['common', `${host}/{tenantid}/v2.0`],
    ['organizations', `${host}/{tenantid}/v2.0`],
    ['consumers', personal],
  ])('may be %s, which describes itself as %s', (tenantId, described) => {
    const issuer = `${host}/${tenantId}/v2.0`;
    expect(sharedIssuerOf({ ...nothing, tenantId })).toBe(issuer);
    expect(sharedIssuerOf({ ...nothing, issuer })).toBe(issuer);
    expect(quirks.describedAs(issuer)).toBe(described);
  });

  it('is its own otherwise, and describes itself by it', () => {
    for (const tenantId of ['acme.onmicrosoft.com', 'uncommon', 'common/x'])
      expect(sharedIssuerOf({ ...nothing, tenantId })).toBeNull();
    const issuer = `${host}/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0`;
    expect(quirks.describedAs(issuer)).toBe(issuer);
  });
});

describe('GitHub', () => {
  it.each([
    ['https://github.com', 'https://api.github.com'],
    ['https://acme.ghe.com', 'https://api.acme.ghe.com'],
    ['https://github.acme.test', 'https://github.acme.test/api/v3'],
    ['https://notgithub.com', 'https://notgithub.com/api/v3'],
  ])('at %s has its API at %s', (issuer, apiUrl) => {
    expect(githubEndpoints(issuer)).toEqual({
      authorizationEndpoint: `${issuer}/login/oauth/authorize`,
      tokenEndpoint: `${issuer}/login/oauth/access_token`,
      apiUrl,
    });
  });
});

describe('a vendor', () => {
  it('is in addresses by its own name', () => {
    const names = Object.keys(vendors).map((vendor) => vendor.toLowerCase().replaceAll('_', '-'));
    expect(Object.values(vendors).map(({ keySuffix }) => keySuffix)).toEqual(names);
  });
});
