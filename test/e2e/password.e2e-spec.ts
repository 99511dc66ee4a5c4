import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';

const ada = { email: 'Ada@Example.Test', name: 'Ada', password: 'correct horse battery' };

describe('signing up and in with a password', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  const lastEvents = async (count: number): Promise<unknown[]> => {
    const { rows } = await app.database.query<object>(
      `select action, outcome, actor_label, after, ip is not null as from_somewhere, request_id <> '' as traced
       from audit_events where chain_id = 'instance' order by sequence desc limit $1`,
      [count],
    );
    return rows.reverse();
  };

  it('signs up, signs out, and signs in again', async () => {
    const browser = app.browser();
    const signedUp = await browser.postJson('/api/auth/signup', ada);
    expect(signedUp.status).toBe(201);
    expect(signedUp.json()).toEqual({
      user: { id: expect.any(String), email: 'ada@example.test', name: 'Ada', emailVerified: false },
    });
    expect((await browser.get('/api/auth/session')).json()).toMatchObject({
      user: { email: 'ada@example.test' },
      session: { method: 'password', connection: null },
    });

    const signedOut = await browser.postJson('/api/auth/logout', {});
    expect(signedOut.status).toBe(204);
    expect((await browser.get('/api/auth/session')).status).toBe(401);

    const signedIn = await browser.postJson('/api/auth/login', { email: ' ADA@example.test', password: ada.password });
    expect(signedIn.status).toBe(200);
    expect(await lastEvents(4)).toEqual([
      expect.objectContaining({ action: 'user.created', actor_label: 'anonymous', from_somewhere: true, traced: true }),
      expect.objectContaining({ action: 'signIn.succeeded', actor_label: 'ada@example.test' }),
      expect.objectContaining({ action: 'session.ended', after: expect.objectContaining({ why: 'signOut' }) }),
      expect.objectContaining({
        action: 'signIn.succeeded',
        after: { method: 'password', connection: null, secondFactor: null },
      }),
    ]);
  });

  it('leads from the bare address to the sign-in page, or to the console once signed in', async () => {
    const browser = app.browser();
    expect((await browser.get('/')).location).toBe(`${app.url}/sign-in`);
    await browser.postJson('/api/auth/login', { email: ada.email, password: ada.password });
    expect((await browser.get('/')).location).toBe(`${app.url}/console`);
  });

  it('keeps only hashes of the password and of the session', async () => {
    const browser = app.browser();
    const answer = await browser.postJson('/api/auth/login', ada);
    const token = /gatehouse=([\w-]+)/.exec(answer.setCookies[0] ?? '')?.[1] ?? '';
    expect(token).toHaveLength(43);
    expect(answer.setCookies[0]).toMatch(/; Path=\/; .*HttpOnly; SameSite=Lax$/);
    const { rows } = await app.database.query<{ password_hash: string; sessions: string }>(
      `select password_hash, (select json_agg(s)::text from sessions s) as sessions from users where email = 'ada@example.test'`,
    );
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(rows[0]?.sessions).not.toContain(token);
  });

  it('answers a wrong password and an unknown account in the same words', async () => {
    const wrong = await app.browser().postJson('/api/auth/login', { ...ada, password: 'not that one' });
    const unknown = await app
      .browser()
      .postJson('/api/auth/login', { email: 'nobody@example.test', password: 'not that one' });
    const told = (answer: typeof wrong) => ({ ...answer.json<Record<string, unknown>>(), requestId: '' });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(told(wrong)).toEqual({
      type: 'about:blank',
      title: 'The email or the password is not right.',
      status: 401,
      code: 'INVALID_CREDENTIALS',
      requestId: '',
    });
    expect([unknown.status, told(unknown)]).toEqual([wrong.status, told(wrong)]);
    expect(await lastEvents(2)).toEqual([
      expect.objectContaining({
        action: 'signIn.refused',
        outcome: 'REFUSED',
        after: expect.objectContaining({ reason: 'WRONG_PASSWORD' }),
      }),
      expect.objectContaining({
        action: 'signIn.refused',
        outcome: 'REFUSED',
        after: expect.objectContaining({ reason: 'UNKNOWN_ACCOUNT' }),
      }),
    ]);
  });

  it.each([
    [{ password: 'elevenchars' }, 'password'],
    [{ email: 'ada@example.test, eve@example.test' }, 'email'],
    [{ name: '' }, 'name'],
    [{ password: 5 }, 'password'],
    [{ emailVerified: true }, 'emailVerified'],
    [{ role: 'OWNER' }, 'role'],
  ])('refuses a sign-up with %j, and names the field', async (change, field) => {
    const answer = await app.browser().postJson('/api/auth/signup', { ...ada, email: 'new@example.test', ...change });
    expect([answer.status, answer.json()]).toEqual([
      400,
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        fields: expect.arrayContaining([expect.objectContaining({ field })]),
      }),
    ]);
    const { rows } = await app.database.query(`select 1 from users where email = 'new@example.test'`);
    expect(rows).toEqual([]);
  });

  it('refuses a second account for an email, and stops an address that tries too often', async () => {
    const second = await app.browser().postJson('/api/auth/signup', { ...ada, email: 'ADA@EXAMPLE.TEST' });
    expect([second.status, second.json<{ code: string }>().code]).toEqual([409, 'CONFLICT']);

    const attempt = () =>
      app.browser().postJson('/api/auth/login', { email: 'often@example.test', password: 'a guess' });
    for (let n = 0; n < 5; n += 1) expect((await attempt()).status).toBe(401);
    const stopped = await attempt();
    expect([stopped.status, stopped.json<{ code: string }>().code]).toEqual([429, 'RATE_LIMITED']);
    expect(stopped.headers.get('retry-after')).toBe('2');
  });

  it('ends a session on the server when it was idle too long, or is too old', async () => {
    for (const column of ['idle_expires_at', 'expires_at']) {
      const browser = app.browser();
      await browser.postJson('/api/auth/login', ada);
      expect((await browser.get('/api/auth/session')).status).toBe(200);
      await app.database.query(`update sessions set ${column} = now() - interval '1 second'`);
      expect((await browser.get('/api/auth/session')).status).toBe(401);
    }
  });
});

describe('where sign-up is closed', () => {
  it('makes no account, and says that it takes an invitation', async () => {
    const app = await startTestApp({ AUTH_DISABLE_SIGNUP: 'true' });
    const answer = await app.browser().postJson('/api/auth/signup', ada);
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'SIGN_UP_CLOSED']);
    expect((await app.browser().get('/api/auth/providers')).json()).toEqual({
      signUp: false,
      password: true,
      providers: [],
    });
    await app.stop();
  });
});

describe('where passwords are switched off', () => {
  it('refuses sign-up and sign-in by password', async () => {
    const app = await startTestApp({ AUTH_DISABLE_USERNAME_PASSWORD: 'true' });
    for (const path of ['/api/auth/signup', '/api/auth/login']) {
      const { name: _, ...credentials } = ada;
      const answer = await app.browser().postJson(path, path.endsWith('signup') ? ada : credentials);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'PASSWORD_DISABLED']);
    }
    await app.stop();
  });
});
