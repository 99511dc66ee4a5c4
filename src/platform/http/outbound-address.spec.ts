import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLocalName, isPublicAddress, literalAddress } from './outbound-address.js';

describe('a public address (SECURITY 80)', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.0', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
    'is %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ['this network', ['0.0.0.0', '0.1.2.3']],
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1']],
    ['link-local, with the metadata service of clouds', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0']],
    ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255', '100.100.100.200']],
    [
      'reserved or documentation',
      ['192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '240.0.0.1', '2001:db8::1', '3fff::1'],
    ],
    ['broadcast or multicast', ['255.255.255.255', '224.0.0.1', 'ff02::1']],
    ['unique local or site-local', ['fc00::1', 'fd00:ec2::254', 'fec0::1']],
    ['unspecified', ['::']],
    [
      'IPv4-mapped, even of a public address',
      ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1'],
    ],
    ['IPv4-compatible', ['::127.0.0.1', '::a00:1', '::8.8.8.8']],
    ['NAT64', ['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::a00:1']],
    ['6to4', ['2002:7f00:1::', '2002:a00:1::1', '2002:808:808::1']],
    ['Teredo', ['2001:0:4136:e378:8000:63bf:3fff:fdd2']],
    ['outside of what is assigned', ['4000::1', '100::1', '5f00::1']],
    ['not an address in the usual form', ['', 'localhost', '2130706433', '0x7f.1', '010.0.0.1', '127.1', '8.8.8.8.']],
  ])('is none that is %s', (_kind, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  it('is never an IPv6 address that carries an IPv4 one at its end', () => {
    const prefixes = ['::', '::ffff:', '::ffff:0:', '64:ff9b::'];
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), fc.ipV4(), (prefix, ipv4) => {
        expect(isPublicAddress(prefix + ipv4)).toBe(false);
      }),
    );
  });
});

describe('a host name', () => {
  it('that is an address is told from one that is a name', () => {
    expect(literalAddress('[::1]')).toBe('::1');
    expect(literalAddress('10.0.0.1')).toBe('10.0.0.1');
    expect(literalAddress('idp.acme.test')).toBeNull();
  });

  it('under localhost means this machine', () => {
    expect(['localhost', 'LOCALHOST.', 'idp.localhost'].every(isLocalName)).toBe(true);
    expect(['localhost.test', 'notlocalhost', 'acme.test'].some(isLocalName)).toBe(false);
  });
});
