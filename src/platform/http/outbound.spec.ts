import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import * as oidc from 'openid-client';
import type { Resolve } from './outbound-connector.js';
import { OutboundError } from './outbound-error.js';
import { OutboundHttp, type OutboundOptions } from './outbound.js';

const running: { close: () => unknown }[] = [];

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  running.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function serve(listener: RequestListener): Promise<number> {
  return listening(createServer(listener));
}

function client(allowedHosts: string[], options: Partial<OutboundOptions> = {}): OutboundHttp {
  const http = new OutboundHttp({ allowedHosts }, options);
  running.push(http);
  return http;
}

async function failureOf(work: Promise<unknown>): Promise<OutboundError> {
  const error = await work.then(() => null, OutboundError.in.bind(OutboundError));
  if (!error) throw new Error('expected an OutboundError');
  return error;
}

function refusalOf(url: string, http = client([])): string {
  try {
    http.assertAllowedUrl(url);
    return 'accepted';
  } catch (error) {
    return OutboundError.in(error)?.reason ?? String(error);
  }
}

afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.close();
});

describe('an address that an administrator saves', () => {
  it.each([
    ['accepted', ['https://acme.okta.com/', 'https://idp.acme.test:8443/realms/a', 'https://8.8.8.8/']],
    [
      'invalid-url',
      ['', 'acme.okta.com', '//acme.test', 'https://', 'https://ann:secret@acme.test/', 'https://ann@acme.test/'],
    ],
    [
      'not-https',
      ['http://acme.okta.com/', 'ftp://acme.test/', 'javascript:alert(1)', 'file:///etc/passwd', 'data:text/plain,x'],
    ],
    ['private-address', ['https://localhost/', 'https://idp.localhost./', 'http://localhost:3000/']],
  ])('is %s', (verdict, urls) => {
    expect(urls.map((url) => refusalOf(url))).toEqual(urls.map(() => verdict));
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://017700000001/',
    'https://１２７.０.０.１/',
    'https://127。0。0。1/',
    'https://127.0.0.1./',
    'https://0/',
    'https://10.1.2.3:8443/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[2002:a00:1::]/',
    'https://[::127.0.0.1]/',
    'https://[fd00::1]/',
  ])('is refused as private where it is %s (SECURITY 80)', async (url) => {
    expect(refusalOf(url)).toBe('private-address');
    expect(await failureOf(client([]).fetch(url))).toMatchObject({ reason: 'private-address' });
  });

  it('may be private and plain http where the operator allowed the host', () => {
    const http = client(['127.0.0.1:3000', 'idp.internal']);
    expect(refusalOf('http://127.0.0.1:3000/', http)).toBe('accepted');
    expect(refusalOf('http://idp.internal/', http)).toBe('accepted');
    expect(refusalOf('http://127.0.0.1:3001/', http)).toBe('private-address');
    expect(refusalOf('ftp://idp.internal/', http)).toBe('not-https');
    expect(refusalOf('http://ann:secret@idp.internal/', http)).toBe('invalid-url');
  });

  it('is refused in words that name it and nothing that lies behind it', async () => {
    const resolveOther: Resolve = () => Promise.resolve([{ address: '10.11.12.13', family: 4 }]);
    const error = await failureOf(client([], { resolveOther }).fetch('https://idp.acme.test/x?secret=1'));
    expect(error.message).toMatch(
      /^idp\.acme\.test is a private or reserved network address; .*OUTBOUND_ALLOWED_HOSTS/,
    );
    expect(error.message).not.toMatch(/10\.11|secret/);
  });
});

describe('a name', () => {
  it.each([
    ['private', ['10.0.0.1']],
    ['public and private', ['2606:4700::1111', '192.168.0.1']],
    ['IPv4-mapped', ['::ffff:127.0.0.1']],
    ['NAT64', ['64:ff9b::7f00:1']],
  ])('is refused where its addresses are %s', async (_kind, addresses) => {
    const resolveOther: Resolve = () => Promise.resolve(addresses.map((address) => ({ address, family: 6 })));
    const error = await failureOf(client([], { resolveOther }).fetch('https://idp.acme.test/'));
    expect(error).toMatchObject({ reason: 'private-address', host: 'idp.acme.test' });
  });

  it('that turns private after the check gains nothing: it is resolved once (DNS rebinding, SECURITY 81)', async () => {
    let reached = 0;
    const port = await serve((_request, response) => {
      reached += 1;
      response.end();
    });
    const answers = ['3ffe::1', '127.0.0.1']; // the first is of the former 6bone: unicast, and routed nowhere
    const asked: string[] = [];
    const resolveOther: Resolve = (hostname) => {
      asked.push(hostname);
      return Promise.resolve([
        { address: answers[asked.length - 1] ?? '127.0.0.1', family: asked.length === 1 ? 6 : 4 },
      ]);
    };
    const http = client([], { resolveOther, deadlineMs: 400 });
    const error = await failureOf(http.fetch(`https://rebinding.test:${port}/`));
    expect(['unreachable', 'timeout']).toContain(error.reason);
    expect({ asked, reached }).toEqual({ asked: ['rebinding.test'], reached: 0 });
  });

  it('that is allowed is called at the address it resolved to', async () => {
    const port = await serve((request, response) => response.end(request.headers.host));
    const resolveAllowed: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const http = client(['idp.internal'], { resolveAllowed });
    const response = await http.fetch(`http://idp.internal:${port}/`);
    expect(await response.text()).toBe(`idp.internal:${port}`);
  });

  it('without an address is unresolvable', async () => {
    const none: Resolve = () => Promise.resolve([]);
    const failing: Resolve = () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' }));
    for (const resolveOther of [none, failing]) {
      expect(await failureOf(client([], { resolveOther }).fetch('https://idp.acme.test/'))).toMatchObject({
        reason: 'unresolvable',
        message: 'idp.acme.test has no address in DNS, or DNS did not answer.',
      });
    }
  });

  it('ending in .invalid is unresolvable by the resolver of this machine (RFC 6761, 6.4)', async () => {
    expect(await failureOf(client([]).fetch('https://idp.invalid/'))).toMatchObject({ reason: 'unresolvable' });
  });
});

describe('an answer', () => {
  it('of JSON is parsed', async () => {
    const port = await serve((request, response) => response.end(JSON.stringify({ accept: request.headers.accept })));
    expect(await client(['127.0.0.1']).getJson(`http://127.0.0.1:${port}/`)).toEqual({ accept: 'application/json' });
  });

  it.each([
    ['not-json', 200, '<html>', 'did not answer with JSON (HTTP 200)'],
    ['not-json', 200, '', 'did not answer with JSON (HTTP 200)'],
    ['bad-status', 500, '{}', 'answered with an error (HTTP 500)'],
    ['bad-status', 404, '{}', 'answered with an error (HTTP 404)'],
    ['bad-status', 304, '', 'answered with an error (HTTP 304)'],
  ])('is refused as %s where it is %i %j', async (reason, status, body, words) => {
    const port = await serve((_request, response) => response.writeHead(status).end(body));
    const error = await failureOf(client(['127.0.0.1']).getJson(`http://127.0.0.1:${port}/`));
    expect(error).toMatchObject({ reason, status, message: `127.0.0.1:${port} ${words}.` });
  });

  it.each([301, 302, 303, 307, 308])('that redirects (%i) is not followed (SECURITY 82)', async (status) => {
    let reached = 0;
    const target = await serve((_request, response) => {
      reached += 1;
      response.end('{}');
    });
    const port = await serve((_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${target}/` }).end(),
    );
    const http = client(['127.0.0.1']);
    for (const work of [
      http.getJson(`http://127.0.0.1:${port}/`),
      http.fetch(`http://127.0.0.1:${port}/`, { redirect: 'follow' }),
    ]) {
      expect(await failureOf(work)).toMatchObject({ reason: 'redirect', status });
    }
    expect(reached).toBe(0);
  });

  it('keeps its status, headers and every cookie, and loses what described the bytes on the wire', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(
        201,
        [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['x-seen', 'yes'],
          ['content-length', '2'],
        ].flat(),
      );
      response.end('ok');
    });
    const response = await client(['127.0.0.1']).fetch(`http://127.0.0.1:${port}/`);
    expect([response.status, response.headers.get('x-seen'), response.headers.getSetCookie()]).toEqual([
      201,
      'yes',
      ['a=1', 'b=2'],
    ]);
    expect(response.headers.has('content-length')).toBe(false);
    expect(response).toBeInstanceOf(Response);
  });

  it('may have no body', async () => {
    const port = await serve((_request, response) => response.writeHead(204).end());
    const response = await client(['127.0.0.1']).fetch(`http://127.0.0.1:${port}/`);
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it('from a port where nothing listens, or that breaks off, is unreachable', async () => {
    const port = await serve((request) => request.socket.destroy());
    const broken = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => request.socket.destroy(), 20);
    });
    const http = client(['127.0.0.1', 'localhost']);
    for (const at of [port, broken, 1]) {
      expect(await failureOf(http.fetch(`http://127.0.0.1:${at}/`))).toMatchObject({ reason: 'unreachable' });
    }
    expect(await failureOf(http.fetch('http://localhost:1/'))).toMatchObject({ reason: 'unreachable' });
  });

  it('with a certificate that no authority signed, or without TLS at all, is refused', async () => {
    const secure = await listening(createTlsServer(selfSigned, (_request, response) => response.end('{}')));
    const plain = await serve((_request, response) => response.end('{}'));
    const http = client(['127.0.0.1', 'localhost']);
    for (const url of [`https://localhost:${secure}/`, `https://127.0.0.1:${secure}/`, `https://localhost:${plain}/`]) {
      expect(await failureOf(http.fetch(url))).toMatchObject({ reason: 'tls' });
    }
    // Authorities that are given instead are trusted for the names that they have signed, and for no others.
    const trusting = client(['127.0.0.1', 'localhost'], { authorities: selfSigned.cert });
    expect((await trusting.fetch(`https://localhost:${secure}/`)).ok).toBe(true);
    expect(await failureOf(trusting.fetch(`https://127.0.0.1:${secure}/`))).toMatchObject({ reason: 'tls' });
  });
});

describe('a request', () => {
  it('carries its method, headers and form', async () => {
    const port = await serve((request, response) => {
      request.setEncoding('utf8').once('data', (body: string) => {
        const { method, headers } = request;
        response.end(
          JSON.stringify({ method, type: headers['content-type'], authorization: headers.authorization, body }),
        );
      });
    });
    const response = await client(['127.0.0.1']).fetch(`http://127.0.0.1:${port}/token`, {
      method: 'POST',
      headers: { authorization: 'Basic eA==' },
      body: new URLSearchParams({ grant_type: 'authorization_code' }),
    });
    expect(await response.json()).toEqual({
      method: 'POST',
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
      authorization: 'Basic eA==',
      body: 'grant_type=authorization_code',
    });
  });

  it('may have a stream for its body', async () => {
    const port = await serve((request, response) => request.pipe(response));
    const body = new Blob(['streamed']).stream();
    const response = await client(['127.0.0.1']).fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    expect(await response.text()).toBe('streamed');
  });

  it('that is itself wrong fails as what it is', async () => {
    await expect(client([]).fetch('https://idp.acme.test/', { method: 'NOT A METHOD' })).rejects.toThrow(TypeError);
  });
});

describe('openid-client on this client', () => {
  function discover(http: OutboundHttp, issuer: string) {
    return oidc.discovery(new URL(issuer), 'client', 'secret', undefined, {
      [oidc.customFetch]: http.fetch,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only to stand out; the issuer is on loopback
      execute: [oidc.allowInsecureRequests],
    });
  }

  it('discovers an allowed issuer', async () => {
    let issuer = '';
    const port = await serve((_request, response) => {
      const metadata = { issuer, token_endpoint: `${issuer}/token`, response_types_supported: ['code'] };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
    });
    issuer = `http://127.0.0.1:${port}`;
    const configuration = await discover(client(['127.0.0.1']), issuer);
    expect(configuration.serverMetadata().token_endpoint).toBe(`${issuer}/token`);
  });

  it('does not call a private token endpoint that discovery names (SECURITY 83), and the refusal can be found inside its error', async () => {
    let issuer = '';
    const port = await serve((_request, response) => {
      const metadata = { issuer, token_endpoint: 'http://127.0.0.1:1/token', response_types_supported: ['code'] };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
    });
    issuer = `http://127.0.0.1:${port}`;
    const configuration = await discover(client([`127.0.0.1:${port}`]), issuer);
    const grant = oidc.clientCredentialsGrant(configuration);
    await expect(grant).rejects.not.toBeInstanceOf(OutboundError);
    expect(await failureOf(grant)).toMatchObject({ reason: 'private-address', host: '127.0.0.1:1' });
  });
});

/** For `localhost`, made for this test, valid for a hundred years and trusted by nobody. */
const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjGVfP072b7d49gG7
6Jc+R3KalREciuBgPvlZVCQKlD2hRANCAASWXVyp61DPOzU+uIBXKPfHR1GbWW6B
sRV7AzTqLVxSJC2ryl/OvhEREPcus9w+FEi6Sx2wzpXJpYfh+ArZPxxV
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUVVLyUSPpnsip8ZD5Tod/yt4f4SwwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIyMjYwOVoYDzIxMjYxMDI4
MjIyNjA5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASWXVyp61DPOzU+uIBXKPfHR1GbWW6BsRV7AzTqLVxSJC2ryl/OvhER
EPcus9w+FEi6Sx2wzpXJpYfh+ArZPxxVo2kwZzAdBgNVHQ4EFgQU467+nh7E+oxG
xHQC8c90zO+v0AQwHwYDVR0jBBgwFoAU467+nh7E+oxGxHQC8c90zO+v0AQwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAKqloqm9v+Oz6mDzUrbDUJA/wIAPYEqZ8wRx8+s2Vk+yAiBHZHo2SADJ
sftqtPEMAw7XjXeTuABZ8B7zKVvCwwMTNA==
-----END CERTIFICATE-----`,
};
