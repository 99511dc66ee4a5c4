import { describe, expect, it } from '@jest/globals';
import { withoutTokens } from './without-tokens.js';

describe('what is written down of an address that is a proof', () => {
  it.each([
    ['/sso-setup/abc_DEF-123', '/sso-setup/***'],
    ['/sso-setup/abc/provider', '/sso-setup/***/provider'],
    ['/SSO-Test/abc', '/SSO-Test/***'],
    ['POST /sso-setup/abc/check', 'POST /sso-setup/***/check'],
    ['Cannot GET /sso-test/abc/x, then /sso-setup/def', 'Cannot GET /sso-test/***/x, then /sso-setup/***'],
    ['/api/auth/callback/acme.com.okta', '/api/auth/callback/acme.com.okta'],
    ['/sso-setup/', '/sso-setup/'],
  ])('of %s it is %s', (text, told) => {
    expect(withoutTokens(text)).toBe(told);
  });
});
