import { afterEach, describe, expect, it } from '@jest/globals';
import packet, { type DecodedPacket, type Packet } from 'dns-packet';
import { createHook } from 'node:async_hooks';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { DnsLookup } from './dns-lookup.js';

const name = '_gatehouse-verification.acme.test';
const open: Socket[] = [];

/** A name server on loopback. It answers with what it is told: an answer, raw bytes, or nothing at all. */
async function nameServer(answer: (query: DecodedPacket) => Packet | Buffer | null) {
  const socket = createSocket('udp4');
  open.push(socket);
  const asked: (string | undefined)[] = [];
  socket.on('message', (message, from) => {
    const query = packet.decode(message);
    asked.push(query.questions?.[0]?.name);
    const reply = answer(query);
    if (reply) socket.send(Buffer.isBuffer(reply) ? reply : encode(query, reply), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}

function encode(query: DecodedPacket, reply: Packet): Buffer {
  return packet.encode({
    type: 'response',
    ...(query.id && { id: query.id }),
    questions: query.questions ?? [],
    ...reply,
  });
}

const records =
  (...data: (string | string[])[]) =>
  () => ({
    answers: data.map((value) => ({ type: 'TXT' as const, name, ttl: 60, data: value })),
  });
const refusing = (rcode: number) => () => ({ flags: rcode });
const silent = () => null;

function lookup(...servers: string[]) {
  return new DnsLookup({ servers, deadlineMs: 600 }).txt(name);
}

/** Timers that keep the process alive; the test runner has one of its own. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

describe('a TXT look-up', () => {
  it('gives every record, and says which server was asked', async () => {
    const server = await nameServer(records('v=spf1 -all', 'gatehouse-verify=abc'));
    expect(await lookup(server.address)).toEqual({
      outcome: 'found',
      records: ['v=spf1 -all', 'gatehouse-verify=abc'],
      chunked: false,
      askedOf: [server.address],
    });
    expect(server.asked).toEqual([name]);
  });

  it('joins the chunks of a record without a separator, and says so', async () => {
    const server = await nameServer(records(['gatehouse-', 'verify=', 'abc'], 'other'));
    expect(await lookup(server.address)).toMatchObject({ records: ['gatehouse-verify=abc', 'other'], chunked: true });
  });

  it('leaves quotes and case as they stand, for the diagnosis', async () => {
    const server = await nameServer(records('"Gatehouse-Verify=abc"'));
    expect(await lookup(server.address)).toMatchObject({ records: ['"Gatehouse-Verify=abc"'] });
  });

  it('tells a name that does not exist from one without a TXT record', async () => {
    const nxdomain = await nameServer(refusing(3));
    const nodata = await nameServer(() => ({}));
    expect(await lookup(nxdomain.address)).toMatchObject({ outcome: 'none', reason: 'NXDOMAIN' });
    expect(await lookup(nodata.address)).toMatchObject({ outcome: 'none', reason: 'NODATA' });
  });

  it('sees a new record at once: nothing is cached', async () => {
    let published = false;
    const server = await nameServer(() => (published ? records('gatehouse-verify=abc')() : { flags: 3 }));
    const dns = new DnsLookup({ servers: [server.address] });
    expect(await dns.txt(name)).toMatchObject({ outcome: 'none' });
    published = true;
    expect(await dns.txt(name)).toMatchObject({ outcome: 'found' });
  });

  it('believes the first server that says that there is nothing', async () => {
    const first = await nameServer(refusing(3));
    const second = await nameServer(records('gatehouse-verify=abc'));
    expect(await lookup(first.address, second.address)).toMatchObject({ outcome: 'none', askedOf: [first.address] });
    expect(second.asked).toEqual([]);
  });

  it('reads the target of an alias in lower case', async () => {
    const server = await nameServer(() => ({ answers: [{ type: 'CNAME', name, ttl: 60, data: 'Token.Gate.Test' }] }));
    const answer = await new DnsLookup({ servers: [server.address] }).cname(name);
    expect(answer).toMatchObject({ outcome: 'found', records: ['token.gate.test'] });
  });

  it('takes a name that is too long to exist for one that does not', async () => {
    const server = await nameServer(records('x'));
    const answer = await new DnsLookup({ servers: [server.address] }).txt(`${name}.${'a.'.repeat(120)}test`);
    expect(answer).toMatchObject({ outcome: 'none', reason: 'NXDOMAIN' });
  });

  it('finds a server that is named instead of numbered', async () => {
    const server = await nameServer(records('x'));
    const named = server.address.replace('127.0.0.1', 'localhost');
    expect(await lookup(named)).toMatchObject({ outcome: 'found', askedOf: [named] });
  });

  it('asks the servers of the system where none is configured', async () => {
    const { askedOf } = await new DnsLookup({ servers: [], deadlineMs: 300 }).txt('gatehouse.invalid');
    expect(askedOf.length).toBeGreaterThan(0);
  });
});

describe('a TXT look-up that fails is no answer (SECURITY 68)', () => {
  it.each([
    ['SERVFAIL', refusing(2)],
    ['REFUSED', refusing(5)],
    ['GARBAGE', refusing(1)],
    ['GARBAGE', refusing(4)],
    ['TIMEOUT', silent],
    ['GARBAGE', () => Buffer.from('this is not DNS')],
    ['TIMEOUT', (query: DecodedPacket) => encode({ ...query, id: ((query.id ?? 0) + 1) % 65536 }, records('forged')())],
    ['UNREACHABLE', () => ({ flags: packet.TRUNCATED_RESPONSE })],
  ])('because of %s', async (reason, answer) => {
    const server = await nameServer(answer);
    expect(await lookup(server.address)).toEqual({ outcome: 'failed', reason, askedOf: [server.address] });
  });

  it('because a record is broken', async () => {
    const server = await nameServer((query) => {
      const reply = encode(query, records('abcdef')());
      reply.writeUInt8(200, reply.length - 7); // the chunk claims more bytes than there are
      return reply;
    });
    expect(await lookup(server.address)).toMatchObject({ outcome: 'failed', reason: 'GARBAGE' });
  });

  it('because no server listens, or its name leads nowhere', async () => {
    const closed = await nameServer(silent);
    open.pop()?.close();
    for (const server of [closed.address, 'resolver.invalid:53', 'not a host']) {
      expect(await lookup(server)).toMatchObject({ outcome: 'failed', reason: 'UNREACHABLE' });
    }
  });

  it('only after each server was asked: the next one may know', async () => {
    const down = await nameServer(silent);
    const broken = await nameServer(refusing(2));
    const well = await nameServer(records('gatehouse-verify=abc'));
    const servers = [down.address, broken.address, well.address];
    expect(await lookup(...servers)).toMatchObject({ outcome: 'found', askedOf: servers });
  });

  it('within the deadline, however many servers are silent', async () => {
    const servers = await Promise.all([1, 2, 3, 4].map(() => nameServer(silent)));
    const start = Date.now();
    const answer = await lookup(...servers.map(({ address }) => address));
    expect(answer).toMatchObject({ outcome: 'failed', reason: 'TIMEOUT' });
    expect(answer.askedOf).toHaveLength(4);
    expect(Date.now() - start).toBeLessThan(800);
  });

  it('and leaves no query and no timer behind that would keep the process alive', async () => {
    const pending = new Set<number>();
    const hook = createHook({
      init: (id, type) => {
        if (type === 'QUERYWRAP') pending.add(id);
      },
      before: (id) => {
        pending.delete(id);
      },
    }).enable();
    const well = await nameServer(records('gatehouse-verify=abc'));
    const down = await nameServer(silent);
    const before = timers();
    await lookup(well.address);
    expect(timers()).toBe(before);
    const querying = lookup(down.address);
    await delay(100);
    expect(pending.size).toBe(1);
    await querying;
    await delay(20);
    hook.disable();
    expect(pending.size).toBe(0);
  });

  it('and is waited for, up to five seconds', async () => {
    const server = await nameServer(silent);
    const start = Date.now();
    await new DnsLookup({ servers: [server.address] }).txt(name);
    const took = Date.now() - start;
    expect(took).toBeLessThanOrEqual(5500);
    // Two tries share the five seconds; when c-ares gives the second up depends on how Node looks at its timers.
    expect(took).toBeGreaterThan(3000);
  });

  it('after a lost packet only when the second is lost too', async () => {
    let seen = 0;
    const server = await nameServer(() => ((seen += 1) === 1 ? null : records('gatehouse-verify=abc')()));
    expect(await lookup(server.address)).toMatchObject({ outcome: 'found' });
  });
});
