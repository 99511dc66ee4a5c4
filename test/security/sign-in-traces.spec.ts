import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { MOST_IN_VAIN, MOST_STRAYS, SignInTraces } from '../../src/sso/tracing/sign-in-traces.service.js';
import { providerSettings } from '../support/accounts.js';
import { ApiError } from '../support/api-error.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createPerson, type Person } from '../support/factories.js';
import { Secrets } from '../support/secrets.js';
import {
  startHostileProvider,
  type HostileProvider,
  type Misbehaviour,
} from '../support/servers/hostile-openid-provider.js';
import { attemptSignIn, beginSignIn, comeBack, createTenant, whoIs, type Tenant } from '../support/sso.js';
import { readTrace } from '../support/traces.js';

const clientId = 'gatehouse';

describe('traces of sign-ins', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let secrets: Secrets;
  let acme: Tenant;
  let key: string;
  let domain: string;

  beforeAll(async () => {
    secrets = new Secrets('client secret');
    const client = { clientId, clientSecret: secrets.get('client secret') };
    provider = await startHostileProvider(client);
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      ...providerSettings('OKTA', { issuer: provider.issuer, ...client }, { ALLOWED_DOMAINS: 'company.test' }),
    });
  });
  beforeEach(async () => {
    domain = `${randomUUID().slice(0, 8)}.test`;
    const client = { clientId, clientSecret: secrets.get('client secret') };
    acme = await createTenant(app, domain, { issuer: provider.issuer, ...client });
    key = acme.connection.key;
    provider.signInAs({ sub: randomUUID(), email: `mia@${domain}` });
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  interface Row {
    readonly id: string;
    readonly outcome: string;
    readonly email: string | null;
  }
  const rowsOf = async (connectionKey: string) =>
    (
      await app.database.query<Row>('select * from sign_in_traces where connection_key = $1 order by id', [
        connectionKey,
      ])
    ).rows;

  const codeOf = (by: Pick<Person, 'browser'>, reference: string) =>
    readTrace(by, reference).then(
      () => 'ok',
      (error: unknown) => (error as ApiError).code,
    );

  describe('hold none of the secrets that took part', () => {
    /** Goes the whole way, and notes down every secret on it. */
    async function walk(bend: (seen: { nonce: string; state: string; code: string }) => Misbehaviour = () => ({})) {
      const browser = app.browser();
      const begun = new URL(await beginSignIn(browser, key));
      const [nonce, state] = ['nonce', 'state'].map((name) => begun.searchParams.get(name) ?? '') as [string, string];
      const callback = new URL(await provider.authorize(begun.href));
      const code = callback.searchParams.get('code') ?? '';
      provider.misbehave({ idToken: {}, token: {}, userinfo: {}, ...bend({ nonce, state, code }) });
      await comeBack(app, browser, callback.href);
      const asked = new URLSearchParams(provider.requestsTo('/token').at(-1)?.body);
      for (const [name, value] of Object.entries({ nonce, state, code, verifier: asked.get('code_verifier') }))
        secrets.add(name, value);
      secrets.add('flow cookie', browser.cookies.get('gatehouse-flow')?.value);
      secrets.add('code challenge', begun.searchParams.get('code_challenge'));
      const [access] = provider.requestsTo('/userinfo').map(({ headers }) => headers.authorization?.slice(7));
      if (access) secrets.add('access token', access);
      const session = browser.cookies.get('gatehouse')?.value;
      if (session) secrets.add('session', session);
      return browser;
    }

    it('of one that went well', async () => {
      expect(await whoIs(await walk())).toBe(`mia@${domain}`);
      const text = JSON.stringify(await rowsOf(key));
      expect(text).toContain('SIGNED_IN');
      expect(secrets.foundIn(text)).toEqual([]);
    });

    it('of one whose provider says them again wherever it is quoted', async () => {
      const repeat = (text: string): Misbehaviour[] => [
        { idToken: { claims: { aud: text } } },
        { idToken: { claims: { iss: `https://${text}.test` } } },
        { idToken: { claims: { sub: `${text}\0` } } },
        { idToken: { claims: { azp: text } } },
        { idToken: { claims: { nonce: text } } },
        { idToken: { header: { kid: text } } },
        { token: { error: text } },
        { idToken: { without: ['email'] }, userinfo: { claims: { email: text } } },
      ];
      for (let index = 0; index < repeat('').length; index += 1)
        await walk(({ nonce, state, code }) => repeat(`${nonce} ${state} ${code}`)[index]!);
      const rows = await rowsOf(key);
      expect(rows.map(({ outcome }) => outcome)).toEqual(Array(8).fill('REFUSED'));
      const text = JSON.stringify(rows);
      expect(text).toContain('*** *** ***');
      expect(secrets.foundIn(text)).toEqual([]);
    });

    it('of one that the provider could not be asked about, where the refusal quotes nothing', async () => {
      await walk(() => ({ token: { fault: 'server error' } }));
      await walk(() => ({ userinfo: { fault: 'not JSON' }, idToken: { without: ['email'] } }));
      const rows = await rowsOf(key);
      expect(rows).toHaveLength(2);
      expect(secrets.foundIn(JSON.stringify(rows))).toEqual([]);
    });

    it('and nothing that cannot be stored or seen', async () => {
      await walk(() => ({ idToken: { claims: { aud: `a\0b\u202e\ud800${'x'.repeat(5_000)}` } } }));
      const [row] = (await rowsOf(key)) as (Row & { steps: { found?: string }[] })[];
      const found = row?.steps.at(-1)?.found ?? '';
      expect(found).toMatch(/^a\\u\{0\}b\\u\{202e\}.{10,}…$/);
      expect(found.length).toBeLessThanOrEqual(300);
    });
  });

  describe('are read', () => {
    const strangers = async () => [await createPerson(app), (await foreign()).owner];
    const foreign = () =>
      createTenant(app, `other-${domain}`, {
        issuer: provider.issuer,
        clientId,
        clientSecret: secrets.get('client secret'),
      });

    it('by nobody of another organization, in the words for what never was', async () => {
      const { error } = await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      for (const person of await strangers()) {
        expect(await codeOf(person, error.get('ref')!)).toBe('NOT_FOUND');
        expect(await codeOf(person, randomUUID())).toBe('NOT_FOUND');
      }
      expect(await codeOf({ browser: app.browser() }, error.get('ref')!)).toBe('UNAUTHENTICATED');
    });

    it('by the administrators of the instance alone, where its own provider was used', async () => {
      const { error } = await attemptSignIn(app, provider, 'okta', { email: 'eve@evil.test' });
      const reference = error.get('ref')!;
      const admin = { browser: app.admin() };
      expect(await readTrace(admin, reference)).toMatchObject({
        cause: 'EMAIL_OUTSIDE_DOMAIN',
        connectionId: null,
        connectionKey: 'okta',
      });
      expect(await codeOf(acme.owner, reference)).toBe('NOT_FOUND');
      const page = await acme.owner.browser.get(`/sign-in-trace/${reference}`, { headers: { accept: 'text/html' } });
      expect(page.status).toBe(404);
    });

    it('by the reference that was shown, whoever gives another attempt the same one later', async () => {
      const { error } = await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      const reference = error.get('ref')!;
      const own = await foreign();
      for (const at of [own.connection.key, key])
        await app.browser().get(`/api/auth/login/${at}`, { headers: { 'x-request-id': reference } });
      expect(await readTrace(acme.owner, reference)).toMatchObject({ connectionKey: key, outcome: 'REFUSED' });
      expect(await codeOf(own.owner, reference)).toBe('NOT_FOUND');
    });
  });

  describe('are no place for strangers to fill', () => {
    const inVain = (count: number) =>
      app.database.query(
        `insert into sign_in_traces (id, organization_id, connection_id, connection_key, purpose, begun_at, outcome, steps)
         select gen_random_uuid(), $1, $2, $3, 'SIGN_IN', now(), 'UNDER_WAY', '[]' from generate_series(1, $4)`,
        [acme.organizationId, acme.connection.id, key, count],
      );
    const stray = () => comeBack(app, app.browser(), `${acme.connection.callbackUrl}?state=${randomUUID()}&code=x`);
    const countOf = async () => (await rowsOf(key)).length;

    it('keeps so many of an hour that led nowhere, and all that went well', async () => {
      await inVain(MOST_IN_VAIN - 1);
      await beginSignIn(app.browser(), key);
      expect(await countOf()).toBe(MOST_IN_VAIN);
      await beginSignIn(app.browser(), key);
      await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      expect(await countOf()).toBe(MOST_IN_VAIN);

      const { browser } = await attemptSignIn(app, provider, key);
      expect(await whoIs(browser)).toBe(`mia@${domain}`);
      expect((await rowsOf(key)).filter(({ outcome }) => outcome === 'SUCCEEDED')).toHaveLength(1);

      await app.database.query(
        `update sign_in_traces set begun_at = begun_at - interval '1 hour' where connection_key = $1`,
        [key],
      );
      await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      expect(await countOf()).toBe(MOST_IN_VAIN + 2);
    });

    it('ends what was begun, though there are too many by then', async () => {
      const browser = app.browser();
      const callback = await provider.authorize(await beginSignIn(browser, key), { email: 'eve@evil.test' });
      await inVain(MOST_IN_VAIN);
      await comeBack(app, browser, callback);
      expect((await rowsOf(key)).filter(({ email }) => email === 'eve@evil.test')).toMatchObject([
        { outcome: 'REFUSED' },
      ]);
    });

    it('keeps few callbacks that belong to nothing, and has room for real attempts then', async () => {
      await inVain(MOST_STRAYS - 1);
      await stray();
      await stray();
      expect(await countOf()).toBe(MOST_STRAYS);
      const { error } = await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      expect((await readTrace(acme.owner, error.get('ref')!)).cause).toBe('EMAIL_OUTSIDE_DOMAIN');
    });

    it('keeps nothing of a connection that there is not', async () => {
      const unknown = `nobody-${domain}.okta`;
      await app.browser().get(`/api/auth/login/${unknown}`);
      await app.browser().get(`/api/auth/callback/${unknown}?state=x&code=y`);
      const { rows } = await app.database.query(`select from sign_in_traces where connection_key in ('', $1)`, [
        unknown,
      ]);
      expect(rows).toHaveLength(0);
    });

    it('lets no browser end another’s attempt while the provider can’t be asked', async () => {
      const [browser, other] = [app.browser(), app.browser()];
      const callback = await provider.authorize(await beginSignIn(browser, key));
      await beginSignIn(other, key);
      provider.misbehave({ discovery: { fault: 'server error' } });
      await comeBack(app, other, callback);
      expect((await rowsOf(key)).map(({ outcome }) => outcome)).toEqual(['UNDER_WAY', 'UNDER_WAY', 'REFUSED']);
    });

    it('lets a callback that was quicker to fail change nothing of one that went well', async () => {
      const traces = app.nest.get(SignInTraces, { strict: false });
      const { organizationId, connection } = acme;
      const visit = { organizationId, connectionId: connection.id, connectionKey: key, purpose: 'SIGN_IN' } as const;
      const logOf = (half: 'begin' | 'finish') =>
        traces.logOf({ ...visit, testRunId: null, redirectUri: null, requestId: randomUUID() }, half);
      await traces.along(async (tx) => {
        const carried = await logOf('begin').sentOff(tx);
        const [first, second] = [logOf('finish'), logOf('finish')];
        for (const log of [first, second]) log.cameBack(carried);
        await first.succeeded(tx, null);
        await second.refused(tx, { reason: 'ISSUER_UNREACHABLE', detail: null, email: null });
      });
      expect((await rowsOf(key)).map(({ outcome }) => outcome)).toEqual(['SUCCEEDED']);
    });

    it('lets no browser end another’s attempt, or end one twice', async () => {
      const browser = app.browser();
      const callback = await provider.authorize(await beginSignIn(browser, key));
      await comeBack(app, app.browser(), callback);
      expect((await rowsOf(key)).map(({ outcome }) => outcome)).toEqual(['UNDER_WAY', 'REFUSED']);
      await comeBack(app, browser, callback);
      await comeBack(app, browser, callback);
      expect((await rowsOf(key)).map(({ outcome }) => outcome)).toEqual(['SUCCEEDED', 'REFUSED', 'REFUSED']);
    });
  });
});
