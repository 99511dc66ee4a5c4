import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { OutboundError } from './outbound-error.js';
import { OutboundHttp, type OutboundOptions } from './outbound.js';

const running: (() => unknown)[] = [];

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  running.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function serve(listener: RequestListener): Promise<string> {
  return listening(createServer(listener));
}

function client(options: Partial<OutboundOptions> = {}): OutboundHttp {
  const http = new OutboundHttp({ allowedHosts: ['127.0.0.1', 'stalled.test'] }, options);
  running.push(() => http.close());
  return http;
}

async function failureOf(work: Promise<unknown>): Promise<OutboundError | null> {
  return work.then(
    () => null,
    (error: unknown) => OutboundError.in(error),
  );
}

async function msOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

/** Timers that keep the process alive; the test runner has one of its own. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

describe('the deadline (SECURITY 16)', () => {
  const drip = (response: ServerResponse) => {
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };

  it.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    ['sends its headers and no body', (_request, response) => response.writeHead(200).flushHeaders()],
    ['sends its body byte by byte', (_request, response) => drip(response)],
  ])('ends a request to a server that %s', async (_what, listener) => {
    const url = await serve(listener);
    const work = failureOf(client({ deadlineMs: 200 }).fetch(url));
    expect(await msOf(work)).toBeLessThan(1000);
    expect(await work).toMatchObject({ reason: 'timeout' });
  });

  it('ends a request to a server that sends its headers byte by byte', async () => {
    const url = await listening(
      createTcpServer((socket) => {
        const timer = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
        socket.write('HTTP/1.1 200 OK\r\nx-');
      }),
    );
    expect(await failureOf(client({ deadlineMs: 200 }).fetch(url))).toMatchObject({ reason: 'timeout' });
  });

  it('ends a request to a name that DNS never answers', async () => {
    const http = client({ deadlineMs: 200, resolveAllowed: () => new Promise(() => undefined) });
    expect(await failureOf(http.fetch('http://stalled.test/'))).toMatchObject({ reason: 'timeout' });
  });

  it('is five seconds', async () => {
    const url = await serve(() => undefined);
    const ms = await msOf(failureOf(client().fetch(url)));
    expect(ms).toBeGreaterThan(4900);
    expect(ms).toBeLessThan(5500);
  });

  it('leaves no timer behind that would keep the process alive', async () => {
    const url = await serve((_request, response) => response.setHeader('connection', 'close').end());
    const before = timers();
    await client().fetch(url);
    expect(timers()).toBe(before);
  });

  it('gives way to an earlier signal of the caller, whose reason is kept', async () => {
    const url = await serve(() => undefined);
    const http = client();
    const soon = http.fetch(url, { signal: AbortSignal.timeout(50) });
    await expect(soon).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(http.fetch(url, { signal: AbortSignal.abort('changed my mind') })).rejects.toBe('changed my mind');
  });
});

describe('the limit of size (SECURITY 16)', () => {
  it('lets 256 kB through, and not a byte more', async () => {
    let size = 256 * 1024;
    const url = await serve((_request, response) => response.end(Buffer.alloc(size, ' ')));
    const http = client();
    expect((await (await http.fetch(url)).arrayBuffer()).byteLength).toBe(size);
    size += 1;
    expect(await failureOf(http.fetch(url))).toMatchObject({ reason: 'too-large' });
  });

  it('is less where a caller asks for less, and never more', async () => {
    const url = await serve((_request, response) => response.end(Buffer.alloc(1_024, ' ')));
    const http = client({ maxBodyBytes: 2_048 });
    expect((await http.fetch(url, { maxBodyBytes: 1_024 })).ok).toBe(true);
    expect(await failureOf(http.fetch(url, { maxBodyBytes: 1_023 }))).toMatchObject({ reason: 'too-large' });
    const narrow = client({ maxBodyBytes: 1_023 });
    expect(await failureOf(narrow.fetch(url, { maxBodyBytes: 2_048 }))).toMatchObject({ reason: 'too-large' });
  });

  it('reads a compressed answer', async () => {
    const url = await serve((_request, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync('{"compressed":true}')),
    );
    const response = await client().fetch(url);
    expect(await response.json()).toEqual({ compressed: true });
    expect(response.headers.has('content-encoding')).toBe(false);
  });

  it('stops an answer that never ends', async () => {
    let sent = 0;
    let closed = false;
    const url = await serve((_request, response) => {
      const more = () => {
        while (!closed && response.write(Buffer.alloc(16 * 1024))) sent += 16;
        sent += 16;
      };
      response.on('drain', more).on('close', () => (closed = true));
      more();
    });
    expect(await failureOf(client().fetch(url))).toMatchObject({ reason: 'too-large' });
    await delay(50);
    expect(closed).toBe(true);
    expect(sent).toBeLessThan(16 * 1024); // kB: the rest was on its way in buffers of the two sockets
  });

  it('counts what a gzip bomb unpacks to, and drops it there', async () => {
    let unpacked = 0;
    const url = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      const gzip = createGzip({ level: 9 });
      const zeros = Buffer.alloc(1024 * 1024);
      const more = () => {
        unpacked += 1;
        if (unpacked < 1024 && !response.destroyed) gzip.write(zeros, more);
        else gzip.end();
      };
      gzip.pipe(response);
      more();
    });
    const before = process.memoryUsage().rss;
    const work = failureOf(client().fetch(url));
    expect(await msOf(work)).toBeLessThan(2000);
    expect(await work).toMatchObject({ reason: 'too-large' });
    expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(64);
  });

  it('holds for headers too, at 16 kB', async () => {
    let size = 15_000;
    const url = await serve((_request, response) => response.setHeader('x-long', 'x'.repeat(size)).end());
    const http = client();
    expect((await http.fetch(url)).headers.get('x-long')).toHaveLength(size);
    size = 17_000;
    expect(await failureOf(http.fetch(url))).toMatchObject({ reason: 'too-large' });
  });
});

describe('a stalled provider (SECURITY 84)', () => {
  it('has eight requests under way and no more, and holds up no other provider', async () => {
    let underWay = 0;
    const stalled = await serve(() => (underWay += 1));
    const well = await serve((_request, response) => response.end('{}'));
    const http = client({ deadlineMs: 1500 });

    const waiting = Array.from({ length: 50 }, () => failureOf(http.fetch(stalled)));
    while (underWay < 8) await delay(5);
    await delay(100);
    expect(underWay).toBe(8);
    expect(await msOf(http.getJson(well))).toBeLessThan(500);

    const failures = await Promise.all(waiting);
    expect(failures.map((failure) => failure?.reason)).toEqual(Array(50).fill('timeout'));
  });

  it('that redirects without ending its answer leaves its connections free', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: '/' }).write('endless'));
    const http = client({ deadlineMs: 500, connectionsPerOrigin: 1 });
    for (let round = 0; round < 3; round += 1) {
      expect(await failureOf(http.fetch(url))).toMatchObject({ reason: 'redirect' });
    }
  });

  it('that comes back is used again', async () => {
    let isDown = true;
    const url = await serve((_request, response) => {
      if (!isDown) response.end('{}');
    });
    const http = client({ deadlineMs: 200 });
    await Promise.all(Array.from({ length: 20 }, () => failureOf(http.fetch(url))));
    isDown = false;
    expect(await http.getJson(url)).toEqual({});
  });
});

describe('an idle connection', () => {
  it('is not kept for as long as the server offers', async () => {
    const server = createServer((_request, response) => response.end('{}'));
    server.keepAliveTimeout = 600_000;
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
    await client({ keepAliveMs: 200 }).getJson(await listening(server));
    expect(sockets.size).toBe(1);
    await delay(3000); // undici looks at its timers once a second
    expect(sockets.size).toBe(0);
  });
});

describe('at shutdown', () => {
  it('idle connections are closed, requests under way end, new ones are refused', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((request, response) => {
      if (request.url === '/slow') setTimeout(() => response.end('{}'), 100);
      else response.end('{}');
    });
    server.on('connection', (socket: Socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
    const url = await listening(server);
    const http = client();
    await http.getJson(url);
    expect(sockets.size).toBe(1); // kept for the next request

    const slow = http.getJson(`${url}slow`);
    await delay(20);
    await http.onApplicationShutdown();
    expect(await slow).toEqual({});
    await delay(20);
    expect(sockets.size).toBe(0);
    expect(await failureOf(http.fetch(url))).toMatchObject({ reason: 'unreachable' });
  });
});
