import { describe, expect, it } from '@jest/globals';
import { tokenHash } from './token-hash.js';

describe('the hash that binds an access token to an ID token', () => {
  it('is the one of the specification’s own example (OpenID Connect Core A.3)', () => {
    expect(tokenHash('RS256', 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y')).toBe('77QmUPtjPfzWtF2AnpK9RQ');
  });

  it('is half as long as the digest of the signature', () => {
    const bytes = (alg: string) => Buffer.from(tokenHash(alg, 'token') ?? '', 'base64url').length;
    expect(['ES256', 'PS384', 'RS512', 'EdDSA', 'Ed25519'].map(bytes)).toEqual([16, 24, 32, 32, 32]);
  });

  it.each(['none', '', 'RS1', 'HS', 'rs256', 'RS256x'])('does not exist for "%s"', (alg) => {
    expect(tokenHash(alg, 'token')).toBeNull();
  });
});
