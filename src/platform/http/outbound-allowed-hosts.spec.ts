import { describe, expect, it } from '@jest/globals';
import { AllowedHosts } from './outbound-allowed-hosts.js';

function allows(entry: string, url: string): boolean {
  return new AllowedHosts([entry]).has(new URL(url));
}

describe('OUTBOUND_ALLOWED_HOSTS', () => {
  it.each([
    ['idp.internal', 'https://idp.internal/'],
    ['idp.internal', 'http://idp.internal:8080/'],
    ['IDP.Internal.', 'https://idp.internal/'],
    ['idp.internal', 'https://IDP.internal./'],
    ['idp.internal:8080', 'http://idp.internal:8080/realms/acme'],
    ['idp.internal:443', 'https://idp.internal/'],
    ['idp.internal:80', 'http://idp.internal/'],
    ['127.0.0.1:3000', 'http://2130706433:3000/'],
    ['10.0.0.1', 'https://10.0.0.1/'],
    ['::1', 'http://[::1]:3000/'],
    ['[::1]:3000', 'http://[0:0:0:0:0:0:0:1]:3000/'],
    ['bücher.internal', 'https://xn--bcher-kva.internal/'],
  ])('%s allows %s', (entry, url) => {
    expect(allows(entry, url)).toBe(true);
  });

  it.each([
    ['idp.internal', 'https://other.internal/'],
    ['idp.internal', 'https://sub.idp.internal/'],
    ['idp.internal', 'https://idp.internal.evil.test/'],
    ['idp.internal:8080', 'http://idp.internal:8081/'],
    ['idp.internal:8080', 'http://idp.internal/'],
    ['idp.internal:443', 'http://idp.internal/'],
    ['idp.internal:80', 'https://idp.internal/'],
    ['127.0.0.1', 'http://127.0.0.2/'],
    ['::1', 'http://[::1:3000]/'],
  ])('%s does not allow %s', (entry, url) => {
    expect(allows(entry, url)).toBe(false);
  });

  it('knows a target whose IPv6 address has lost its brackets', () => {
    expect(new AllowedHosts(['[::1]:443']).has({ protocol: 'https:', hostname: '::1', port: '' })).toBe(true);
  });

  it.each([
    '',
    ' ',
    'https://idp.internal',
    'idp.internal/realm',
    'user@idp',
    'idp:port',
    'idp:70000',
    'a b',
    '*',
    '[::1',
    'x:1:2',
  ])('cannot hold %j', (entry) => {
    expect(() => new AllowedHosts([entry])).toThrow(`OUTBOUND_ALLOWED_HOSTS: "${entry}" is not a host or host:port`);
  });
});
