import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startDnsServer, type DnsServer } from '../../../test/support/servers/dns-server.js';
import { DnsLookup } from './dns-lookup.js';

const name = '_gatehouse-verification.acme.test';
const value = 'gatehouse-verify=new';

describe("a zone's own name servers", () => {
  /** The one that is configured, which remembers what was; and the one that speaks for the zone. */
  let resolver: DnsServer;
  let own: DnsServer;

  beforeEach(async () => {
    [resolver, own] = [await startDnsServer(), await startDnsServer()];
    resolver.setNs('acme.test', ['ns1.acme.test']);
    resolver.setA('ns1.acme.test', ['127.0.0.1']);
    resolver.setSoa('acme.test', 900);
  });
  afterEach(() => Promise.all([resolver.stop(), own.stop()]));

  function lookUp(wanted = value, { allowedHosts = ['ns1.acme.test'], of = name } = {}) {
    const dns = new DnsLookup({
      servers: [resolver.address],
      deadlineMs: 1_500,
      allowedHosts,
      nameServerPort: own.port,
    });
    return dns.txt(of, { wanted: (record) => record === wanted });
  }

  it('are asked where the resolver knows of nothing, so that a new record is seen at once', async () => {
    own.setTxt(name, [value]);
    const askedOf = [resolver.address, 'ns1.acme.test'];
    expect(await lookUp()).toEqual({ outcome: 'found', records: [value], chunked: false, askedOf });
  });

  it('are asked where the resolver knows of another record only', async () => {
    resolver.setTxt(name, ['gatehouse-verify=old']);
    own.setTxt(name, ['gatehouse-verify=old', value]);
    expect(await lookUp()).toMatchObject({ outcome: 'found', records: ['gatehouse-verify=old', value] });
  });

  it('are not asked where the resolver knows of the record, nor where it fails', async () => {
    resolver.setTxt(name, [value]);
    expect(await lookUp()).toMatchObject({ outcome: 'found', askedOf: [resolver.address] });
    resolver.fail(name, 'SERVFAIL');
    expect(await lookUp()).toMatchObject({ outcome: 'failed', reason: 'SERVFAIL', askedOf: [resolver.address] });
    expect(own.queries).toEqual([]);
  });

  it('are those of the zone nearest to the name', async () => {
    resolver.setNs('eu.acme.test', ['ns.eu.acme.test']);
    resolver.setA('ns.eu.acme.test', ['127.0.0.1']);
    const of = '_gatehouse-verification.eu.acme.test';
    own.setTxt(of, [value]);
    const answer = await lookUp(value, { of, allowedHosts: ['ns.eu.acme.test'] });
    expect(answer.askedOf).toEqual([resolver.address, 'ns.eu.acme.test']);
  });

  it('are not looked for above what somebody has registered', async () => {
    resolver.setNs('test', ['ns1.acme.test']);
    resolver.remove('acme.test');
    expect((await lookUp()).askedOf).toEqual([resolver.address]);
    expect(resolver.queries.map((query) => `${query.type} ${query.name}`)).toEqual([`TXT ${name}`, 'NS acme.test']);
  });

  it.each(['127.0.0.1', '10.0.0.1', '169.254.169.254'])(
    'are not asked at %s, which is no public address, unless the operator allows them (SECURITY 80)',
    async (address) => {
      own.setTxt(name, [value]);
      resolver.setA('ns1.acme.test', [address]);
      expect(await lookUp(value, { allowedHosts: [] })).toMatchObject({ outcome: 'none', askedOf: [resolver.address] });
      resolver.setA('ns1.acme.test', ['192.88.1.1', address]);
      expect(await lookUp(value, { allowedHosts: [] })).toMatchObject({ outcome: 'none', askedOf: [resolver.address] });
      expect(own.queries).toEqual([]);
    },
  );

  it('are asked of an alias that leads nowhere, which is no record', async () => {
    resolver.setCname(name, 'nowhere.example');
    expect(await lookUp()).toMatchObject({
      outcome: 'none',
      reason: 'NODATA',
      askedOf: [resolver.address, 'ns1.acme.test'],
    });
  });

  it('have nothing either: then the resolver is believed, with for how long it remembers', async () => {
    const askedOf = [resolver.address, 'ns1.acme.test'];
    expect(await lookUp()).toEqual({ outcome: 'none', reason: 'NXDOMAIN', rememberedSeconds: 900, askedOf });
  });

  it.each(['SERVFAIL', 'REFUSED', 'TIMEOUT', 'GARBAGE'] as const)(
    'that answer %s take nothing from what the resolver has said, nor more time than there is',
    async (failure) => {
      own.fail('.', failure);
      const started = performance.now();
      expect(await lookUp()).toMatchObject({ outcome: 'none', reason: 'NXDOMAIN' });
      resolver.setTxt(name, ['gatehouse-verify=old']);
      expect(await lookUp()).toMatchObject({ outcome: 'found', records: ['gatehouse-verify=old'] });
      expect(performance.now() - started).toBeLessThan(3_000);
    },
  );

  it('of which one is out of order: another has the record', async () => {
    resolver.setNs('acme.test', ['ns0.acme.test', 'ns1.acme.test']);
    resolver.setA('ns0.acme.test', ['127.0.0.2']);
    own.setTxt(name, [value]);
    const answer = await lookUp(value, { allowedHosts: ['ns0.acme.test', 'ns1.acme.test'] });
    expect(answer).toMatchObject({ outcome: 'found', records: [value] });
  });
});
