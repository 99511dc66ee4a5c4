import { afterEach, describe, expect, it } from '@jest/globals';
import packet from 'dns-packet';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { AllowedHosts } from './outbound-allowed-hosts.js';
import { guardedConnector, resolvePublicNames, type Resolve } from './outbound-connector.js';
import { OutboundError } from './outbound-error.js';

const open: Socket[] = [];

/** A name server on loopback that knows `both.test`, `v4.test` and `v6.test`, and never answers for `stalled.test`. */
async function nameServer(): Promise<string> {
  const socket = createSocket('udp4');
  open.push(socket);
  socket.on('message', (message, from) => {
    const query = packet.decode(message);
    const [{ name, type }] = query.questions as [{ name: string; type: string }];
    if (name === 'stalled.test') return;
    const known = new Map<string, packet.Answer>([
      ['both.test A', { type: 'A', name, ttl: 60, data: '8.8.8.8' }],
      ['both.test AAAA', { type: 'AAAA', name, ttl: 60, data: '2606:4700::1111' }],
      ['v4.test A', { type: 'A', name, ttl: 60, data: '8.8.4.4' }],
      ['v6.test AAAA', { type: 'AAAA', name, ttl: 60, data: '2606:4700::1001' }],
    ]);
    const answer = known.get(`${name} ${type}`);
    const exists = [...known.keys()].some((key) => key.startsWith(`${name} `));
    const reply = packet.encode({
      type: 'response',
      id: query.id ?? 0,
      flags: exists ? 0 : 3,
      questions: query.questions ?? [],
      answers: answer ? [answer] : [],
    });
    socket.send(reply, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `127.0.0.1:${socket.address().port}`;
}

afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

describe('the resolver for public names', () => {
  it('gives the addresses of both families, so that each is checked', async () => {
    const resolve = resolvePublicNames([await nameServer()]);
    expect(await resolve('both.test')).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
  });

  it('is content with one family', async () => {
    const resolve = resolvePublicNames([await nameServer()]);
    expect(await resolve('v4.test')).toEqual([{ address: '8.8.4.4', family: 4 }]);
    expect(await resolve('v6.test')).toEqual([{ address: '2606:4700::1001', family: 6 }]);
  });

  it('rejects a name that does not exist', async () => {
    const resolve = resolvePublicNames([await nameServer()]);
    await expect(resolve('none.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('answers for one name while many others stall (SECURITY 84)', async () => {
    const resolve = resolvePublicNames([await nameServer()]);
    const stalled = Promise.allSettled(Array.from({ length: 50 }, () => resolve('stalled.test')));
    const start = performance.now();
    await resolve('both.test');
    expect(performance.now() - start).toBeLessThan(500);
    expect((await stalled).every(({ status }) => status === 'rejected')).toBe(true);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('the connector, the last place to refuse', () => {
  const resolvePrivately: Resolve = () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]);
  const connect = guardedConnector({
    allowed: new AllowedHosts([]),
    resolveAllowed: resolvePrivately,
    resolveOther: resolvePrivately,
    timeoutMs: 500,
  });

  it.each([
    ['http:', 'idp.acme.test', 'not-https'],
    ['https:', '127.0.0.1', 'private-address'],
    ['https:', '::1', 'private-address'],
    ['https:', 'idp.acme.test', 'private-address'],
  ])('opens no socket for %s//%s', async (protocol, hostname, reason) => {
    const error = await new Promise<unknown>((resolve) => {
      connect({ protocol, hostname, host: hostname, port: '' }, (...[refusal]) => resolve(refusal));
    });
    expect(error).toBeInstanceOf(OutboundError);
    expect(error).toMatchObject({ reason, host: hostname });
  });
});
