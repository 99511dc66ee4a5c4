import { describe, expect, it } from '@jest/globals';
import type { StoredSettings } from '../connections/secret-place.js';
import { expiriesOf, warningDue } from './expiries.js';

const settings = (expiring: object): StoredSettings =>
  ({ clientSecretExpiresAt: null, saml: null, ...expiring }) as StoredSettings;

const certificate = (notAfter: string) => ({ pem: '', fingerprint: '', notAfter });

describe('what expires of a connection', () => {
  it('is nothing where no date is known', () => {
    expect(expiriesOf(settings({}))).toEqual([]);
    expect(expiriesOf(settings({ saml: { certificates: [] } }))).toEqual([]);
  });

  it('is the secret at its date, and of the certificates the one that lasts longest', () => {
    const at = new Date('2031-01-01T00:00:00Z');
    expect(expiriesOf(settings({ clientSecretExpiresAt: at }))).toEqual([{ what: 'clientSecret', at }]);
    const certificates = ['2030-01-01T00:00:00.000Z', '2032-01-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z'];
    expect(expiriesOf(settings({ saml: { certificates: certificates.map(certificate) } }))).toEqual([
      { what: 'certificate', at: new Date('2032-01-01T00:00:00Z') },
    ]);
  });

  it('is warned of 30, 7 and 1 days ahead, and when it has happened', () => {
    const at = new Date('2031-03-01T00:00:00Z');
    const before = (days: number) =>
      warningDue({ what: 'certificate', at }, new Date(at.getTime() - days * 86_400_000));
    expect([31, 30, 8, 7, 2, 1, 0, -5].map(before)).toEqual([null, 30, 30, 7, 7, 1, 0, 0]);
  });
});
