import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { acceptInvitation, tokenIn } from '../support/invitations.js';
import { createApiKey, createProject, dataOf } from '../support/projects.js';
import { createScimToken, revokeScimToken, sendScim } from '../support/scim.js';
import { Secrets, WitnessClient } from '../support/secrets.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { CookieJar } from '../support/servers/cookie-jar.js';
import type { HttpAnswer, HttpClient, HttpClientOptions } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { signInAtProvider, startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { beginSignIn, configureMutation, verifiedDomain } from '../support/sso.js';

const secrets = new Secrets(
  'password',
  'mistyped password',
  'client secret',
  'wrong client secret',
  'SMTP password',
  'SESSION_SECRET',
);
secrets.add('ENCRYPTION_KEY', randomBytes(32).toString('hex'));

const ada = 'ada@acme.test';
const mia = { sub: 'okta|mia', email: 'mia@acme.test', emailVerified: true, name: 'Mia' };
const inviteMutation = 'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { id } } }';
const createKeyMutation =
  'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secretKey } }';

const refused: HttpAnswer[] = [];

describe('49: secrets, after every walk and every way to stumble', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let sink: MailSink;
  let provider: OpenIdProvider;
  let server: ServerProcess;
  let directory: string;
  let root: string;

  const browser = (options: HttpClientOptions = {}) => new WitnessClient(root, refused, options);
  const sessionOf = (client: HttpClient, what: string) => secrets.add(what, client.cookies.get('gatehouse')?.value);

  beforeAll(async () => {
    [database, sink, directory] = await Promise.all([
      createTestDatabase(),
      startMailSink(),
      mkdtemp(path.join(tmpdir(), 'gatehouse-secrets-')),
    ]);
    provider = await startOpenIdProvider({ name: 'Okta', clients: [], accounts: [mia] });
    pool = new pg.Pool({ connectionString: database.url, max: 2 });
    const port = await freePort();
    root = `http://localhost:${port}`;
    server = await startServer({
      PORT: String(port),
      LOG_LEVEL: 'debug',
      DATA_DIR: directory,
      DATABASE_URL: database.url,
      ENCRYPTION_KEY: secrets.get('ENCRYPTION_KEY'),
      SESSION_SECRET: secrets.get('SESSION_SECRET'),
      SMTP_URL: `smtp://gatehouse:${secrets.get('SMTP password')}@127.0.0.1:${sink.port}`,
      OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}`,
    });
    secrets.add('ADMIN_API_KEY', server.adminApiKey);
    await walk().finally(() => server.end('SIGTERM'));
  }, 60_000);
  afterAll(async () => {
    await pool.end();
    await Promise.all([database.drop(), sink.stop(), provider.stop(), rm(directory, { recursive: true, force: true })]);
  });

  async function walk(): Promise<void> {
    const owner = await signUpAndIn();
    const admin = browser({ bearer: secrets.get('ADMIN_API_KEY') });
    const create =
      'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } } }';
    const made = await owner.graphql<{ createOrganization: { organization: { id: string } } }>(create, {
      input: { name: 'Acme', idempotencyKey: 'organization' },
    });
    const organizationId = dataOf(made).createOrganization.organization.id;
    await admin.graphql(create, { input: { name: 'Of the administrator', idempotencyKey: 'organization' } });
    await browser({ bearer: `${secrets.get('ADMIN_API_KEY')}x` }).graphql(create, { input: { name: 'Refused' } });

    await inviteAndAccept(owner, organizationId);
    await createAndUseKey(owner, organizationId);
    await createAndUseScimToken(owner, organizationId);
    await configureAndUseSso(owner, organizationId);
    await breakDown(owner, organizationId);
  }

  async function signUpAndIn(): Promise<HttpClient> {
    const [password, mistyped] = [secrets.get('password'), secrets.get('mistyped password')];
    const client = browser();
    const account = { email: ada, name: 'Ada', password };
    await client.postJson('/api/auth/signup', account);
    sessionOf(client, 'session of the sign-up');
    await client.postForm('/sign-up', { ...account, name: 'again' });
    await client.postJson('/api/auth/login', { email: ada, password });
    sessionOf(client, 'session of the sign-in');

    const stranger = browser();
    for (const body of [
      { email: ada, password: mistyped },
      { email: mistyped, password: mistyped },
      { email: ada, password: [mistyped] },
      { email: ada, passwort: mistyped },
    ]) {
      await stranger.postJson('/api/auth/login', body);
    }
    await stranger.postForm('/sign-in/password', { email: ada, password: mistyped });
    for (const more of [
      { role: password },
      { password: { $ne: mistyped } },
      { name: 'a\0b' },
      { invitation: mistyped },
      { email: password },
    ]) {
      await stranger.postJson('/api/auth/signup', { ...account, email: 'eve@example.test', ...more });
    }
    const json = { type: 'application/json' };
    await stranger.request('POST', '/api/auth/login', {}, { ...json, text: `{"password":${mistyped}}` });
    await stranger.request('POST', '/api/auth/login', {}, { ...json, text: `"${mistyped}"` });
    await stranger.request(
      'POST',
      '/api/auth/login',
      {},
      { ...json, text: JSON.stringify({ password: mistyped.repeat(3_000) }) },
    );
    await stranger.request('POST', '/api/auth/login', {}, { type: `text/${mistyped}`, text: mistyped });
    await stranger.get(`/api/auth/callback/google?code=${mistyped}&state=${mistyped}`);
    await stranger.get('/api/auth/session', { headers: { cookie: `gatehouse=${mistyped}` } });
    return client;
  }

  async function inviteAndAccept(owner: HttpClient, organizationId: string): Promise<void> {
    const input = { organizationId, email: 'guest@example.test', role: 'MEMBER', idempotencyKey: 'invite' };
    await owner.graphql(inviteMutation, { input });
    const token = tokenIn(await sink.next(({ to }) => to.includes(input.email)));
    secrets.add('invitation token', token);
    const { text } = await sink.next(({ subject }) => subject === 'Verify your email');
    secrets.add('verification token', /verify-email\?token=([\w-]+)/.exec(text)?.[1]);
    await owner.graphql(inviteMutation, { input });
    await acceptInvitation({ browser: owner }, token).catch(() => null);
    const guest = browser();
    await guest.get(`/accept-invitation?token=${token}`);
    await guest.postJson('/api/auth/signup', {
      email: 'other@example.test',
      name: 'O',
      password: secrets.get('password'),
      invitation: token,
    });
    await guest.postForm('/sign-up', {
      email: 'guest@example.test',
      name: 'Guest',
      password: secrets.get('password'),
      invitation: token,
    });
    sessionOf(guest, 'session of the invited');
    await acceptInvitation({ browser: guest }, token).catch(() => null);
    await guest.postForm('/accept-invitation', { token });
  }

  async function createAndUseKey(owner: HttpClient, organizationId: string): Promise<void> {
    const project = await createProject(owner, organizationId);
    const input = { projectId: project.id, idempotencyKey: 'key' };
    const key = await createApiKey(owner, input);
    secrets.add('API key', key.secretKey);
    secrets.add('API key as Basic', Buffer.from(`${key.publicKey}:${key.secretKey}`).toString('base64'));
    await owner.graphql(createKeyMutation, { input: { name: 'key', ...input } });
    const use = [
      { bearer: key.secretKey },
      { basic: { user: key.publicKey, password: key.secretKey } },
      { bearer: key.secretKey.slice(0, -1) },
      { basic: { user: key.secretKey, password: key.publicKey } },
    ];
    for (const credentials of use) {
      const program = browser(credentials);
      await program.postJson('/api/keys/verify', { permission: 'members.manage' });
      await program.graphql(createKeyMutation, { input: { projectId: project.id, name: 'of a key' } });
      await program.get('/api/auth/session');
    }
    const rotate = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { secretKey } }`;
    const rotation = { input: { apiKeyId: key.apiKey.id, idempotencyKey: 'next' } };
    const { rotateApiKey: next } = dataOf(
      await owner.graphql<{ rotateApiKey: { secretKey: string } }>(rotate, rotation),
    );
    secrets.add('API key after a rotation', next.secretKey);
    await owner.graphql(rotate, rotation);
    await browser({ bearer: next.secretKey }).postJson('/api/keys/verify', {});
    const revoke = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }';
    await owner.graphql(revoke, { input: { apiKeyId: key.apiKey.id } });
    await browser({ bearer: key.secretKey }).postJson('/api/keys/verify', {});
    const json = { type: 'application/json', text: `{"key":${key.secretKey}}` };
    await browser({ bearer: key.secretKey }).request('POST', '/api/keys/verify', {}, json);
    await owner.graphql(revoke, { input: { apiKeyId: key.secretKey } });
    await leakKey(owner, project.id);
  }

  async function leakKey(owner: HttpClient, projectId: string): Promise<void> {
    const { secretKey: token } = await createApiKey(owner, { projectId });
    secrets.add('leaked API key', token);
    const places = [`https://git.example/${token}`, `https://git.example/?key=${token}`, token];
    const found = places.map((url) => ({ token, type: token, url }));
    await browser().postJson('/api/keys/leaks', [...found, { token: [token] }]);
    for (const report of found) await browser().postJson('/api/keys/leaks', [report]);
    await browser().postJson('/api/keys/revoke', { secretKey: [token] });
    await browser().postJson('/api/keys/revoke', { secretKey: token });
  }

  async function createAndUseScimToken(owner: HttpClient, organizationId: string): Promise<void> {
    const input = { organizationId, idempotencyKey: 'token of a directory' };
    const { token, scimToken } = await createScimToken(owner, input);
    secrets.add('SCIM token', token);
    await createScimToken(owner, input);
    for (const bearer of [token, token.slice(0, -1), `${token}0`]) {
      const directory = browser({ bearer });
      await directory.get('/api/scim/v2/Nothing');
      await sendScim(directory, 'POST', `/Nothing?filter=${token}`, { [token]: token });
      await sendScim(directory, 'POST', '/Nothing', `{"token":${token}}`);
      await directory.postJson('/api/keys/verify', {});
      await directory.graphql('{ viewer { kind } }');
    }
    await revokeScimToken(owner, scimToken.id);
    await revokeScimToken(owner, token).catch(() => null);
    await browser({ bearer: token }).get('/api/scim/v2/Nothing');
  }

  async function configureAndUseSso(owner: HttpClient, organizationId: string): Promise<void> {
    const domainId = await verifiedDomain({ database: pool }, organizationId, 'acme.test');
    const [clientId, clientSecret] = ['gatehouse', secrets.get('client secret')];
    const redirectUris = [`${root}/api/auth/callback/acme.test.okta`];
    provider.registerClient({ clientId, clientSecret, redirectUris });
    const settings = {
      domainId,
      provider: 'OKTA',
      issuer: provider.issuer,
      clientId,
      clientSecret,
      activate: true,
      idempotencyKey: 'sso',
    };
    for (const wrong of [
      { issuer: `${provider.issuer}/` },
      { issuer: 'http://127.0.0.1:9' },
      { issuer: 'https://10.0.0.1' },
      { issuer: 'no address' },
      { domainId: 'none' },
      { nope: true },
      { provider: clientSecret },
      { scopes: [clientSecret, 5] },
      { clientSecret: [clientSecret] },
      { clientSecret: clientSecret.repeat(100) },
      { clientSecret: `${clientSecret}\0` },
      { clientSecret: { value: clientSecret } },
    ]) {
      await owner.graphql(configureMutation, { input: { ...settings, ...wrong, idempotencyKey: null } });
    }
    for (const literal of [
      `"${clientSecret}", nope: 1`,
      `5, clientId: ["${clientSecret}"]`,
      `"${clientSecret}`,
      `"${clientSecret}") { nope`,
    ]) {
      await owner.graphql(
        `mutation { configureSso(input: { provider: OKTA, domainId: "x", clientSecret: ${literal} }) { connection { id } } }`,
      );
    }
    await owner.graphql(configureMutation, { input: settings });
    await owner.graphql(configureMutation, { input: settings });

    const colleague = await signInThroughSso(mia);
    sessionOf(colleague, 'session through the provider');
    await owner.graphql(configureMutation, {
      input: { ...settings, clientSecret: secrets.get('wrong client secret'), idempotencyKey: null },
    });
    await signInThroughSso(mia);
  }

  async function signInThroughSso(who: { readonly sub: string }): Promise<HttpClient> {
    const client = browser({ cookies: new CookieJar() });
    const there = await beginSignIn(client, 'acme.test.okta');
    const back = await signInAtProvider(there, who);
    for (const [name, url] of [
      ['state', there],
      ['nonce', there],
      ['code', back],
    ] as const) {
      secrets.add(name, new URL(url).searchParams.get(name));
    }
    await client.get(back);
    await client.get(back);
    secrets.add('flow cookie', client.cookies.get('gatehouse-flow')?.value);
    return client;
  }

  /** Failures of our own, with all that a stack trace can hold. */
  async function breakDown(owner: HttpClient, organizationId: string): Promise<void> {
    for (const table of ['users', 'sessions', 'api_keys', 'invitations', 'sso_connections', 'audit_events']) {
      await pool.query(`alter table ${table} rename to ${table}_away`);
      const client = browser();
      await client.postJson('/api/auth/login', { email: ada, password: secrets.get('password') });
      await client.postForm('/sign-in/password', { email: ada, password: secrets.get('password') });
      await client.postJson('/api/auth/signup', {
        email: 'late@example.test',
        name: 'L',
        password: secrets.get('password'),
      });
      await browser({ bearer: secrets.get('API key') }).postJson('/api/keys/verify', {});
      await client.get(`/accept-invitation?token=${secrets.get('invitation token')}`);
      await owner.graphql(createKeyMutation, {
        input: { organizationId, name: 'late', idempotencyKey: `late ${table}` },
      });
      await pool.query(`alter table ${table}_away rename to ${table}`);
    }
  }

  it('were there to be found, where everything else is', async () => {
    expect(server.output()).toContain('"level":"debug"');
    expect(server.output()).toMatch(/"path":"\/api\/auth\/login","status":200/);
    expect(server.output()).toMatch(/"errorCode":"INTERNAL"/);
    expect(new Set(refused.map(({ status }) => status))).toEqual(
      new Set([200, 400, 401, 403, 404, 409, 410, 413, 415, 500]),
    );
    expect(await everythingIn('audit_events')).toMatch(/ada@acme\.test.*signIn\.succeeded.*CODE_REFUSED/s);
    expect(await everythingIn('idempotency_keys')).toContain('publicKey');
  });

  it('are not in what the server prints, down to its debugging lines', () => {
    expect(secrets.foundIn(withoutSetupLink(server.output()))).toEqual([]);
    expect(server.output()).not.toMatch(/eyJ[\w-]+\.|\$argon2/);
  });

  it('are not in any answer that refuses', () => {
    const telling = refused.map((answer) => ({
      url: answer.url,
      text: answer.text,
      told: secrets.foundIn(answer.text + [...answer.headers].join()),
    }));
    expect(telling.filter(({ told }) => told.length > 0)).toEqual([]);
  });

  it.each(['audit_events', 'idempotency_keys'])('are not in %s', async (table) => {
    expect(secrets.foundIn(await everythingIn(table))).toEqual([]);
  });

  it('are not in any table, in a form that could be used', async () => {
    const { rows } = await pool.query<{ table_name: string }>(
      `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const { table_name } of rows)
      expect([table_name, secrets.foundIn(await everythingIn(table_name))]).toEqual([table_name, []]);
  });

  async function everythingIn(table: string): Promise<string> {
    const { rows } = await pool.query<{ all: string }>(`select coalesce(json_agg(t)::text, '') as all from ${table} t`);
    return rows[0]?.all ?? '';
  }
});

/** Printed for whoever starts the server: good once, for a day, and only while there is no administrator. */
const withoutSetupLink = (output: string): string => output.replace(/\/setup\?token=\S+/, '');
