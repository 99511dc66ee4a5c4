import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { createApiKey, createProject, type CreatedKey } from '../support/projects.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { beginSignIn, comeBack, createTenant, moveSso, whoIs, type Tenant } from '../support/sso.js';
import { updateSsoMembership } from '../support/sso-membership.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

describe('somebody who signed in with a password before their organization had single sign-on', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let acme: Tenant;
  let mia: Person;
  let elsewhere: string;
  let projectId: string;
  let key: CreatedKey;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
  });
  beforeEach(async () => {
    const domain = `${randomUUID().slice(0, 8)}.test`;
    acme = await createTenant(app, domain, { issuer: provider.issuer, ...client });
    mia = await createPerson(app, `mia@${domain}`);
    await app.database.query(`update users set password_hash = 'kept' where id = $1`, [mia.id]);
    await app.database.query(
      `insert into identities (id, user_id, source, issuer, subject) values ($1, $2, 'provider:google', 'https://accounts.google.com', $1)`,
      [randomUUID(), mia.id],
    );
    elsewhere = (await createOrganization(mia, 'Elsewhere')).id;
    await addMember(app, acme.organizationId, mia, 'ADMIN');
    projectId = (await createProject(mia.browser, acme.organizationId)).id;
    await app.database.query(
      `insert into project_roles (project_id, organization_id, user_id, role) values ($1, $2, $3, 'VIEWER')`,
      [projectId, acme.organizationId, mia.id],
    );
    key = await createApiKey(mia.browser, { organizationId: elsewhere, permissions: ['members.read'] });
    provider.signInAs({ sub: randomUUID(), email: mia.email });
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  /** All that is theirs, but for the identities and what a sign-in notes of itself. */
  async function belongings(): Promise<unknown> {
    const read = [
      'select id, email, password_hash, name, email_verified_at, created_at from users where id = $1',
      'select * from memberships where user_id = $1 order by organization_id',
      'select * from project_roles where user_id = $1',
      'select * from api_keys where created_by = $1',
      `select * from identities where user_id = $1 and source = 'provider:google'`,
    ].map(async (sql) => (await app.database.query<object>(sql, [mia.id])).rows);
    return Promise.all(read);
  }

  const identities = async () =>
    (
      await app.database.query<{ user_id: string }>('select user_id from identities where source = $1', [
        acme.connection.id,
      ])
    ).rows;

  async function comeAtOnce(times: number) {
    const browsers = Array.from({ length: times }, () => app.browser());
    const callbacks = await Promise.all(
      browsers.map(async (browser) => provider.authorize(await beginSignIn(browser, acme.connection.key))),
    );
    const back = await Promise.all(callbacks.map((callback, place) => comeBack(app, browsers[place]!, callback)));
    return { browsers, actions: back.flatMap(({ trail }) => trail.map(({ action }) => action)).sort() };
  }

  it('moves over at the first sign-in by it, is linked once however often they come at once, and keeps everything', async () => {
    await updateSsoMembership(acme.owner, acme.connection.id, { defaultRole: 'MEMBER' });
    const before = await belongings();
    const { browsers, actions } = await comeAtOnce(3);
    expect(actions).toEqual(['identity.linked', ...Array<string>(3).fill('signIn.succeeded')]);
    expect(await identities()).toEqual([{ user_id: mia.id }]);
    expect(await belongings()).toEqual(before);
    for (const browser of [...browsers, mia.browser]) expect(await whoIs(browser)).toBe(mia.email);
    const { data } = await app.browser({ bearer: key.secretKey }).graphql('{ viewer { apiKey { id } } }');
    expect(data).toMatchObject({ viewer: { apiKey: { id: key.apiKey.id } } });
  });

  it('who is a member of other organizations alone becomes one of this, once, and keeps those', async () => {
    await app.database.query('delete from memberships where organization_id = $1 and user_id = $2', [
      acme.organizationId,
      mia.id,
    ]);
    await updateSsoMembership(acme.owner, acme.connection.id, { defaultRole: 'MEMBER' });
    const { actions } = await comeAtOnce(2);
    expect(actions).toEqual(['identity.linked', 'member.added', 'signIn.succeeded', 'signIn.succeeded']);
    const { rows } = await app.database.query(
      'select organization_id as id, role, source from memberships where user_id = $1 order by role',
      [mia.id],
    );
    expect(rows).toEqual([
      { id: acme.organizationId, role: 'MEMBER', source: 'SSO' },
      { id: elsewhere, role: 'OWNER', source: 'CREATOR' },
    ]);
  });

  it('moves over the same where it is enforced, which ends the sessions of before and nothing else', async () => {
    const before = await belongings();
    await moveSso(acme.owner, 'enforceSso', acme.connection.id);
    expect(await whoIs(mia.browser)).toBeNull();
    const { browsers } = await comeAtOnce(1);
    expect(await whoIs(browsers[0]!)).toBe(mia.email);
    expect(await belongings()).toEqual(before);
  });
});
