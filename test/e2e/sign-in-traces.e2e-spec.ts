import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SignInTraces } from '../../src/sso/tracing/sign-in-traces.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createPerson, type Person } from '../support/factories.js';
import {
  secondsFromNow,
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
  moveSso,
  type Tenant,
} from '../support/sso.js';
import { forgetTimes, readTrace, traceFields, type TraceAnswer } from '../support/traces.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

describe('the trace of a sign-in', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let acme: Tenant;
  let key: string;
  let domain: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
  });
  beforeEach(async () => {
    domain = `${randomUUID().slice(0, 8)}.test`;
    acme = await createTenant(app, domain, { issuer: provider.issuer, ...client });
    key = acme.connection.key;
    provider.signInAs({ sub: randomUUID(), email: `mia@${domain}` });
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const read = (reference: string | null | undefined, by: Person = acme.owner) => readTrace(by, reference ?? '');

  /** An attempt that fails, and what its owner reads by the reference that the person was shown. */
  async function failed(misbehaviour: Misbehaviour, at = key): Promise<TraceAnswer> {
    provider.misbehave(misbehaviour);
    const { error } = await attemptSignIn(app, provider, at);
    expect(error.get('ref')).toEqual(expect.any(String));
    return read(error.get('ref'));
  }

  async function list(
    args = '',
  ): Promise<{ nodes: TraceAnswer[]; totalCount: number; pageInfo: { endCursor: string } }> {
    const { data } = await acme.owner.browser.graphql<{
      organization: { signInTraces: { nodes: TraceAnswer[]; totalCount: number; pageInfo: { endCursor: string } } };
    }>(
      `query ($id: ID!) { organization(id: $id) { signInTraces${args} { totalCount pageInfo { endCursor } nodes { ${traceFields} } } } }`,
      { id: acme.organizationId },
    );
    return data!.organization.signInTraces;
  }

  const earlier = (minutes: number) =>
    app.database.query(
      `with flows as (update login_flows set expires_at = expires_at - make_interval(mins => $1) where connection_id = $2)
       update sign_in_traces set begun_at = begun_at - make_interval(mins => $1) where connection_id = $2`,
      [minutes, acme.connection.id],
    );

  it('tells every step of one that went well, each after the other', async () => {
    await attemptSignIn(app, provider, key);
    const { nodes, totalCount } = await list();
    expect(totalCount).toBe(1);
    const [trace] = nodes;
    expect(forgetTimes(trace!)).toEqual({
      connectionId: acme.connection.id,
      connectionKey: key,
      purpose: 'SIGN_IN',
      references: [expect.any(String), expect.any(String)],
      redirectUri: acme.connection.callbackUrl,
      outcome: 'SUCCEEDED',
      reason: null,
      detail: null,
      email: `mia@${domain}`,
      cause: null,
      explanation: null,
      remedy: null,
      steps: [
        'BEGUN',
        'SENT_TO_PROVIDER',
        'CAME_BACK',
        'CODE_EXCHANGED',
        'PROOF_CHECKED',
        'ACCOUNT_JUDGED',
        'SIGNED_IN',
      ].map((step) => ({ step, passed: true, expected: null, found: null })),
    });
    const times = [trace!.begunAt, ...trace!.steps.map(({ at }) => at), trace!.finishedAt];
    expect([...times].sort()).toEqual(times);
    for (const reference of trace!.references) expect(await read(reference)).toEqual(trace);
  });

  type Case = [cause: string, how: string, misbehaviour: Misbehaviour, step: string, expected: RegExp, found: RegExp];
  const hour = 3_600;
  const cases: Case[] = [
    [
      'CLOCK_SKEW',
      'what the provider sent is over by our clock',
      { idToken: { claims: { exp: secondsFromNow(-hour) } } },
      'PROOF_CHECKED',
      /^exp after \d{4}-.*Z, our time; 60 s apart are accepted$/,
      /^\d{4}-.*Z, 36\d\d s before our time$/,
    ],
    [
      'CLOCK_SKEW',
      'what the provider sent is not valid yet',
      { idToken: { claims: { nbf: secondsFromNow(hour) } } },
      'PROOF_CHECKED',
      /^nbf not after \d{4}-/,
      /Z, 3[56]\d\d s after our time$/,
    ],
    [
      'CLOCK_SKEW',
      'what the provider sent was made in the future',
      { idToken: { claims: { iat: secondsFromNow(hour), exp: secondsFromNow(2 * hour) } } },
      'PROOF_CHECKED',
      /^iat not after \d{4}-/,
      /Z, 3[56]\d\d s after our time$/,
    ],
    [
      'AUDIENCE',
      'it was made for another application',
      { idToken: { claims: { aud: ['crm', 'wiki'] } } },
      'PROOF_CHECKED',
      /^aud gatehouse$/,
      /^\["crm","wiki"\]$/,
    ],
    [
      'AUDIENCE',
      'another application had it made',
      { idToken: { claims: { azp: 'crm' } } },
      'PROOF_CHECKED',
      /^azp gatehouse$/,
      /^crm$/,
    ],
    [
      'ANSWER_INVALID',
      'it has no expiry',
      { idToken: { without: ['exp'] } },
      'PROOF_CHECKED',
      /^the claim exp$/,
      /^only at_hash, aud, email, .*, sub$/,
    ],
    [
      'ANSWER_INVALID',
      'it is by another issuer',
      { idToken: { claims: { iss: 'https://other.test' } } },
      'PROOF_CHECKED',
      /^iss http:\/\/127\.0\.0\.1:\d+/,
      /^https:\/\/other\.test$/,
    ],
    [
      'ANSWER_INVALID',
      'it was made for another attempt',
      { idToken: { claims: { nonce: 'of another' } } },
      'PROOF_CHECKED',
      /^the nonce of this attempt$/,
      /^another$/,
    ],
    [
      'SIGNATURE',
      'it is signed by a key that the provider does not publish',
      { idToken: { signature: 'unpublished key' } },
      'PROOF_CHECKED',
      /^a signature by a key of http:\/\/127\.0\.0\.1:\d+\/jwks$/,
      /^RS256, key /,
    ],
    [
      'EMAIL_MISSING',
      'no email came',
      { idToken: { without: ['email'] }, userinfo: { without: ['email'] } },
      'ACCOUNT_JUDGED',
      /^an email, in the claim email$/,
      /^only at_hash, aud, email_verified, exp, iat, iss, name, nonce, sub$/,
    ],
    [
      'EMAIL_OUTSIDE_DOMAIN',
      'the email is of another domain',
      { idToken: { claims: { email: 'eve@evil.test' } } },
      'ACCOUNT_JUDGED',
      /^[0-9a-f]{8}\.test$/,
      /^evil\.test$/,
    ],
    [
      'WRONG_CALLBACK',
      'the redirect URI is not registered',
      { token: { error: 'redirect_uri_mismatch' } },
      'CODE_EXCHANGED',
      /^http:\/\/localhost:\d+\/api\/auth\/callback\/[0-9a-f]{8}\.test\.okta$/,
      /^redirect_uri_mismatch \(HTTP 400\)$/,
    ],
    [
      'CODE_REFUSED',
      'the code is not taken',
      { token: { error: 'invalid_grant' } },
      'CODE_EXCHANGED',
      /^tokens for the code, as client gatehouse, which proves itself by client_secret_basic, with redirect_uri http/,
      /^invalid_grant \(HTTP 400\)$/,
    ],
    [
      'NOT_ASSIGNED',
      'the person is not assigned to the application',
      { authorization: { error: 'access_denied' } },
      'CAME_BACK',
      /^a code$/,
      /^access_denied$/,
    ],
    [
      'TAMPERED',
      'the answer is by another provider',
      { authorization: { iss: ['https://evil.test'] } },
      'CAME_BACK',
      /^iss http:\/\/127\.0\.0\.1:\d+/,
      /^https:\/\/evil\.test$/,
    ],
    [
      'PROVIDER_UNREACHABLE',
      'the provider breaks off when it is asked for tokens',
      { token: { fault: 'connection reset' } },
      'CODE_EXCHANGED',
      /^a usable answer of 127\.0\.0\.1:\d+$/,
      /could not be reached/,
    ],
    [
      'PROVIDER_UNREACHABLE',
      'the provider has a failure of its own',
      { discovery: { fault: 'server error' } },
      'SENT_TO_PROVIDER',
      /^a usable answer/,
      /HTTP 500/,
    ],
    [
      'ISSUER_MISMATCH',
      'the provider calls itself by another name',
      { discovery: { members: { issuer: 'https://renamed.test/' } } },
      'SENT_TO_PROVIDER',
      /^http:\/\/127\.0\.0\.1:\d+/,
      /^https:\/\/renamed\.test\/$/,
    ],
    [
      'ADDRESS_NOT_ALLOWED',
      'an address of the provider is private',
      { discovery: { members: { token_endpoint: 'https://10.0.0.1/token' } } },
      'SENT_TO_PROVIDER',
      /^a usable answer of 10\.0\.0\.1$/,
      /token_endpoint may not be called/,
    ],
  ];
  it.each(cases)('says %s where %s', async (cause, _how, misbehaviour, step, expected, found) => {
    const trace = await failed(misbehaviour);
    expect(trace).toMatchObject({ outcome: 'REFUSED', cause, connectionKey: key, purpose: 'SIGN_IN' });
    expect([trace.explanation, trace.remedy, trace.reason].every(Boolean)).toBe(true);
    expect(trace.steps[0]).toMatchObject({ step: 'BEGUN', passed: true });
    expect(trace.steps.filter(({ passed }) => !passed)).toEqual([
      {
        step,
        at: expect.any(String),
        passed: false,
        expected: expect.stringMatching(expected),
        found: expect.stringMatching(found),
      },
    ]);
    expect(trace.steps.at(-1)?.step).toBe(step);
    expect(new Set(trace.steps.map((each) => each.step)).size).toBe(trace.steps.length);
  });

  it('says EMAIL_UNVERIFIED at a provider where anybody can have an account', async () => {
    const { domainId, owner } = acme;
    await configureSso(owner, { domainId, provider: 'GITLAB', baseUrl: provider.issuer, ...client });
    const trace = await failed({ idToken: { claims: { email_verified: false } } }, `${domain}.gitlab`);
    expect(trace).toMatchObject({ cause: 'EMAIL_UNVERIFIED', email: `mia@${domain}` });
    expect(trace.steps.at(-1)).toMatchObject({
      step: 'ACCOUNT_JUDGED',
      expected: 'an email that the provider has verified',
      found: 'false',
    });
  });

  it('says CLIENT_REFUSED where the client secret is wrong or has expired', async () => {
    await configureSso(acme.owner, { domainId: acme.domainId, provider: 'OKTA', clientSecret: 'the one before' });
    const trace = await failed({});
    expect(trace).toMatchObject({ cause: 'CLIENT_REFUSED', reason: 'CODE_REFUSED' });
    expect(trace.steps.at(-1)).toMatchObject({
      step: 'CODE_EXCHANGED',
      expected: expect.stringMatching(/^tokens for the code, as client gatehouse/),
      found: expect.stringMatching(/\(HTTP 401\)$/),
    });
  });

  it('says OTHER_SUBJECT where the email was another person’s', async () => {
    await attemptSignIn(app, provider, key);
    const sub = randomUUID();
    const trace = await failed({ idToken: { claims: { sub } } });
    expect(trace).toMatchObject({ cause: 'OTHER_SUBJECT', email: `mia@${domain}` });
    expect(trace.steps.at(-1)?.found).toBe(sub);
  });

  it('says SWITCHED_OFF, in one trace, where the connection goes out of use meanwhile', async () => {
    const browser = app.browser();
    const callback = await provider.authorize(await beginSignIn(browser, key));
    await moveSso(acme.owner, 'disableSso', acme.connection.id);
    const { answer } = await comeBack(app, browser, callback);
    const trace = await read(new URL(answer.location!).searchParams.get('ref'));
    expect(trace).toMatchObject({ cause: 'SWITCHED_OFF', outcome: 'REFUSED' });
    expect(trace.steps.map(({ step, passed }) => [step, passed])).toEqual([
      ['BEGUN', true],
      ['SENT_TO_PROVIDER', true],
      ['CAME_BACK', false],
    ]);
    expect((await failed({})).cause).toBe('SWITCHED_OFF');
    expect((await list()).totalCount).toBe(2);
  });

  it('says CHANGED_MEANWHILE where the connection was given another client', async () => {
    const browser = app.browser();
    const callback = await provider.authorize(await beginSignIn(browser, key));
    await configureSso(acme.owner, { domainId: acme.domainId, provider: 'OKTA', clientId: 'another' });
    const { answer } = await comeBack(app, browser, callback);
    const trace = await read(new URL(answer.location!).searchParams.get('ref'));
    expect(trace).toMatchObject({ cause: 'CHANGED_MEANWHILE', references: [expect.any(String), expect.any(String)] });
    expect(trace.steps.at(-1)).toMatchObject({
      expected: `client gatehouse of ${provider.issuer}`,
      found: `client another of ${provider.issuer}`,
    });
  });

  it('says NEVER_CAME_BACK after ten minutes, with the redirect URI that was sent', async () => {
    const requestId = randomUUID();
    const browser = app.browser();
    await browser.get(`/api/auth/login/${key}`, { headers: { 'x-request-id': requestId } });
    expect(await read(requestId)).toMatchObject({ outcome: 'UNDER_WAY', cause: null });
    await earlier(11);
    const trace = await read(requestId);
    expect(trace).toMatchObject({ outcome: 'ABANDONED', cause: 'NEVER_CAME_BACK', finishedAt: null });
    expect(forgetTimes(trace).steps.at(-1)).toEqual({
      step: 'CAME_BACK',
      passed: false,
      expected: acme.connection.callbackUrl,
      found: 'nothing',
    });
    expect((await list('(filter: { outcome: ABANDONED })')).nodes).toEqual([trace]);
    expect((await list('(filter: { outcome: UNDER_WAY })')).nodes).toEqual([]);
  });

  it('says FLOW_OVER of the same attempt to whoever comes back late', async () => {
    const browser = app.browser();
    const callback = await provider.authorize(await beginSignIn(browser, key));
    await earlier(11);
    const { answer } = await comeBack(app, browser, callback);
    const trace = await read(new URL(answer.location!).searchParams.get('ref'));
    expect(trace).toMatchObject({ cause: 'FLOW_OVER', reason: 'FLOW_EXPIRED', outcome: 'REFUSED' });
    expect((await list()).totalCount).toBe(1);
  });

  it('lets an attempt end well after all that the provider was too slow for at first', async () => {
    const browser = app.browser();
    const callback = await provider.authorize(await beginSignIn(browser, key));
    provider.misbehave({ discovery: { fault: 'server error' } });
    const { answer } = await comeBack(app, browser, callback);
    const reference = new URL(answer.location!).searchParams.get('ref');
    expect(await read(reference)).toMatchObject({
      cause: 'PROVIDER_UNREACHABLE',
      redirectUri: acme.connection.callbackUrl,
    });
    provider.reset();
    await comeBack(app, browser, callback);
    const { nodes } = await list();
    expect(nodes.map(({ outcome }) => outcome)).toEqual(['SUCCEEDED']);
  });

  it('is kept of a test, and of a proof by somebody who is signed in', async () => {
    const { data } = await acme.owner.browser.graphql<{ testSso: { testUrl: string } }>(
      'mutation ($id: ID!) { testSso(input: { connectionId: $id }) { testUrl } }',
      { id: acme.connection.id },
    );
    const browser = app.browser();
    provider.misbehave({ idToken: { claims: { email: 'eve@evil.test' } } });
    const begun = await browser.get(new URL(data!.testSso.testUrl).pathname);
    await browser.get(await provider.authorize(begun.location!));
    provider.reset();
    provider.signInAs({ sub: randomUUID(), email: `mia@${domain}` });

    const { browser: mia } = await attemptSignIn(app, provider, key);
    const confirming = await mia.get(`/api/auth/confirm/${key}?returnTo=/console`);
    await mia.get(await provider.authorize(confirming.location!));
    expect((await list()).nodes.map(({ purpose, outcome, cause }) => [purpose, outcome, cause])).toEqual([
      ['CONFIRM', 'SUCCEEDED', null],
      ['SIGN_IN', 'SUCCEEDED', null],
      ['TEST', 'REFUSED', 'EMAIL_OUTSIDE_DOMAIN'],
    ]);
    const { data: tested } = await acme.owner.browser.graphql<{
      organization: { ssoConnections: { lastTest: { trace: TraceAnswer } }[] };
    }>(`query ($id: ID!) { organization(id: $id) { ssoConnections { lastTest { trace { ${traceFields} } } } } }`, {
      id: acme.organizationId,
    });
    expect(tested?.organization.ssoConnections[0]?.lastTest.trace).toEqual((await list()).nodes[2]);
  });

  it('is found by connection, outcome and email, page by page, the newest first', async () => {
    await attemptSignIn(app, provider, key);
    await failed({ idToken: { claims: { email: `noah@${domain}`, sub: 'noah' }, signature: 'corrupted' } });
    provider.misbehave({ idToken: {} });
    await attemptSignIn(app, provider, key);
    const all = await list();
    expect(all.nodes.map(({ outcome }) => outcome)).toEqual(['SUCCEEDED', 'REFUSED', 'SUCCEEDED']);
    const firstPage = await list('(first: 1)');
    expect(firstPage.nodes).toEqual(all.nodes.slice(0, 1));
    expect((await list(`(first: 2, after: "${firstPage.pageInfo.endCursor}")`)).nodes).toEqual(all.nodes.slice(1));
    expect((await list('(filter: { outcome: REFUSED })')).nodes).toEqual(all.nodes.slice(1, 2));
    expect((await list(`(filter: { email: " Mia@${domain}" })`)).totalCount).toBe(2);
    expect((await list(`(filter: { connectionId: "${acme.connection.id}" })`)).totalCount).toBe(3);
    expect((await list('(filter: { connectionId: "another" })')).totalCount).toBe(0);
  });

  it('is gone after thirty days', async () => {
    await attemptSignIn(app, provider, key);
    await earlier(30 * 24 * 60 - 1);
    await app.nest.get(SignInTraces, { strict: false }).sweep();
    expect((await list()).totalCount).toBe(1);
    await earlier(2);
    await app.nest.get(SignInTraces, { strict: false }).sweep();
    expect((await list()).totalCount).toBe(0);
  });

  describe('at the reference on the error page', () => {
    it('is a link, told in the same words whether something is kept or not', async () => {
      const { answer, error } = await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      const page = await app.browser().get(answer.location!);
      expect(page.text).toContain(`href="/sign-in-trace/${error.get('ref')}"`);
      expect(page.text).not.toMatch(/evil\.test|Step/);
      const other = await app.browser().get(`/auth-error?code=EMAIL_OUTSIDE_DOMAIN&ref=${'x'.repeat(36)}`);
      expect(other.text.replaceAll('x'.repeat(36), error.get('ref')!)).toBe(page.text);
      expect((await app.browser().get('/auth-error?code=PASSWORD_DISABLED&ref=abc')).text).not.toContain(
        'sign-in-trace',
      );
      expect((await app.browser().get('/auth-error?code=UNEXPECTED')).text).not.toContain('sign-in-trace');
    });

    it('opens for those who may read it, once they are signed in', async () => {
      const { error } = await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      const path = `/sign-in-trace/${error.get('ref')}`;
      const first = await app.browser().get(path);
      expect([first.status, first.location]).toEqual([303, `${app.url}/sign-in?returnTo=${encodeURIComponent(path)}`]);

      const admin = await createPerson(app);
      await addMember(app, acme.organizationId, admin, 'ADMIN');
      for (const reader of [acme.owner, admin]) {
        const page = await reader.browser.get(path);
        expect(page.status).toBe(200);
        for (const told of [
          'A sign-in that failed',
          'EMAIL_OUTSIDE_DOMAIN',
          'The email lies in none of the domains',
          'Sign in with an address of the domain',
          'eve@evil.test',
          'Account judged',
          `Expected: ${domain}`,
          'Found: evil.test',
        ])
          expect(page.text).toContain(told);
        expect(page.text.match(/<dt>(?:Begun|Sent|Came|Code|Answer|Account)/g)).toHaveLength(7);
        expect(Buffer.byteLength(page.text)).toBeLessThan(10_000);
      }
    });

    it('is held to the organization’s security policy, as everything of it is', async () => {
      const { error } = await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      await app.database.query(
        `insert into security_policies (organization_id, second_factor_required) values ($1, true)
         on conflict (organization_id) do update set second_factor_required = true`,
        [acme.organizationId],
      );
      const page = await acme.owner.browser.get(`/sign-in-trace/${error.get('ref')}`, {
        headers: { accept: 'text/html' },
      });
      expect(page.status).toBe(403);
      expect(page.text).not.toContain('evil.test');
    });

    it('is no page to anybody else, in the words of an address that is none', async () => {
      const { error } = await attemptSignIn(app, provider, key, { email: 'eve@evil.test' });
      const member = await createPerson(app);
      await addMember(app, acme.organizationId, member, 'MEMBER');
      const stranger = await createPerson(app);
      const { owner: foreign } = await createTenant(app, `other-${domain}`, { issuer: provider.issuer, ...client });
      const asPage = (headers = {}) => ({ headers: { accept: 'text/html', ...headers } });
      for (const { browser } of [member, stranger, foreign]) {
        const answers = await Promise.all(
          [error.get('ref')!, randomUUID(), '%00', 'x'.repeat(300)].map((reference) =>
            browser.get(`/sign-in-trace/${reference}`, asPage({ 'x-request-id': 'the-same-1' })),
          ),
        );
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
        expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
        expect(answers[0]!.text).toContain('Page not found');
      }
    });
  });
});
