import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import type { HttpClient } from '../support/servers/http-client.js';
import {
  startHostileProvider,
  type HostileProvider,
  type Misbehaviour,
} from '../support/servers/hostile-openid-provider.js';
import {
  attemptSignIn,
  beginSignIn,
  comeBack,
  configureSso,
  createTenant,
  expectRefused,
  whoIs,
  type Attempt,
  type Tenant,
} from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

describe('the flow of a sign-in', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let acme: Tenant;
  let beta: Tenant;
  let key: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
    acme = await createTenant(app, 'acme.test', { issuer: provider.issuer, ...client });
    beta = await createTenant(app, 'beta.test', { issuer: provider.issuer, ...client });
    key = acme.connection.key;
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  /** Begins in a browser and lets the provider answer: the callback URL, not visited yet. */
  const begin = async (browser: HttpClient, at = key, query = ''): Promise<URL> =>
    new URL(await provider.authorize(await beginSignIn(browser, at, query)));

  const arrive = async (browser: HttpClient, callback: URL): Promise<Attempt> => {
    const { answer, trail } = await comeBack(app, browser, callback.href);
    return { browser, answer, trail, error: new URL(answer.location ?? 'about:blank').searchParams };
  };

  const startAgain = (reason: string) => ({ reason, code: 'FLOW_EXPIRED' });
  const codesRedeemed = () => provider.requestsTo('/token').length;

  describe('20. refuses a callback whose state', () => {
    it('is missing', async () => {
      const browser = app.browser();
      const callback = await begin(browser);
      callback.searchParams.delete('state');
      await expectRefused(await arrive(browser, callback), startAgain('FLOW_UNKNOWN'));
      expect(codesRedeemed()).toBe(0);
    });

    it.each([
      ['empty', ''],
      ['forged', 'forged'],
      ['forged in the right form', 'A'.repeat(43)],
      ['a piece of SQL', "' or 1=1 --"],
      ['NUL', '\0'],
      ['very long', 'x'.repeat(4_000)],
    ])('is %s', async (_name, state) => {
      const browser = app.browser();
      const callback = await begin(browser);
      callback.searchParams.set('state', state);
      await expectRefused(await arrive(browser, callback), startAgain('FLOW_UNKNOWN'));
      expect(codesRedeemed()).toBe(0);
    });

    it('is missing beside an error: the provider’s word counts after the state alone', async () => {
      const browser = app.browser();
      const callback = new URL(`${acme.connection.callbackUrl}?error=access_denied&error_description=Call+0900`);
      await expectRefused(await arrive(browser, callback), startAgain('FLOW_UNKNOWN'));
      callback.searchParams.set('state', 'forged');
      await expectRefused(await arrive(browser, callback), startAgain('FLOW_UNKNOWN'));
    });
  });

  it('21. refuses a callback that is played again', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    expect((await arrive(browser, callback)).answer.location).toBe(`${app.url}/`);
    browser.cookies.delete('gatehouse');
    await expectRefused(await arrive(browser, callback), startAgain('FLOW_UNKNOWN'));
    expect(codesRedeemed()).toBe(1);
  });

  it('21. lets one of two callbacks through that are played at once', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    const answers = await Promise.all([1, 2, 3].map(() => browser.get(callback.href)));
    const landed = answers.filter(({ location }) => location === `${app.url}/`);
    expect(landed).toHaveLength(1);
    expect(codesRedeemed()).toBe(1);
  });

  it('22. refuses a callback more than ten minutes later, and leads to a new start', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    const { rows } = await app.database.query<{ seconds: number }>(
      'select round(extract(epoch from max(expires_at) - now()))::int as seconds from login_flows',
    );
    expect(Math.abs(rows[0]!.seconds - 600)).toBeLessThan(10);
    await app.database.query(`update login_flows set expires_at = now() - interval '1 second'`);

    const attempt = await arrive(browser, callback);
    await expectRefused(attempt, startAgain('FLOW_EXPIRED'));
    const page = await browser.get(attempt.answer.location!);
    expect(page.text).toMatch(/longer than ten minutes/);
    expect(page.text).toMatch(/<a [^>]*href="\/sign-in"/);
    expect(codesRedeemed()).toBe(0);
  });

  it('22. sweeps what nobody came back for', async () => {
    await begin(app.browser());
    await app.database.query(`update login_flows set expires_at = now() - interval '61 minutes'`);
    await begin(app.browser());
    const { rows } = await app.database.query('select count(*)::int as count from login_flows');
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('23. refuses in browser B what was begun in browser A, which A can still finish', async () => {
    const [a, b, never] = [app.browser(), app.browser(), app.browser()];
    const callback = await begin(a);
    await begin(b);
    await expectRefused(await arrive(b, callback), startAgain('FLOW_OTHER_BROWSER'));
    await expectRefused(await arrive(never, callback), startAgain('FLOW_OTHER_BROWSER'));
    expect(codesRedeemed()).toBe(0);
    expect((await arrive(a, callback)).answer.location).toBe(`${app.url}/`);
  });

  it('lets two tabs of a browser sign in side by side', async () => {
    const browser = app.browser();
    const [one, two] = [await begin(browser, key, '?returnTo=/one'), await begin(browser, key, '?returnTo=/two')];
    expect((await arrive(browser, two)).answer.location).toBe(`${app.url}/two`);
    expect((await arrive(browser, one)).answer.location).toBe(`${app.url}/one`);
  });

  const badIssuers: [string, Misbehaviour, string][] = [
    ['wrong', { authorization: { iss: ['https://evil.test'] } }, 'CALLBACK_ISSUER'],
    ['absent though promised', { authorization: { iss: [] } }, 'CALLBACK_ISSUER'],
    ['empty', { authorization: { iss: [''] } }, 'CALLBACK_ISSUER'],
    [
      'wrong beside an error',
      { authorization: { iss: ['https://evil.test'], error: 'access_denied' } },
      'CALLBACK_ISSUER',
    ],
  ];
  it.each(badIssuers)(
    '24. refuses a callback whose iss is %s, before the code is shown to anybody',
    async (_name, misbehaviour, reason) => {
      provider.misbehave(misbehaviour);
      await expectRefused(await attemptSignIn(app, provider, key), { reason });
      expect(codesRedeemed()).toBe(0);
    },
  );

  it('24. refuses a callback whose iss comes twice, though both are right', async () => {
    provider.misbehave({ authorization: { iss: [provider.issuer, provider.issuer] } });
    await expectRefused(await attemptSignIn(app, provider, key), {
      reason: 'CALLBACK_MALFORMED',
      detail: 'iss comes twice',
    });
    expect(codesRedeemed()).toBe(0);
  });

  it('24. refuses a wrong iss of a provider that never promised one', async () => {
    provider.misbehave({
      discovery: { members: { authorization_response_iss_parameter_supported: false } },
      authorization: { iss: ['https://evil.test'] },
    });
    await expectRefused(await attemptSignIn(app, provider, key), { reason: 'CALLBACK_ISSUER' });
  });

  it('24. does without iss where the provider promises none', async () => {
    provider.misbehave({
      discovery: { without: ['authorization_response_iss_parameter_supported'] },
      authorization: { iss: [] },
    });
    expect(await whoIs((await attemptSignIn(app, provider, key)).browser)).toBe('alice@acme.test');
  });

  it('25. refuses the code of one organization at the callback of another', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    const foreign = new URL(beta.connection.callbackUrl);
    foreign.search = callback.search;
    await expectRefused(await arrive(browser, foreign), startAgain('FLOW_OTHER_PROVIDER'));
    expect(codesRedeemed()).toBe(0);
  });

  it('25. refuses the code of one organization in a sign-in that was begun for another', async () => {
    const browser = app.browser();
    const [stolen, own] = [await begin(browser), await begin(browser, beta.connection.key)];
    own.searchParams.set('code', stolen.searchParams.get('code')!);
    await expectRefused(await arrive(browser, own), { reason: 'CODE_REFUSED', detail: 'invalid_grant' });
  });

  it.each(['S256', 'plain', 'plain S256', ''])(
    '26. protects the code with S256, though the provider offers "%s"',
    async (offered) => {
      const members = { code_challenge_methods_supported: offered.split(' ') };
      provider.misbehave({ discovery: { members } });
      await attemptSignIn(app, provider, key);
      const [asked] = provider.requestsTo('/authorize');
      const [token] = provider.requestsTo('/token');
      expect(asked?.query.get('code_challenge_method')).toBe('S256');
      const verifier = new URLSearchParams(token?.body).get('code_verifier')!;
      expect(verifier).toHaveLength(43);
      expect(asked?.query.get('code_challenge')).toBe(createHash('sha256').update(verifier).digest('base64url'));
    },
  );

  it('26. leaves PKCE out by explicit setting alone', async () => {
    const { owner, domainId } = acme;
    const { key: without } = await configureSso(owner, {
      domainId,
      provider: 'CUSTOM',
      issuer: provider.issuer,
      ...client,
      pkce: false,
    });
    provider.misbehave({ authorization: { pkce: 'optional' } });
    expect(await whoIs((await attemptSignIn(app, provider, without)).browser)).toBe('alice@acme.test');
    expect(provider.requestsTo('/authorize')[0]?.query.has('code_challenge')).toBe(false);
    expect(provider.requestsTo('/token')[0]?.body).not.toMatch('code_verifier');
  });

  it.each(['code', 'state'])('27. refuses a callback in which %s comes twice', async (name) => {
    for (const second of ['another', null]) {
      const browser = app.browser();
      const callback = await begin(browser);
      callback.searchParams.append(name, second ?? callback.searchParams.get(name)!);
      await expectRefused(await arrive(browser, callback), {
        reason: 'CALLBACK_MALFORMED',
        detail: `${name} comes twice`,
      });
    }
    expect(codesRedeemed()).toBe(0);
  });

  it('27. reads no parameter by another spelling', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    const { search } = callback;
    callback.search = search.replace('state=', 'state[]=');
    await expectRefused(await arrive(browser, callback), startAgain('FLOW_UNKNOWN'));
    callback.search = search.replace('code=', 'code%5B%5D=');
    await expectRefused(await arrive(browser, callback), {
      reason: 'CALLBACK_MALFORMED',
      detail: 'neither code nor error',
    });
  });

  it('takes no callback where a sign-in begins', async () => {
    const browser = app.browser();
    const location = new URL(await beginSignIn(browser, key, '?code=x&state=y&error=z'));
    expect(location.origin).toBe(new URL(provider.issuer).origin);
    expect(location.searchParams.has('error')).toBe(false);
    expect(location.searchParams.get('state')).not.toBe('y');
  });

  it('28. leads on with 303, no referrer, nothing stored, and no code in the address', async () => {
    const browser = app.browser();
    const { answer } = await arrive(browser, await begin(browser, key, '?returnTo=%2Fconsole%3Ftab%3D1'));
    expect(answer.status).toBe(303);
    expect(answer.location).toBe(`${app.url}/console?tab=1`);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');

    const refused = await arrive(app.browser(), await begin(browser));
    expect(refused.answer.status).toBe(303);
    expect(refused.answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(refused.answer.headers.get('cache-control')).toBe('no-store');
    expect(refused.answer.location).not.toMatch(/[?&](code=[^A-Z&]|state=)/);
  });

  it('28. keeps the flow to its browser with a cookie that no script reads and no other site sends along', async () => {
    const browser = app.browser();
    const answer = await browser.get(`/api/auth/login/${key}`);
    expect(answer.setCookies.join()).toMatch(
      /^gatehouse-flow=[\w-]{43}; Max-Age=3600; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
  });

  it('28. names its cookie __Host- and marks it Secure where the address is https', async () => {
    const secure = await startTestApp({ ROOT_URL: 'https://gatehouse.test', OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
    const tenant = await createSecureTenant(secure);
    const answer = await secure.browser().get(`/api/auth/login/${tenant}`);
    expect(answer.setCookies.join()).toMatch(
      /^__Host-gatehouse-flow=[\w-]{43}; .*Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(new URL(answer.location!).searchParams.get('redirect_uri')).toBe(
      `https://gatehouse.test/api/auth/callback/${tenant}`,
    );
    await secure.stop();
  });

  const elsewhere = [
    '//evil.test',
    '/\\evil.test',
    '%2F%2Fevil.test',
    '/%2F%2Fevil.test',
    '/.//evil.test',
    'javascript:alert(1)',
    '/\r\nSet-Cookie:x=y',
    'https://evil.test/',
    'http://localhost.evil.test/',
    'http://localhost@evil.test/',
  ];
  it.each(elsewhere)('29. leads home instead of to %j', async (returnTo) => {
    const browser = app.browser();
    const { answer } = await arrive(browser, await begin(browser, key, `?returnTo=${encodeURIComponent(returnTo)}`));
    expect(answer.location).toBe(`${app.url}/`);
  });

  it('30. gives a new session at sign-in, and ends the one that was planted', async () => {
    const browser = app.browser();
    await arrive(browser, await begin(browser));
    const planted = browser.cookies.get('gatehouse')!;
    await arrive(browser, await begin(browser));
    expect(browser.cookies.get('gatehouse')?.value).not.toBe(planted.value);

    const attacker = app.browser();
    attacker.cookies.set(planted);
    expect(await whoIs(attacker)).toBeNull();
  });

  it('30. does not take a session id that somebody made up', async () => {
    const browser = app.browser();
    browser.cookies.set({
      name: 'gatehouse',
      value: 'A'.repeat(43),
      host: 'localhost',
      path: '/',
      secure: false,
      httpOnly: true,
    });
    await arrive(browser, await begin(browser));
    expect(browser.cookies.get('gatehouse')?.value).not.toBe('A'.repeat(43));
    expect(await whoIs(browser)).toBe('alice@acme.test');
  });

  it('31. replaces the session of X when the callback proves Y, and tells of both', async () => {
    const browser = app.browser();
    provider.signInAs({ sub: 'xaver', email: 'xaver@beta.test' });
    await arrive(browser, await begin(browser, beta.connection.key));
    expect(await whoIs(browser)).toBe('xaver@beta.test');
    const xaver = app.browser();
    xaver.cookies.set(browser.cookies.get('gatehouse')!);

    provider.signInAs({ sub: 'alice-0001', email: 'alice@acme.test' });
    const { trail } = await arrive(browser, await begin(browser));
    expect(await whoIs(browser)).toBe('alice@acme.test');
    expect(await whoIs(xaver)).toBeNull();
    expect(trail.filter(({ resource_type }) => resource_type === 'session')).toEqual([
      expect.objectContaining({ action: 'session.ended', after: expect.objectContaining({ why: 'replaced' }) }),
      expect.objectContaining({ action: 'signIn.succeeded', actor_label: 'alice@acme.test' }),
    ]);
  });

  /** A connection in an app whose public address is https, configured by a program: browsers would want https there. */
  async function createSecureTenant(secure: TestApp): Promise<string> {
    const admin = secure.admin();
    const { data } = await admin.graphql<{ createOrganization: { organization: { id: string } } }>(
      'mutation { createOrganization(input: { name: "Acme" }) { organization { id } } }',
    );
    const { rows } = await secure.database.query<{ id: string }>(
      `insert into domains (id, organization_id, name, token, status, next_check_at)
       values ('d', $1, 'acme.test', 't', 'VERIFIED', now() + interval '1 day') returning id`,
      [data!.createOrganization.organization.id],
    );
    const owner = { id: '', email: '', browser: admin };
    const connection = await configureSso(owner, {
      domainId: rows[0]!.id,
      provider: 'OKTA',
      issuer: provider.issuer,
      ...client,
    });
    return connection.key;
  }
});
