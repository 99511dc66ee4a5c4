import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { accountsLike, accountsOf, expectNoSecretOnTrails } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { startGithub, type GithubAccount, type GithubStandIn } from '../support/servers/vendors/github-stand-in.js';
import {
  attemptSignIn,
  beginSignIn,
  comeBack,
  configureSso,
  expectRefused,
  moveSso,
  verifiedDomain,
  whoIs,
  type Attempt,
} from '../support/sso.js';
import { readTrace } from '../support/traces.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-of-github' };
const method = 'oauth2';

/** An account whose one address is this. */
function account(id: unknown, email: string, more: { verified?: unknown; primary?: unknown } = {}): GithubAccount {
  return { id, login: `user-${String(id)}`, name: 'Mona', emails: [{ email, primary: true, verified: true, ...more }] };
}

describe('a sign-in through GitHub', () => {
  let app: TestApp;
  let github: GithubStandIn;
  let other: GithubStandIn;
  let owner: Person;
  let domainId: string;
  const key = 'acme.test.github-enterprise';

  beforeAll(async () => {
    [github, other] = await Promise.all([startGithub(client), startGithub(client)]);
    const of = (vendor: string, { origin }: GithubStandIn) => ({
      [`AUTH_${vendor}_CLIENT_ID`]: client.clientId,
      [`AUTH_${vendor}_CLIENT_SECRET`]: client.clientSecret,
      [`AUTH_${vendor}_BASE_URL`]: origin,
    });
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      ...of('GITHUB', github),
      ...of('GITHUB_ENTERPRISE', other),
    });
    owner = await createPerson(app);
    const { id: organizationId } = await createOrganization(owner, 'Acme');
    domainId = await verifiedDomain(app, organizationId, 'acme.test');
    await configureSso(owner, { domainId, provider: 'GITHUB_ENTERPRISE', baseUrl: github.origin, ...client });
  });
  afterEach(() => [github, other].forEach((each) => each.reset()));
  afterAll(async () => {
    await expectNoSecretOnTrails(app, [client.clientSecret, 'gho_']);
    await app.stop();
    await Promise.all([github.stop(), other.stop()]);
  });

  const begin = async (browser: HttpClient, at = 'github', who?: GithubAccount): Promise<URL> =>
    new URL(await github.authorize(await beginSignIn(browser, at), who));

  const arrive = async (browser: HttpClient, callback: URL): Promise<Attempt> => {
    const { answer, trail } = await comeBack(app, browser, callback.href);
    return { browser, answer, trail, error: new URL(answer.location ?? 'about:blank').searchParams };
  };

  const startAgain = (reason: string) => ({ reason, code: 'FLOW_EXPIRED', method }) as const;
  const codesRedeemed = () => github.requests.filter(({ path }) => path === '/login/oauth/access_token').length;
  const through = (at: string, who: GithubAccount) => attemptSignIn<GithubAccount>(app, github, at, who);

  describe('20. refuses a callback whose state', () => {
    it.each([
      ['is missing', null],
      ['is empty', ''],
      ['is forged in the right form', 'A'.repeat(43)],
    ])('%s', async (_name, state) => {
      const browser = app.browser();
      const callback = await begin(browser);
      if (state === null) callback.searchParams.delete('state');
      else callback.searchParams.set('state', state);
      await expectRefused(await arrive(browser, callback), startAgain('FLOW_UNKNOWN'));
      expect(codesRedeemed()).toBe(0);
    });
  });

  it('21. refuses a callback that comes a second time', async () => {
    const browser = app.browser();
    const callback = await begin(browser, 'github', account(21, 'replay@social.test'));
    expect((await arrive(browser, callback)).answer.location).toBe(`${app.url}/`);
    const again = await arrive(browser, callback);
    expect(again.error.get('code')).toBe('FLOW_EXPIRED');
    expect(again.trail).toEqual([
      expect.objectContaining({ after: expect.objectContaining({ reason: 'FLOW_UNKNOWN', method }) }),
    ]);
    expect(codesRedeemed()).toBe(1);
  });

  it('22. refuses a flow that is older than ten minutes', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    await app.database.query(`update login_flows set expires_at = now() - interval '1 second'`);
    await expectRefused(await arrive(browser, callback), startAgain('FLOW_EXPIRED'));
    expect(codesRedeemed()).toBe(0);
  });

  it('23. refuses in one browser what was begun in another', async () => {
    const callback = await begin(app.browser());
    const victim = app.browser();
    await beginSignIn(victim, 'github');
    await expectRefused(await arrive(victim, callback), startAgain('FLOW_OTHER_BROWSER'));
    expect(codesRedeemed()).toBe(0);
  });

  it('24. refuses a callback that names another issuer, before the code is shown to anybody', async () => {
    for (const iss of ['https://github.com', `${github.origin}/`, '']) {
      const browser = app.browser();
      const callback = await begin(browser);
      callback.searchParams.set('iss', iss);
      await expectRefused(await arrive(browser, callback), { reason: 'CALLBACK_ISSUER', method });
    }
    expect(codesRedeemed()).toBe(0);
    const browser = app.browser();
    const callback = await begin(browser, 'github', account(24, 'own-name@social.test'));
    callback.searchParams.set('iss', `${github.origin}/login/oauth`);
    await arrive(browser, callback);
    expect(await whoIs(browser)).toBe('own-name@social.test');
  });

  it('25. refuses at one GitHub what was begun at another', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    callback.pathname = '/api/auth/callback/github-enterprise';
    await expectRefused(await arrive(browser, callback), startAgain('FLOW_OTHER_PROVIDER'));
    expect([...github.requests, ...other.requests].filter(({ path }) => path.includes('token'))).toEqual([]);
  });

  it('26. protects the code with PKCE, S256', async () => {
    const begun = new URL(await beginSignIn(app.browser(), 'github')).searchParams;
    expect(begun.get('code_challenge_method')).toBe('S256');
    expect(begun.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    const browser = app.browser();
    const callback = await begin(browser);
    // A code of somebody else's sign-in, with a state of one's own.
    const stolen = await begin(app.browser(), 'github', account(26, 'victim@social.test'));
    callback.searchParams.set('code', stolen.searchParams.get('code')!);
    await expectRefused(await arrive(browser, callback), {
      reason: 'CODE_REFUSED',
      detail: 'bad_verification_code',
      method,
    });
  });

  it('27. refuses a code that comes twice', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    callback.searchParams.append('code', 'another');
    await expectRefused(await arrive(browser, callback), { reason: 'CALLBACK_MALFORMED', method });
    expect(codesRedeemed()).toBe(0);
  });

  it('28. ends in a 303 that takes nothing of its address along', async () => {
    const { answer } = await through('github', account(28, 'clean@social.test'));
    expect(answer.status).toBe(303);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.location).toBe(`${app.url}/`);
  });

  it.each([
    ['incorrect_client_credentials', 'CLIENT_REFUSED', /^a token for the code, as client gatehouse/],
    ['redirect_uri_mismatch', 'WRONG_CALLBACK', /\/api\/auth\/callback\/acme\.test\.github-enterprise$/],
  ])('traces an attempt that ends in %s: %s', async (error, cause, expected) => {
    github.answer('/login/oauth/access_token', { status: 200, body: JSON.stringify({ error }) });
    const { error: shown } = await through(key, account(77, 'mona@acme.test'));
    const trace = await readTrace(owner, shown.get('ref')!);
    expect(trace).toMatchObject({ cause, connectionKey: key });
    expect(trace.steps.map(({ step }) => step)).toEqual(['BEGUN', 'SENT_TO_PROVIDER', 'CAME_BACK', 'CODE_EXCHANGED']);
    expect(trace.steps.at(-1)).toMatchObject({
      passed: false,
      expected: expect.stringMatching(expected),
      found: error,
    });
  });

  it('traces an attempt that goes well', async () => {
    const requestId = randomUUID();
    const browser = app.browser();
    const callback = await begin(browser, key, account(78, 'moss@acme.test'));
    await browser.get(callback.href, { headers: { 'x-request-id': requestId } });
    const { outcome, email, steps } = await readTrace(owner, requestId);
    expect([outcome, email, steps.map(({ step }) => step).slice(2)]).toEqual([
      'SUCCEEDED',
      'moss@acme.test',
      ['CAME_BACK', 'CODE_EXCHANGED', 'PROOF_CHECKED', 'ACCOUNT_JUDGED', 'SIGNED_IN'],
    ]);
  });

  it('tells of a refusal of GitHub’s in one word, after the state has been believed', async () => {
    const browser = app.browser();
    const callback = await begin(browser);
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'access_denied');
    await expectRefused(await arrive(browser, callback), {
      reason: 'PROVIDER_DENIED',
      code: 'PROVIDER_DENIED',
      detail: 'access_denied',
      method,
    });
  });

  describe('16. refuses an answer of', () => {
    const token = '/login/oauth/access_token';
    const [user, emails] = ['/api/v3/user', '/api/v3/user/emails'];
    const json = JSON.stringify;
    const neither = 'the token endpoint gave neither a token nor an error';
    const told = (what: string): unknown => expect.stringContaining(what);
    const cases: [string, string, { status: number; body: string }, string, unknown][] = [
      [
        'the token endpoint that is a form',
        token,
        { status: 200, body: 'access_token=x' },
        'ISSUER_UNREACHABLE',
        told('did not answer with JSON (HTTP 200)'),
      ],
      ['the token endpoint without a token', token, { status: 200, body: '{}' }, 'ISSUER_UNREACHABLE', neither],
      [
        'the token endpoint with a token of another type',
        token,
        { status: 200, body: json({ access_token: 'x', token_type: 'mac' }) },
        'ISSUER_UNREACHABLE',
        neither,
      ],
      [
        'the token endpoint with an error that is a page',
        token,
        { status: 200, body: json({ error: '<script>' }) },
        'CODE_REFUSED',
        'an error code that is none',
      ],
      [
        'the token endpoint that is broken',
        token,
        { status: 502, body: 'Bad gateway' },
        'ISSUER_UNREACHABLE',
        told('did not answer with JSON (HTTP 502)'),
      ],
      [
        'the API that is broken',
        user,
        { status: 500, body: '{}' },
        'ISSUER_UNREACHABLE',
        told('answered with an error (HTTP 500)'),
      ],
      [
        'the API that has had enough',
        emails,
        { status: 429, body: '{}' },
        'ISSUER_UNREACHABLE',
        told('answered with an error (HTTP 429)'),
      ],
      ['the API without a number', user, { status: 200, body: json({ login: 'mona' }) }, 'USERINFO_INVALID', 'id'],
      [
        'the API with text for a number',
        user,
        { status: 200, body: json({ id: '7', login: 'mona' }) },
        'USERINFO_INVALID',
        'id',
      ],
      [
        'the API with half a number',
        user,
        { status: 200, body: json({ id: 7.5, login: 'mona' }) },
        'USERINFO_INVALID',
        'id',
      ],
      ['the API that lists no addresses', emails, { status: 200, body: '{}' }, 'USERINFO_INVALID', 'emails'],
      [
        'the API that does not show the addresses',
        emails,
        { status: 404, body: '{}' },
        'USERINFO_INVALID',
        '/user/emails answered 404',
      ],
    ];
    it.each(cases)('%s', async (_name, path, instead, reason, detail) => {
      github.answer(path, instead);
      const attempt = await through('github', account(16, 'sixteen@social.test'));
      const code = reason === 'ISSUER_UNREACHABLE' ? reason : 'SIGN_IN_FAILED';
      await expectRefused(attempt, { reason, code, detail, method });
    });
  });

  describe('40. knows a person by the number of their account', () => {
    it('and not by their email or their login: who takes those over is somebody else', async () => {
      const [mona, thief] = [account(40, 'forty@social.test'), account(41, 'forty@social.test')];
      await through('github', mona);
      const attempt = await through('github', { ...thief, login: mona.login });
      await expectRefused(attempt, { reason: 'OTHER_SUBJECT', code: 'OTHER_SUBJECT', method });
      const moved = await through('github', account(40, 'moved@social.test'));
      expect(await whoIs(moved.browser)).toBe('forty@social.test');
    });

    it('at that very GitHub: the same number at another is somebody else', async () => {
      await through('github', account(42, 'here@social.test'));
      const there = await attemptSignIn(app, other, 'github-enterprise', account(42, 'there@social.test'));
      expect(await whoIs(there.browser)).toBe('there@social.test');
    });
  });

  describe('41. believes an email', () => {
    const refused = { reason: 'EMAIL_NOT_VERIFIED', code: 'EMAIL_NOT_VERIFIED', method } as const;

    it('that GitHub has verified, and no other', async () => {
      await expectRefused(await through('github', account(43, 'un@social.test', { verified: false })), refused);
      for (const verified of ['true', 1]) {
        const attempt = await through('github', account(43, 'un@social.test', { verified }));
        await expectRefused(attempt, { reason: 'USERINFO_INVALID', detail: 'emails', method });
      }
      expect(await accountsLike(app, 'un@social.test')).toEqual([]);
    });

    it('that is the primary one, and not another that happens to be verified', async () => {
      const emails = [
        { email: 'first@social.test', primary: false, verified: true },
        { email: 'primary@social.test', primary: true, verified: false },
      ];
      await expectRefused(await through('github', { ...account(44, ''), emails }), refused);
    });

    it.each([
      ['none', []],
      ['no primary one', [{ email: 'a@social.test', primary: false, verified: true }]],
      [
        'two primary ones',
        [
          { email: 'a@social.test', primary: true, verified: true },
          { email: 'b@social.test', primary: true, verified: true },
        ],
      ],
    ])('but never where there is %s', async (_name, emails) => {
      const attempt = await through('github', { ...account(45, ''), emails });
      await expectRefused(attempt, { reason: 'EMAIL_MISSING', code: 'EMAIL_MISSING', method });
    });
  });

  describe('42. through an organization’s connection', () => {
    it('signs in who has a verified email of its domain', async () => {
      const { browser, trail } = await through(key, account(46, 'mia@acme.test'));
      expect(await whoIs(browser)).toBe('mia@acme.test');
      expect(trail.at(-1)).toMatchObject({ action: 'signIn.succeeded', after: { method, connection: key } });
    });

    it('is where the people of the domain are led', async () => {
      const answer = await app.browser().postJson('/api/auth/discover', { email: 'mia@acme.test' });
      expect(answer.json()).toMatchObject({ next: 'sso', connection: key, name: 'GitHub Enterprise' });
    });

    it.each([
      ['another domain', 'mia@elsewhere.test'],
      ['a subdomain', 'mia@sub.acme.test'],
      ['no domain at all', 'mia'],
    ])('refuses an email of %s', async (_name, email) => {
      const before = await accountsOf(app);
      const reason = email.includes('@') ? 'EMAIL_OUTSIDE_DOMAIN' : 'EMAIL_MISSING';
      await expectRefused(await through(key, account(47, email)), { reason, code: reason, method });
      expect(await accountsOf(app)).toEqual(before);
    });

    it('refuses an email of its domain that anybody could have typed', async () => {
      const attempt = await through(key, account(48, 'boss@acme.test', { verified: false }));
      await expectRefused(attempt, { reason: 'EMAIL_NOT_VERIFIED', code: 'EMAIL_NOT_VERIFIED', method });
      expect(await accountsLike(app, 'boss@acme.test')).toEqual([]);
    });

    it('47. refuses who comes back after it was switched off', async () => {
      const browser = app.browser();
      const callback = await begin(browser, key, account(46, 'mia@acme.test'));
      const { id } = await configureSso(owner, { domainId, provider: 'GITHUB_ENTERPRISE' });
      await moveSso(owner, 'disableSso', id);
      const attempt = await arrive(browser, callback);
      await expectRefused(attempt, { reason: 'PROVIDER_UNKNOWN', code: 'PROVIDER_UNKNOWN' });
      await moveSso(owner, 'activateSso', id);
    });

    it('48. wants the secret again where its address changes', async () => {
      const change = configureSso(owner, { domainId, provider: 'GITHUB_ENTERPRISE', baseUrl: other.origin });
      await expect(change).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    });

    it('80. is not kept at a private address', async () => {
      const change = configureSso(owner, {
        domainId,
        provider: 'GITHUB_ENTERPRISE',
        baseUrl: 'https://10.0.0.1',
        ...client,
      });
      await expect(change).rejects.toMatchObject({ code: 'ISSUER_NOT_ALLOWED' });
    });

    it('17. ends no session by a logout token: GitHub sends none', async () => {
      const answer = await app
        .browser({ origin: null })
        .postForm(`/api/auth/backchannel-logout/${key}`, { logout_token: 'a.b.c' });
      expect(answer.status).toBe(400);
    });
  });
});
