import { describe, expect, it } from '@jest/globals';
import { isForManyTenants, isIssuerOf, issuerOfTenant } from './tenant-issuer.js';

const shared = 'https://login.example.com/{tenantid}/v2.0';
const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const own = `https://login.example.com/${tenant}/v2.0`;
const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

describe('the issuer of a tenant', () => {
  it('is wanted where a description has a place for it', () => {
    expect([isForManyTenants(shared), isForManyTenants(own)]).toEqual([true, false]);
  });

  it('may be named in a callback, whichever it is', () => {
    expect(isIssuerOf(shared, own)).toBe(true);
    expect(isIssuerOf(own, own)).toBe(true);
  });

  it.each([
    undefined,
    '',
    shared,
    'https://login.example.com/common/v2.0',
    `https://login.example.com/${tenant}/v1.0`,
    `https://login.example.com/${tenant}/v2.0/`,
    `https://login.example.com.evil.test/${tenant}/v2.0`,
    `https://login.example.com/${tenant}/${tenant}/v2.0`,
    `https://login.example.com/${tenant.toUpperCase()}/v2.0`,
  ])('is not %s', (named) => {
    expect(isIssuerOf(shared, named)).toBe(false);
  });

  it('is worked out from the token’s directory', () => {
    expect(issuerOfTenant(shared, token({ tid: tenant }))).toBe(own);
  });

  it.each([
    [{}],
    [{ tid: 7 }],
    [{ tid: [tenant] }],
    [{ tid: `${tenant}/x` }],
    [{ tid: '$&' }],
    [{ tid: `\n${tenant}` }],
  ])('is not worked out from %j', (claims) => {
    expect(() => issuerOfTenant(shared, token(claims))).toThrow('ID_TOKEN_INVALID: tid');
  });

  it('is not worked out from what is no token', () => {
    for (const none of [null, '', 'a.b', 7])
      expect(() => issuerOfTenant(shared, none)).toThrow('ID_TOKEN_INVALID: tid');
  });
});
