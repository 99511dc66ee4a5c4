import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  accountsLike,
  expectNoSecretOnTrails,
  openInvitation,
  post,
  precreate,
  providerSettings,
  stranger,
} from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { deleteOrganization, deleteProject, restoreOrganization, restoreProject } from '../support/deletions.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { removeMember } from '../support/members.js';
import { createApiKey } from '../support/projects.js';
import {
  startHostileProvider,
  type HostilePerson,
  type HostileProvider,
} from '../support/servers/hostile-openid-provider.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { attemptSignIn, whoIs } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const password = 'correct horse battery';
const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };

describe('a start with INIT_… settings', () => {
  const settings = {
    INIT_ORG_ID: 'acme',
    INIT_ORG_NAME: 'Acme',
    INIT_PROJECT_ID: 'chat',
    INIT_PROJECT_NAME: 'Chat',
    INIT_PROJECT_PUBLIC_KEY: 'pk-lf-plainly-not-a-secret-0123456789',
    INIT_PROJECT_SECRET_KEY: 'sk-lf-plainly-not-a-secret-0123456789',
    INIT_USER_EMAIL: 'Ada@Acme.Test',
    INIT_USER_NAME: 'Ada',
    INIT_USER_PASSWORD: password,
  };
  const noProject = {
    INIT_PROJECT_ID: '',
    INIT_PROJECT_NAME: '',
    INIT_PROJECT_PUBLIC_KEY: '',
    INIT_PROJECT_SECRET_KEY: '',
  };
  const different = {
    INIT_ORG_NAME: 'Other',
    INIT_PROJECT_NAME: 'Other',
    INIT_USER_NAME: 'Other',
    INIT_USER_PASSWORD: 'another long password',
  };
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  /** Starts, lets `look` look, and stops again; the database stays. */
  async function started<T>(
    environment: Readonly<Record<string, string>>,
    look: (app: TestApp) => Promise<T>,
  ): Promise<T> {
    const app = await startTestApp({ DATABASE_URL: database.url, ...environment });
    return look(app).finally(() => app.stop());
  }

  async function everything(app: TestApp): Promise<unknown> {
    const tables = ['organizations', 'projects', 'api_keys', 'users', 'memberships', 'audit_events'];
    const all = tables.map((table) => `(select json_agg(t order by t::text) from ${table} t) as ${table}`);
    return (await app.database.query(`select ${all.join(', ')}`)).rows;
  }

  const canSignIn = async (app: TestApp, secret: string) =>
    (await post(app, '/api/auth/login', { email: 'ada@acme.test', password: secret })).answer.status === 200;

  it('makes the organization, the project and its owner, who can sign in; and the trail says that it was the system', async () => {
    await started(settings, async (app) => {
      const { browser } = await post(app, '/api/auth/login', { email: 'ada@acme.test', password });
      const { data } = await browser.graphql(
        `{ viewer { isInstanceAdministrator user { name emailVerified } }
           organization(id: "acme") { name slug members { nodes { role source user { email } } } projects { nodes { id name } } } }`,
      );
      expect(data).toEqual({
        viewer: { isInstanceAdministrator: false, user: { name: 'Ada', emailVerified: true } },
        organization: {
          name: 'Acme',
          slug: 'acme-acme',
          members: { nodes: [{ role: 'OWNER', source: 'CONFIGURATION', user: { email: 'ada@acme.test' } }] },
          projects: { nodes: [{ id: 'chat', name: 'Chat' }] },
        },
      });
      const made = await trailOfRequest(app, 'start');
      expect(made.map(({ action, actor_kind, actor_label }) => [action, actor_kind, actor_label])).toEqual(
        ['organization.created', 'project.created', 'apiKey.created', 'user.created', 'member.added'].map((action) => [
          action,
          'system',
          'Gatehouse',
        ]),
      );
      const keys = { user: settings.INIT_PROJECT_PUBLIC_KEY, password: settings.INIT_PROJECT_SECRET_KEY };
      const verified = await app.browser({ basic: keys }).postJson('/api/keys/verify', { permission: 'traces.create' });
      expect([verified.status, verified.json<{ projectId: string }>().projectId]).toEqual([200, 'chat']);
      await expectNoSecretOnTrails(app, [password, settings.INIT_PROJECT_SECRET_KEY]);
    });
  });

  it('makes nothing a second time, and changes nothing that is there, whatever the settings say by then', async () => {
    const before = await started({}, everything);
    const after = await started({ ...settings, ...different }, async (app) => {
      const now = await everything(app);
      expect([await canSignIn(app, password), await canSignIn(app, 'another long password')]).toEqual([true, false]);
      return now;
    });
    expect(after).toEqual(before);
  });

  it('does not bring back an owner who was removed since, but gives a new organization its owner', async () => {
    const owners = (app: TestApp, id: string) =>
      app.database
        .query<object>('select role from memberships where organization_id = $1', [id])
        .then(({ rows }) => rows);
    await started({}, (app) => app.database.query(`delete from memberships where organization_id = 'acme'`));
    await started(settings, async (app) => expect(await owners(app, 'acme')).toEqual([]));
    await started({ ...settings, INIT_ORG_ID: 'second', ...noProject }, async (app) => {
      expect(await owners(app, 'second')).toEqual([{ role: 'OWNER' }]);
    });
  });

  it('gives nothing to an account that somebody had made for that email and never proved', async () => {
    const { email } = stranger('acme.test');
    await started({}, (app) => post(app, '/api/auth/signup', { email, name: 'Mallory', password }));
    await started(
      { ...settings, INIT_ORG_ID: 'fourth', INIT_PROJECT_ID: 'fourth', INIT_USER_EMAIL: email },
      async (app) => {
        const { rows } = await app.database.query(`select 1 from memberships where organization_id = 'fourth'`);
        expect(rows).toEqual([]);
      },
    );
  });

  it('leaves alone a project of that id in another organization', async () => {
    await started({ INIT_ORG_ID: 'third', INIT_PROJECT_ID: 'chat' }, async (app) => {
      const { rows } = await app.database.query(`select organization_id, name from projects where id = 'chat'`);
      expect(rows).toEqual([{ organization_id: 'acme', name: 'Chat' }]);
    });
  });

  it('does not take the place of what was deleted and may come back', async () => {
    const fifth = { ...settings, INIT_ORG_ID: 'fifth', INIT_PROJECT_ID: 'fifth', INIT_USER_EMAIL: 'fay@acme.test' };
    const keyPair = { INIT_PROJECT_PUBLIC_KEY: '', INIT_PROJECT_SECRET_KEY: '' };
    const newOwner = { INIT_USER_EMAIL: 'gus@acme.test' };
    const there = async (app: TestApp) =>
      (
        await app.database.query<object>(
          `select id from projects where id = 'fifth' union all select id from organizations where id = 'fifth'`,
        )
      ).rows;
    await started({ ...fifth, ...keyPair }, (app) => deleteProject({ browser: app.admin() }, { projectId: 'fifth' }));
    await started({ ...fifth, ...keyPair }, async (app) => {
      expect(await there(app)).toHaveLength(1);
      await deleteOrganization({ browser: app.admin() }, { organizationId: 'fifth' });
    });
    await started({ ...fifth, ...keyPair, ...newOwner }, async (app) => {
      expect(await there(app)).toEqual([]);
      await restoreOrganization({ browser: app.admin() }, { organizationId: 'fifth' });
      await restoreProject({ browser: app.admin() }, { projectId: 'fifth' });
      expect(await there(app)).toHaveLength(2);
    });
  });

  it('may happen in several processes at once', async () => {
    const together = {
      ...settings,
      INIT_ORG_ID: 'together',
      INIT_PROJECT_ID: 'together',
      INIT_USER_EMAIL: 'eve@acme.test',
    };
    const apps = await Promise.all([1, 2].map(() => startTestApp({ DATABASE_URL: database.url, ...together })));
    const { rows } = await apps[0]!.database.query(`select action from audit_events where chain_id = 'together'`);
    await Promise.all(apps.map((app) => app.stop()));
    expect(rows.map(({ action }) => action as string).sort()).toEqual([
      'member.added',
      'organization.created',
      'project.created',
    ]);
  });
});

describe('createUser', () => {
  let app: TestApp;
  let owner: Person;
  let organizationId: string;
  beforeAll(async () => {
    app = await startTestApp({ DEFAULT_ORGANIZATION_ROLE: 'MEMBER' });
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
  });
  afterAll(() => app.stop());

  const mutation = `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id email name emailVerified } } }`;

  async function create(by: HttpClient, input: object) {
    const requestId = randomUUID();
    const { data, errors } = await by.graphql<{ createUser: { user: { id: string } } }>(
      mutation,
      { input },
      { headers: { 'x-request-id': requestId } },
    );
    return {
      user: data?.createUser.user,
      code: errors[0]?.extensions.code,
      trail: await trailOfRequest(app, requestId),
    };
  }

  it('makes an account without a password, which nobody has proven, and a member where one is wanted', async () => {
    const { user, trail } = await create(app.admin(), { email: ' Mia@Acme.Test. ', organizationId, role: 'ADMIN' });
    expect(user).toEqual({ id: expect.any(String), email: 'mia@acme.test', name: 'mia', emailVerified: false });
    expect(await accountsLike(app, 'mia@%')).toEqual([
      expect.objectContaining({
        verified: false,
        has_password: false,
        administrator: false,
        identities: [],
        sessions: 0,
      }),
    ]);
    expect(trail.map(({ action, actor_kind, after }) => [action, actor_kind, after?.by ?? after?.role])).toEqual([
      ['user.created', 'administrator', 'administrator'],
      ['member.added', 'administrator', 'ADMIN'],
    ]);
  });

  it('gives the default role, and no membership where no organization is named, be it null', async () => {
    const [inOne, inNone] = [stranger('acme.test').email, stranger('acme.test').email];
    const { trail } = await create(app.admin(), { email: inOne, name: null, organizationId, role: null });
    expect(trail[1]?.after).toMatchObject({ role: 'MEMBER' });
    const { trail: alone } = await create(app.admin(), { email: inNone, organizationId: null });
    expect(alone.map(({ action }) => action)).toEqual(['user.created']);
  });

  it('is for administrators of the instance: owners, keys of an organization and strangers are refused', async () => {
    const key = await createApiKey(owner.browser, {
      organizationId,
      permissions: ['members.manage', 'organization.read'],
    });
    const program = app.browser({ bearer: key.secretKey });
    for (const by of [owner.browser, (await createPerson(app)).browser, program]) {
      const { email } = stranger('acme.test');
      const { code, trail } = await create(by, { email, organizationId });
      expect([code, trail.map(({ action }) => action)]).toEqual(['FORBIDDEN', ['operation.refused']]);
      expect(await accountsLike(app, email)).toEqual([]);
    }
    expect((await create(app.browser(), { email: 'eve@acme.test' })).code).toBe('UNAUTHENTICATED');

    await app.database.query('update users set instance_administrator = true where id = $1', [owner.id]);
    expect((await create(owner.browser, { email: stranger('acme.test').email })).user).toBeDefined();
  });

  it.each([
    [{ email: 'mia@acme.test' }, 'CONFLICT'],
    [{ email: 'MIA@ACME.test' }, 'CONFLICT'],
    [{ email: 'new@acme.test, other@acme.test' }, 'VALIDATION_FAILED'],
    [{ email: 'new@acme.test', role: 'OWNER' }, 'VALIDATION_FAILED'],
    [{ email: 'new@acme.test', name: '' }, 'VALIDATION_FAILED'],
    [{ email: 'new@acme.test', organizationId: 'no-such' }, 'NOT_FOUND'],
  ])('refuses %j with %s, and makes nothing', async (input, expected) => {
    expect((await create(app.admin(), input)).code).toBe(expected);
    expect(await accountsLike(app, 'new@%')).toEqual([]);
  });
});

describe('what YAML gives to new people', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let owner: Person;
  let teamId: string;

  const at = (key: string, who: Partial<HostilePerson>) => attemptSignIn(app, provider, key, who);

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    const here = { ...client, issuer: provider.issuer };
    const file = path.join(tmpdir(), `gatehouse-${randomUUID()}.yaml`);
    await writeFile(
      file,
      `auth: { default_team: engineering, default_role: member, admins: [" Ada@Acme.Test", eve@acme.test, mia@acme.test] }`,
    );
    app = await startTestApp({
      CONFIG_FILE: file,
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      ...providerSettings('CUSTOM', here),
      ...providerSettings('KEYCLOAK', here, { ALLOW_ACCOUNT_LINKING: 'true' }),
      ...providerSettings('OKTA', here, { REQUIRE_EMAIL_VERIFIED: 'false' }),
    });
    await rm(file);
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  async function membershipsOf(email: string): Promise<unknown[]> {
    const { rows } = await app.database.query<object>(
      'select m.organization_id, m.role, m.source from memberships m join users u on u.id = m.user_id where u.email = $1',
      [email],
    );
    return rows;
  }
  const isAdministrator = async (email: string) => (await accountsLike(app, email))[0]?.administrator;

  it('is nothing as long as there is no such team', async () => {
    const early = stranger('acme.test');
    expect(await whoIs((await at('custom', early)).browser)).toBe(early.email);
    expect(await membershipsOf(early.email)).toEqual([]);

    owner = await createPerson(app);
    const { data } = await owner.browser.graphql<{ createOrganization: { organization: { id: string } } }>(
      `mutation { createOrganization(input: { name: "Engineering", slug: "engineering" }) { organization { id } } }`,
    );
    teamId = data!.createOrganization.organization.id;
    await at('custom', early);
    expect(await membershipsOf(early.email)).toEqual([]);
  });

  it('is a place in the team with the role, at the first sign-in by whatever way', async () => {
    const [byProvider, byPassword, precreated] = [stranger('acme.test'), stranger('acme.test'), stranger('acme.test')];
    const { trail } = await at('custom', byProvider);
    expect(trail.map(({ action, after }) => [action, after?.source])).toContainEqual(['member.added', 'DEFAULT']);
    await post(app, '/api/auth/signup', { email: byPassword.email, name: 'Somebody', password });
    await precreate(app, { email: precreated.email });
    await at('custom', precreated);
    const imported = stranger('acme.test');
    await precreate(app, { email: imported.email, passwordHash: await bcrypt(password, 4) });
    expect(await membershipsOf(imported.email)).toEqual([]);
    await post(app, '/api/auth/login', { email: imported.email, password });
    for (const { email } of [byProvider, byPassword, precreated, imported]) {
      expect(await membershipsOf(email)).toEqual([{ organization_id: teamId, role: 'MEMBER', source: 'DEFAULT' }]);
    }
  });

  it('is what an invitation to the team says, for whoever comes by one', async () => {
    const { email } = stranger('acme.test');
    const invitation = await openInvitation(app, owner, teamId, email);
    await app.database.query(`update invitations set role = 'ADMIN' where email = $1`, [email]);
    await post(app, '/api/auth/signup', { email, name: 'Somebody', password, invitation });
    expect(await membershipsOf(email)).toEqual([{ organization_id: teamId, role: 'ADMIN', source: 'INVITATION' }]);
  });

  it('overwrites no role that somebody has there, and brings nobody back who was removed', async () => {
    const [admin, removed] = [stranger('acme.test'), stranger('acme.test')];
    await precreate(app, { email: admin.email, organizationId: teamId, role: 'ADMIN' });
    await at('custom', admin);
    expect(await membershipsOf(admin.email)).toEqual([
      { organization_id: teamId, role: 'ADMIN', source: 'ADMINISTRATOR' },
    ]);

    await at('custom', removed);
    await removeMember(owner, teamId, (await accountsLike(app, removed.email))[0]!.id);
    for (const key of ['custom', 'keycloak']) {
      expect(await whoIs((await at(key, removed)).browser)).toBe(removed.email);
      expect(await membershipsOf(removed.email)).toEqual([]);
    }
  });

  it('is the administration of the instance for those listed, once they have proven their email', async () => {
    const signedUp = await post(app, '/api/auth/signup', { email: 'ada@acme.test', name: 'Ada', password });
    const unproven = await at('okta', { sub: 'eve', email: 'eve@acme.test', email_verified: false });
    expect([signedUp.answer.status, await whoIs(unproven.browser)]).toEqual([201, 'eve@acme.test']);
    expect([await isAdministrator('ada@acme.test'), await isAdministrator('eve@acme.test')]).toEqual([false, false]);

    for (const who of [
      { sub: 'ada', email: 'Ada@Acme.test' },
      { sub: 'mia', email: 'mia@acme.test' },
    ]) {
      const { browser, trail } = await at('keycloak', who);
      expect(trail.filter(({ action }) => action === 'user.administratorAppointed')).toHaveLength(1);
      const { data } = await browser.graphql('{ viewer { isInstanceAdministrator } }');
      expect(data).toEqual({ viewer: { isInstanceAdministrator: true } });
      const again = await at('keycloak', who);
      expect(again.trail.map(({ action }) => action)).toEqual(['signIn.succeeded']);
    }
    expect(
      (await accountsLike(app, '%')).filter(({ administrator }) => administrator).map(({ email }) => email),
    ).toEqual(['ada@acme.test', 'mia@acme.test']);
  });
});
