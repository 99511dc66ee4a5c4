import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import express, { type ErrorRequestHandler } from 'express';
import { request } from 'node:http';
import { startLoopbackHttp, type LoopbackHttpServer } from '../../../test/support/servers/loopback-http.js';
import type { AppError } from '../errors/app-error.js';
import { sameOrigin } from './same-origin.middleware.js';

const exempt = /^\/api\/auth\/(callback|backchannel-logout)\//;
const cookie = { cookie: 'gatehouse=abc' };

describe('a change that a browser is made to send', () => {
  let server: LoopbackHttpServer;
  const recorded: string[] = [];
  let trailIsDown = false;

  beforeAll(async () => {
    const app = express();
    app.use(
      sameOrigin('https://id.example.com:8443/under', exempt, (_request, refusal) => {
        recorded.push(`${refusal.code} ${refusal.detail ?? ''}`);
        return trailIsDown ? Promise.reject(new Error('no trail')) : Promise.resolve();
      }),
    );
    app.use((_request, response) => void response.sendStatus(200));
    const tell: ErrorRequestHandler = (error: Partial<AppError>, _request, response, _next) => {
      response.sendStatus(error.code === 'CROSS_ORIGIN' ? 403 : 500);
    };
    app.use(tell);
    server = await startLoopbackHttp(0, () => app);
  });
  beforeEach(() => {
    recorded.length = 0;
    trailIsDown = false;
  });
  afterAll(() => server.stop());

  /** By node:http, which sends what it is told to; `fetch` has its own mind about some headers. */
  function send(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      request(`${server.origin}${path}`, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end();
    });
  }

  it.each<Record<string, string>>([
    { ...cookie, origin: 'https://id.example.com:8443' },
    { ...cookie, origin: 'null', 'sec-fetch-site': 'same-origin' },
    { ...cookie, 'sec-fetch-site': 'same-origin' },
    { ...cookie, 'apollo-require-preflight': 'true' },
    { ...cookie, 'x-apollo-operation-name': 'Viewer' },
    {},
    { authorization: 'Bearer key' },
  ])('passes with %j: it is from our own pages, from our own script, or from no browser', async (headers) => {
    expect([await send('POST', '/graphql', headers), recorded]).toEqual([200, []]);
  });

  it.each<Record<string, string>>([
    { ...cookie },
    { ...cookie, origin: 'https://evil.test' },
    { origin: 'https://evil.test' },
    { origin: 'https://evil.test', 'apollo-require-preflight': 'true' },
    { ...cookie, origin: 'https://id.example.com' },
    { ...cookie, origin: 'http://id.example.com:8443' },
    { ...cookie, origin: 'https://id.example.com:8443.evil.test' },
    { ...cookie, origin: 'null' },
    { ...cookie, origin: 'null', 'sec-fetch-site': 'cross-site' },
    { ...cookie, 'sec-fetch-site': 'cross-site' },
    { ...cookie, 'sec-fetch-site': 'same-site' },
    { ...cookie, 'sec-fetch-site': 'none' },
    { ...cookie, 'sec-fetch-site': 'cross-site', 'apollo-require-preflight': 'true' },
  ])('is refused with %j, and the trail says so first', async (headers) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      recorded.length = 0;
      const told = `CROSS_ORIGIN origin ${'origin' in headers ? headers.origin : 'absent'}`;
      expect([await send(method, '/graphql', headers), recorded]).toEqual([403, [told]]);
    }
  });

  it('believes no Host header about who we are', async () => {
    const headers = { ...cookie, origin: 'https://evil.test', host: 'evil.test' };
    expect(await send('POST', '/graphql', headers)).toBe(403);
  });

  it('is none where nothing is changed', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      expect(await send(method, '/graphql', { ...cookie, origin: 'https://evil.test' })).toBe(200);
    }
  });

  it('may be an identity provider’s own post, at the two places meant for it and nowhere near them', async () => {
    const headers = { ...cookie, origin: 'https://okta.test' };
    expect(await send('POST', '/api/auth/callback/acme.test.saml', headers)).toBe(200);
    expect(await send('POST', '/api/auth/backchannel-logout/acme.test.okta', headers)).toBe(200);
    for (const path of ['/api/auth/login', '/api/auth/callback', '/x/api/auth/callback/a', '/api/auth/callbacks/a']) {
      expect([path, await send('POST', path, headers)]).toEqual([path, 403]);
    }
  });

  it('is refused even where the trail cannot be written', async () => {
    trailIsDown = true;
    expect(await send('POST', '/graphql', { ...cookie, origin: 'https://evil.test' })).toBe(500);
  });
});
