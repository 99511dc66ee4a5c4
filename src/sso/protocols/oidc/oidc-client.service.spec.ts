import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startLoopbackHttp } from '../../../../test/support/servers/loopback-http.js';
import { OutboundHttp } from '../../../platform/http/outbound.js';
import type { OidcSettings } from '../../sources/sign-in-source.types.js';
import { usual } from '../../providers/oidc-vendor.js';
import { OidcClientService } from './oidc-client.service.js';

describe('what is remembered of a provider', () => {
  const outbound = new OutboundHttp({ allowedHosts: ['127.0.0.1'] });
  let server: Awaited<ReturnType<typeof startLoopbackHttp>>;
  let settings: OidcSettings;
  let service: OidcClientService;
  let cacheControl: string;
  let tokenEndpoint: string;
  let requests: string[];

  beforeAll(async () => {
    server = await startLoopbackHttp(0, (origin) => (request, response) => {
      requests.push(request.url ?? '');
      const endpoints = {
        authorization_endpoint: `${origin}/a`,
        token_endpoint: origin + tokenEndpoint,
        jwks_uri: `${origin}/j`,
      };
      if (cacheControl === 'down') response.writeHead(500).end();
      else {
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': cacheControl });
        response.end(JSON.stringify({ issuer: origin, ...endpoints }));
      }
    });
    settings = {
      issuer: server.origin,
      clientId: 'gatehouse',
      clientSecret: null,
      clientAuthMethod: 'none',
      scopes: ['openid'],
      pkce: true,
      clientKey: null,
      claims: { email: 'email', name: 'name', emailVerified: ['email_verified'] },
      hostedDomains: [],
      quirks: usual.quirks,
    };
  });
  beforeEach(() => {
    service = new OidcClientService(outbound);
    [cacheControl, tokenEndpoint, requests] = ['max-age=300', '/t', []];
  });
  afterAll(async () => {
    await outbound.close();
    await server.stop();
  });

  const tokenEndpointNow = async () => (await service.relyingPartyFor(settings)).tokenEndpoint;

  it('is its description, as long as it lets us', async () => {
    await tokenEndpointNow();
    tokenEndpoint = '/new';
    expect(await tokenEndpointNow()).toBe(`${server.origin}/t`);
    expect(requests).toEqual(['/.well-known/openid-configuration']);
  });

  it('is nothing where it says so', async () => {
    cacheControl = 'no-store';
    await tokenEndpointNow();
    tokenEndpoint = '/new';
    expect(await tokenEndpointNow()).toBe(`${server.origin}/new`);
  });

  it('is out of date after ten minutes, whatever it says', async () => {
    cacheControl = 'public, max-age=86400';
    await tokenEndpointNow();
    tokenEndpoint = '/new';
    const later = Date.now() + 600_001;
    const now = jest.spyOn(Date, 'now').mockImplementation(() => later);
    expect(await tokenEndpointNow()).toBe(`${server.origin}/new`);
    now.mockRestore();
  });

  it('is asked for once by all who come at once', async () => {
    cacheControl = 'no-store';
    await Promise.all(Array.from({ length: 20 }, tokenEndpointNow));
    expect(requests).toHaveLength(1);
  });

  it('is no failure: the next sign-in asks again', async () => {
    cacheControl = 'down';
    await expect(tokenEndpointNow()).rejects.toMatchObject({ reason: 'ISSUER_UNREACHABLE' });
    cacheControl = 'max-age=300';
    expect(await tokenEndpointNow()).toBe(`${server.origin}/t`);
  });

  it('is a thousand providers, and no more', async () => {
    const remembered = Reflect.get(service, 'providers') as Map<string, unknown>;
    await tokenEndpointNow();
    for (let index = 0; index < 1_000; index += 1) {
      await service.relyingPartyFor({ ...settings, issuer: `https://10.0.0.1/${index}` }).catch(() => undefined);
    }
    expect(remembered.size).toBe(1_000);
    expect(remembered.has(server.origin)).toBe(false);
  });

  it('is not what an administrator is told who has just typed the issuer', async () => {
    await tokenEndpointNow();
    tokenEndpoint = '/new';
    expect((await service.inspect(server.origin)).token_endpoint).toBe(`${server.origin}/new`);
    expect(await tokenEndpointNow()).toBe(`${server.origin}/t`);
  });
});
