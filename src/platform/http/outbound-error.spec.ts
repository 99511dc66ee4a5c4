import { describe, expect, it } from '@jest/globals';
import { explainFailure, OutboundError } from './outbound-error.js';

/** What `fetch` throws: the reason is the cause. */
function failedFetch(code: string): TypeError {
  const beneath = Object.assign(new Error('connect 10.11.12.13:443'), { code });
  return new TypeError('fetch failed', { cause: beneath });
}

describe('what fetch throws', () => {
  it.each([
    [
      'unreachable',
      ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT'],
    ],
    ['timeout', ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']],
    ['too-large', ['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_EXCEEDED_MAX_SIZE']],
    [
      'tls',
      [
        'EPROTO',
        'ERR_SSL_WRONG_VERSION_NUMBER',
        'ERR_TLS_CERT_ALTNAME_INVALID',
        'CERT_HAS_EXPIRED',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'SELF_SIGNED_CERT_IN_CHAIN',
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'HOSTNAME_MISMATCH',
        'INVALID_CA',
      ],
    ],
  ])('is told as %s', (reason, codes) => {
    const told = codes.map((code) => explainFailure(failedFetch(code), 'idp.acme.test') as OutboundError);
    expect(told.map((error) => error.reason)).toEqual(codes.map(() => reason));
  });

  it('is told in words without what lies beneath, which stays in the cause for the log', () => {
    const fetchError = failedFetch('ECONNREFUSED');
    const told = explainFailure(fetchError, 'idp.acme.test') as OutboundError;
    expect(told.message).toBe('idp.acme.test could not be reached, or broke off the connection.');
    expect(told.cause).toBe(fetchError);
  });

  it('is handed back as it is where it is a mistake of our own', () => {
    const mistake = new TypeError('Invalid method');
    expect(explainFailure(mistake, 'idp.acme.test')).toBe(mistake);
  });
});

describe('an outbound refusal', () => {
  it('is found however deep a library has wrapped it', () => {
    const refusal = new OutboundError('private-address', 'idp.acme.test');
    const wrapped = new Error('outer', { cause: new TypeError('inner', { cause: refusal }) });
    expect(OutboundError.in(wrapped)).toBe(refusal);
    expect(explainFailure(wrapped, 'other.test')).toBe(refusal);
  });

  it('is not found where there is none, even in an error that is its own cause', () => {
    const circular = new Error('circular');
    circular.cause = circular;
    for (const other of [circular, new Error('plain'), 'text', null, undefined]) {
      expect(OutboundError.in(other)).toBeNull();
    }
  });
});
