import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import type { HttpAnswer } from '../support/servers/http-client.js';

const ada = { email: 'ada@example.test', name: 'Ada', password: 'correct horse battery' };

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

describe('a refused REST call is told as a problem document (RFC 9457)', () => {
  const login = (type: string, text: string, headers: Record<string, string> = {}) =>
    app.browser().request('POST', '/api/auth/login', { headers }, { type, text });
  const json = JSON.stringify({ email: ada.email, password: ada.password });

  it.each<[string, number, string, () => Promise<HttpAnswer>]>([
    ['no such address', 404, 'NOT_FOUND', () => app.browser().get('/api/nothing')],
    ['no such address to write to', 404, 'NOT_FOUND', () => app.browser().postJson('/api/nothing', {})],
    ['an address that takes POST', 405, 'METHOD_NOT_ALLOWED', () => app.browser().get('/api/auth/login')],
    ['an address that takes GET', 405, 'METHOD_NOT_ALLOWED', () => app.browser().postJson('/api/auth/providers', {})],
    [
      'an address that takes neither',
      405,
      'METHOD_NOT_ALLOWED',
      () => app.browser().request('DELETE', '/api/auth/session'),
    ],
    ['the verification of a key by GET', 405, 'METHOD_NOT_ALLOWED', () => app.browser().get('/api/keys/verify')],
    ['the revocation of a key by GET', 405, 'METHOD_NOT_ALLOWED', () => app.browser().get('/api/keys/revoke')],
    ['a report of leaks by GET', 405, 'METHOD_NOT_ALLOWED', () => app.browser().get('/api/keys/leaks')],
    ['a report of leaks that is none', 400, 'VALIDATION_FAILED', () => app.browser().postJson('/api/keys/leaks', {})],
    ['plain text', 415, 'UNSUPPORTED_MEDIA_TYPE', () => login('text/plain', json)],
    [
      'a form',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => login('application/x-www-form-urlencoded', new URLSearchParams(ada).toString()),
    ],
    [
      'a form to an address in capitals',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => app.browser().postForm('/API/auth/login', ada),
    ],
    ['a form of parts', 415, 'UNSUPPORTED_MEDIA_TYPE', () => login('multipart/form-data; boundary=x', '--x--')],
    [
      'JSON in an unknown alphabet',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => login('application/json; charset=klingon', json),
    ],
    [
      'JSON in an unknown packing',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => login('application/json', json, { 'content-encoding': 'lzma' }),
    ],
    [
      '1 MB',
      413,
      'PAYLOAD_TOO_LARGE',
      () => login('application/json', JSON.stringify({ ...ada, password: 'x'.repeat(1_000_000) })),
    ],
    ['half a document', 400, 'VALIDATION_FAILED', () => login('application/json', json.slice(1))],
    ['a text for a document', 400, 'VALIDATION_FAILED', () => login('application/json', '"x"')],
    ['a list for a document', 400, 'VALIDATION_FAILED', () => login('application/json', '[]')],
    [
      'NUL in a name',
      400,
      'VALIDATION_FAILED',
      () => app.browser().postJson('/api/auth/signup', { ...ada, email: 'nul@example.test', name: 'a\0b' }),
    ],
    ['an address that is no address', 400, 'VALIDATION_FAILED', () => app.browser().get('/api/auth/login/%E0%A4%A')],
  ])('%s: %i %s', async (_what, status, code, send) => {
    const answer = await send();
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json(; charset=utf-8)?$/);
    expect(answer.status).toBe(status);
    const problem = answer.json<Record<string, unknown>>();
    expect(problem).toMatchObject({
      type: 'about:blank',
      title: expect.stringMatching(/^\w.+\.$/),
      status,
      code,
      requestId: answer.headers.get('x-request-id'),
    });
    expect(
      Object.keys(problem).filter((name) => !['type', 'title', 'status', 'code', 'requestId', 'fields'].includes(name)),
    ).toEqual([]);
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/^(GET|POST)$/);
  });

  it('and one whose body reaches for the prototype gets nothing by it', async () => {
    const account = { ...ada, email: 'proto@example.test' };
    const power = '{ "isInstanceAdministrator": true, "emailVerified": true }';
    const text = `{ "__proto__": ${power}, ${JSON.stringify(account).slice(1)}`;
    const answer = await app.browser().request('POST', '/api/auth/signup', {}, { type: 'application/json', text });

    expect(answer.json()).toEqual({ user: expect.objectContaining({ email: account.email, emailVerified: false }) });
    const { rows } = await app.database.query('select instance_administrator from users where email = $1', [
      account.email,
    ]);
    expect(rows).toEqual([{ instance_administrator: false }]);
    expect(({} as Record<string, unknown>).isInstanceAdministrator).toBeUndefined();
  });
});
