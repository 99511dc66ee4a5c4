import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PlannedEnforcement } from '../../src/sso/enforcement/planned-enforcement.service.js';
import { ApiError } from '../support/api-error.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { attemptSignIn, configureSso, connectionFields, moveSso, verifiedDomain, whoIs } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

interface Run {
  readonly outcome: string;
  readonly ofCandidate: boolean;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly cause: string | null;
  readonly remedy: string | null;
  readonly email: string | null;
  readonly emailMatches: boolean | null;
  readonly domains: readonly string[];
  readonly claims: Record<string, unknown> | null;
  readonly account: string | null;
  readonly role: string | null;
}

interface State {
  readonly state: string;
  readonly clientId: string;
  readonly testedAt: string | null;
  readonly enforcementStartsAt: string | null;
  readonly candidate: { clientId: string; testedAt: string | null; hasClientSecret: boolean } | null;
  readonly lastTest: Run | null;
}

const runFields = 'outcome ofCandidate reason detail cause remedy email emailMatches domains claims account role';
const stateFields = `id state clientId testedAt enforcementStartsAt
  candidate { clientId testedAt hasClientSecret } lastTest { ${runFields} }`;

describe('a connection from draft to enforced', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let owner: Person;
  let organizationId: string;
  let domain: string;
  let domainId: string;
  let id: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
  });
  beforeEach(async () => {
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    domain = `${randomUUID().slice(0, 8)}.test`;
    domainId = await verifiedDomain(app, organizationId, domain);
    provider.signInAs({ sub: randomUUID(), email: `mia@${domain}` });
    id = (await configure({ activate: false })).id;
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const configure = (input: object) =>
    configureSso(owner, { domainId, provider: 'OKTA', issuer: provider.issuer, ...client, ...input });
  const key = () => `${domain}.okta`;

  async function mutate<T>(name: string, input: object): Promise<T> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const selection = name === 'testSso' ? `testUrl testRun { ${runFields} }` : `connection { ${stateFields} }`;
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
    const { data, errors } = await owner.browser.graphql<Record<string, T>>(document, { input });
    if (!data?.[name]) throw new ApiError(errors[0]);
    return data[name];
  }

  const step = async (name: string, input: object = {}) =>
    (await mutate<{ connection: State }>(name, { connectionId: id, ...input })).connection;

  async function stateOf(): Promise<State> {
    const { data } = await owner.browser.graphql<{ organization: { ssoConnections: (State & { id: string })[] } }>(
      `query ($id: ID!) { organization(id: $id) { ssoConnections { ${stateFields} } } }`,
      { id: organizationId },
    );
    return data!.organization.ssoConnections.find((connection) => connection.id === id)!;
  }

  const askForTest = async () =>
    new URL((await mutate<{ testUrl: string }>('testSso', { connectionId: id })).testUrl).pathname;

  /** Runs a test as a browser would that is sent back and forth. @returns the page that it ends at */
  async function runTest(testPath?: string) {
    const browser = app.browser();
    const path = testPath ?? (await askForTest());
    const begun = await browser.get(path);
    if (begun.status !== 303) return { browser, page: begun, path };
    const back = await browser.get(await provider.authorize(begun.location!));
    expect([back.status, back.location]).toEqual([303, app.url + path]);
    return { browser, page: await browser.get(path), path };
  }

  /** Everything that a sign-in could have changed. */
  async function whatIsThere() {
    const tables = ['users', 'identities', 'sessions', 'memberships'];
    const counts = tables.map(
      async (table) => (await app.database.query<{ count: number }>(`select count(*)::int from ${table}`)).rows,
    );
    return Promise.all(counts);
  }

  it('is tested by a real sign-in that changes nothing, and shows what would come of it', async () => {
    const before = await whatIsThere();
    const { browser, page } = await runTest();
    expect(await whatIsThere()).toEqual(before);
    expect(await whoIs(browser)).toBeNull();

    expect(page.status).toBe(200);
    expect(page.text).toMatch('The test passed');
    expect(page.text).toMatch(`mia@${domain}`);
    expect(await stateOf()).toMatchObject({
      state: 'TESTED',
      testedAt: expect.any(String),
      lastTest: {
        outcome: 'PASSED',
        ofCandidate: false,
        reason: null,
        cause: null,
        email: `mia@${domain}`,
        emailMatches: true,
        domains: [domain],
        claims: { email: `mia@${domain}`, email_verified: true, name: 'Alice' },
        account: 'CREATED',
        role: null,
      },
    });
    expect((await attemptSignIn(app, provider, key())).error.get('code')).toBe('PROVIDER_UNKNOWN');
  });

  it('tells whose account it would be, and with which role', async () => {
    const mia = await createPerson(app, `mia@${domain}`);
    await addMember(app, organizationId, mia, 'MEMBER');
    await runTest();
    expect((await stateOf()).lastTest).toMatchObject({ account: 'JOINED', role: 'MEMBER' });
    await step('activateSso');
    const { browser } = await attemptSignIn(app, provider, key());
    expect(await whoIs(browser)).toBe(`mia@${domain}`);
    await runTest();
    expect((await stateOf()).lastTest).toMatchObject({ account: 'KNOWN', role: 'MEMBER' });
  });

  const failures: [string, Parameters<HostileProvider['misbehave']>[0] & { email?: string }, object][] = [
    [
      'an email of another domain',
      { email: 'mia@elsewhere.test' },
      { cause: 'EMAIL_OUTSIDE_DOMAIN', emailMatches: false },
    ],
    ['no email', { email: '' }, { cause: 'EMAIL_MISSING', emailMatches: null }],
    ['a clock that is off', { idToken: { claims: { exp: 1 } } }, { cause: 'CLOCK_SKEW', reason: 'ID_TOKEN_INVALID' }],
    ['another audience', { idToken: { claims: { aud: 'other' } } }, { cause: 'AUDIENCE' }],
    ['a signature of nobody', { idToken: { signature: 'unpublished key' } }, { cause: 'SIGNATURE' }],
    ['a refused client', { token: { error: 'invalid_client' } }, { cause: 'CLIENT_REFUSED', detail: 'invalid_client' }],
  ];
  it.each(failures)('fails with %s, says why in plain words, and proves nothing', async (_name, wrong, expected) => {
    const { email, ...misbehaviour } = wrong;
    if (email !== undefined) provider.signInAs({ email });
    provider.misbehave(misbehaviour);
    const { page } = await runTest();
    const { state, testedAt, lastTest } = await stateOf();
    expect({ state, testedAt }).toEqual({ state: 'DRAFT', testedAt: null });
    expect(lastTest).toMatchObject({ outcome: 'FAILED', ...expected });
    expect(page.text).toMatch('The test failed');
    expect(page.text).toMatch(lastTest!.remedy!.slice(0, 20));
  });

  it('fails at once where the provider cannot be reached', async () => {
    const gone = await startHostileProvider(client);
    id = (await configure({ provider: 'KEYCLOAK', issuer: gone.issuer, activate: false })).id;
    await gone.stop();
    const { page } = await runTest();
    expect(page.text).toMatch('The test failed');
    expect((await stateOf()).lastTest).toMatchObject({ outcome: 'FAILED', cause: 'PROVIDER_UNREACHABLE' });
  });

  it('runs a test once, in the browser that began it, and for half an hour', async () => {
    const { path } = await runTest();
    provider.signInAs({ email: `other@${domain}` });
    const again = await app.browser().get(path);
    expect(again.status).toBe(200);
    expect(again.text).toMatch(`mia@${domain}`);

    const begun = await app.browser().get(await askForTest());
    const elsewhere = await app.browser().get(await provider.authorize(begun.location!));
    expect(elsewhere.location).toMatch('/auth-error?code=FLOW_EXPIRED');
    expect((await stateOf()).lastTest).toMatchObject({ outcome: 'PENDING' });

    const late = await askForTest();
    await app.database.query(`update sso_test_runs set expires_at = now() - interval '1 second'`);
    expect((await app.browser().get(late)).status).toBe(410);
    expect((await stateOf()).lastTest).toMatchObject({ outcome: 'EXPIRED' });
    expect((await app.browser().get('/sso-test/none')).status).toBe(410);
  });

  it('keeps a test’s callback from signing anybody in, and a sign-in’s from being a test', async () => {
    await step('activateSso');
    const browser = app.browser();
    const test = new URL(await provider.authorize((await browser.get(await askForTest())).location!));
    test.searchParams.set('state', test.searchParams.get('state')!.replace('test.', ''));
    expect((await browser.get(test.href)).location).toMatch('/auth-error?code=FLOW_EXPIRED');
    expect(await whoIs(browser)).toBeNull();

    const begun = await browser.get(`/api/auth/login/${key()}`);
    const signIn = new URL(await provider.authorize(begun.location!));
    signIn.searchParams.set('state', `test.${signIn.searchParams.get('state')!}`);
    expect((await browser.get(signIn.href)).location).toMatch('/auth-error?code=FLOW_EXPIRED');
    expect((await stateOf()).lastTest).toMatchObject({ outcome: 'PENDING' });
  });

  it('puts the test on the trail, and nothing of its address', async () => {
    const requestId = randomUUID();
    const document = 'mutation ($input: TestSsoInput!) { testSso(input: $input) { testUrl testRun { id } } }';
    const { data } = await owner.browser.graphql<{ testSso: { testUrl: string; testRun: { id: string } } }>(
      document,
      { input: { connectionId: id } },
      { headers: { 'x-request-id': requestId } },
    );
    const testRunId = data!.testSso.testRun.id;
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({ action: 'ssoTest.started', resource_id: id, after: { testRunId, ofCandidate: false } }),
    ]);
    await runTest(new URL(data!.testSso.testUrl).pathname);
    const { rows } = await app.database.query(
      `select after from audit_events where action = 'ssoTest.finished' and chain_id = $1`,
      [organizationId],
    );
    expect(rows).toEqual([{ after: { testRunId, passed: true, reason: null } }]);
  });

  it('is enforced after a test that passed, or when that is skipped, which the trail tells', async () => {
    await step('activateSso');
    await expect(step('enforceSso')).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: expect.stringMatching('passed no test'),
    });
    await runTest();
    expect(await step('enforceSso')).toMatchObject({ state: 'ENFORCED' });
    expect(await step('activateSso')).toMatchObject({ state: 'ACTIVE' });
    await configure({ clientId: 'gatehouse', clientSecret: 'another secret' });
    expect(await stateOf()).toMatchObject({ state: 'ACTIVE', testedAt: null });
    await expect(step('enforceSso')).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect(await step('enforceSso', { skipTest: true })).toMatchObject({ state: 'ENFORCED' });
    const { rows } = await app.database.query(
      `select after->'isTested' as tested from audit_events where action = 'ssoConnection.enforced' and chain_id = $1 order by sequence`,
      [organizationId],
    );
    expect(rows).toEqual([{ tested: true }, { tested: false }]);
  });

  it('is a draft again, untested, when it is changed; and keeps its test when only its name is', async () => {
    await runTest();
    await configure({ name: 'Renamed', clientSecret: undefined, activate: false });
    expect(await stateOf()).toMatchObject({ state: 'TESTED', testedAt: expect.any(String) });
    await configure({ scopes: ['email'], clientSecret: undefined, activate: false });
    expect(await stateOf()).toMatchObject({ state: 'DRAFT', testedAt: null });
  });

  it('counts a test for the settings that it was begun with, and for no others', async () => {
    const browser = app.browser();
    const path = await askForTest();
    const callback = await provider.authorize((await browser.get(path)).location!);
    await configure({ pkce: false, activate: false });
    await browser.get(callback);
    expect(await stateOf()).toMatchObject({ state: 'DRAFT', testedAt: null, lastTest: { outcome: 'PASSED' } });
  });

  describe('while it is enforced', () => {
    beforeEach(async () => {
      await step('activateSso');
      await step('enforceSso', { skipTest: true });
    });

    const signsIn = async () => whoIs((await attemptSignIn(app, provider, key())).browser);

    it('changes by way of a candidate, secrets included, while the old settings serve', async () => {
      const requestId = randomUUID();
      const { data } = await owner.browser.graphql<{ configureSso: { connection: { clientId: string } } }>(
        `mutation ($input: ConfigureSsoInput!) { configureSso(input: $input) { connection { ${connectionFields} } } }`,
        { input: { domainId, provider: 'OKTA', scopes: ['email'], clientSecret: 'a secret that is wrong' } },
        { headers: { 'x-request-id': requestId } },
      );
      expect(data?.configureSso.connection.clientId).toBe('gatehouse');
      expect(await stateOf()).toMatchObject({
        state: 'ENFORCED',
        clientId: 'gatehouse',
        candidate: { clientId: 'gatehouse', testedAt: null, hasClientSecret: true },
      });
      const told = await trailOfRequest(app, requestId);
      expect(told).toEqual([
        expect.objectContaining({
          action: 'ssoConnection.candidateSaved',
          after: expect.objectContaining({ scopes: ['openid', 'email'], secretReplaced: true }),
        }),
      ]);
      expect(JSON.stringify(told)).not.toMatch('a secret that is wrong');
      expect(await signsIn()).toBe(`mia@${domain}`);

      await runTest();
      expect((await stateOf()).lastTest).toMatchObject({
        outcome: 'FAILED',
        ofCandidate: true,
        cause: 'CLIENT_REFUSED',
      });
      await expect(step('promoteSsoCandidate')).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
      expect(await signsIn()).toBe(`mia@${domain}`);
    });

    it('promotes a candidate that has passed its test, and takes it back by promoting again', async () => {
      await configure({ scopes: ['email', 'groups'], clientSecret: undefined });
      await runTest();
      expect((await stateOf()).candidate).toMatchObject({ testedAt: expect.any(String) });
      expect(await step('promoteSsoCandidate')).toMatchObject({ state: 'ENFORCED', testedAt: expect.any(String) });
      const asked = await app.browser().get(`/api/auth/login/${key()}`);
      expect(new URL(asked.location!).searchParams.get('scope')).toBe('openid email groups');
      expect(await signsIn()).toBe(`mia@${domain}`);

      await expect(step('promoteSsoCandidate')).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
      await step('promoteSsoCandidate', { skipTest: true });
      const before = await app.browser().get(`/api/auth/login/${key()}`);
      expect(new URL(before.location!).searchParams.get('scope')).toBe('openid email profile');
      expect(await signsIn()).toBe(`mia@${domain}`);
    });

    it('counts a test of the candidate for the settings that it was begun with', async () => {
      await configure({ scopes: ['email', 'groups'], clientSecret: undefined });
      const browser = app.browser();
      const path = await askForTest();
      const callback = await provider.authorize((await browser.get(path)).location!);
      await configure({ scopes: ['email', 'roles'], clientSecret: undefined });
      await browser.get(callback);
      expect(await stateOf()).toMatchObject({ candidate: { testedAt: null }, lastTest: { outcome: 'PASSED' } });
    });

    it('edits the candidate further, and throws it away', async () => {
      await configure({ clientId: 'one', clientSecret: 'first' });
      await configure({ clientId: 'two', clientSecret: undefined, issuer: undefined });
      expect((await stateOf()).candidate).toMatchObject({ clientId: 'two', hasClientSecret: true });
      expect(await step('discardSsoCandidate')).toMatchObject({ state: 'ENFORCED', candidate: null });
      await expect(step('discardSsoCandidate')).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    });

    it('lets in by a candidate nobody who is not testing it', async () => {
      await configure({ clientId: 'wrong', clientSecret: 'wrong' });
      const browser = app.browser();
      const begun = await browser.get(`/api/auth/login/${key()}`);
      expect(new URL(begun.location!).searchParams.get('client_id')).toBe('gatehouse');
    });

    it('asks for the secret again where the candidate is for another issuer', async () => {
      await expect(configure({ issuer: 'https://other.example.com', clientSecret: undefined })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
      });
    });
  });

  describe('planned for later', () => {
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000).toISOString();
    const itIsTime = async () => {
      await app.database.query(
        `update sso_connections set enforcement_starts_at = now() - interval '1 second' where id = $1`,
        [id],
      );
      await app.nest.get(PlannedEnforcement, { strict: false }).enforceDue();
    };

    beforeEach(async () => {
      await step('activateSso');
      await runTest();
    });

    it('is enforced when its time has come, by Gatehouse itself', async () => {
      const startsAt = inDays(3);
      expect(await step('enforceSso', { startsAt })).toMatchObject({ state: 'ACTIVE', enforcementStartsAt: startsAt });
      await app.nest.get(PlannedEnforcement, { strict: false }).enforceDue();
      expect((await stateOf()).state).toBe('ACTIVE');
      await itIsTime();
      expect(await stateOf()).toMatchObject({ state: 'ENFORCED', enforcementStartsAt: null });
      const { rows } = await app.database.query(
        `select action, actor_kind from audit_events where chain_id = $1 and action like 'ssoConnection.enforce%' order by sequence`,
        [organizationId],
      );
      expect(rows).toEqual([
        { action: 'ssoConnection.enforcementPlanned', actor_kind: 'user' },
        { action: 'ssoConnection.enforced', actor_kind: 'system' },
      ]);
    });

    it('is called off by activating it', async () => {
      await step('enforceSso', { startsAt: inDays(3) });
      expect(await step('activateSso')).toMatchObject({ state: 'ACTIVE', enforcementStartsAt: null });
      await app.nest.get(PlannedEnforcement, { strict: false }).enforceDue();
      expect((await stateOf()).state).toBe('ACTIVE');
    });

    it('does not happen where its settings were changed since, and says so', async () => {
      await step('enforceSso', { startsAt: inDays(3) });
      await configure({ clientId: 'gatehouse', clientSecret: 'another' });
      await itIsTime();
      expect(await stateOf()).toMatchObject({ state: 'ACTIVE', enforcementStartsAt: null });
      const { rows } = await app.database.query(
        `select outcome, after from audit_events where chain_id = $1 and action = 'ssoConnection.enforcementMissed'`,
        [organizationId],
      );
      expect(rows).toEqual([{ outcome: 'REFUSED', after: { key: key(), code: 'PRECONDITION_FAILED' } }]);
    });

    it('refuses a day too far ahead', async () => {
      await expect(step('enforceSso', { startsAt: inDays(91) })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    });
  });

  it('moves everybody to another issuer with the connection, by their email once', async () => {
    await step('activateSso');
    await attemptSignIn(app, provider, key());
    await app.database.query(`update identities set issuer = 'https://former.example.com' where source = $1`, [id]);
    provider.signInAs({ sub: 'another subject there', email: `mia@${domain}` });
    const { browser } = await attemptSignIn(app, provider, key());
    expect(await whoIs(browser)).toBe(`mia@${domain}`);
    provider.signInAs({ sub: 'a new colleague with her address', email: `mia@${domain}` });
    expect((await attemptSignIn(app, provider, key())).trail).toEqual([
      expect.objectContaining({ after: expect.objectContaining({ reason: 'OTHER_SUBJECT' }) }),
    ]);
  });

  it('is disabled and activated by one step each', async () => {
    await moveSso(owner, 'activateSso', id);
    await moveSso(owner, 'disableSso', id);
    await runTest();
    expect(await stateOf()).toMatchObject({ state: 'DISABLED', lastTest: { outcome: 'PASSED' } });
    expect(await moveSso(owner, 'activateSso', id)).toMatchObject({ state: 'ACTIVE' });
  });
});
