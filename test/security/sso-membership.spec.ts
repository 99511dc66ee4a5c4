import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createPerson, type Person } from '../support/factories.js';
import { changeRole, leaveOrganization } from '../support/members.js';
import { createApiKey } from '../support/projects.js';
import { createScimToken, directory, PATCH_SCHEMA, sendScim, USER_SCHEMA, type ScimResource } from '../support/scim.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { attemptSignIn, createTenant, expectRefused, whoIs, type Tenant } from '../support/sso.js';
import { membershipOf, placeOf, updateSsoMembership } from '../support/sso-membership.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };
const nobodyJoins = { justInTime: false, defaultRole: 'VIEWER', groupsClaim: 'groups', groupRoles: [] };

describe('roles by the groups of a provider', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let acme: Tenant;
  let domain: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
  });
  beforeEach(async () => {
    domain = `${randomUUID().slice(0, 8)}.test`;
    acme = await createTenant(app, domain, { issuer: provider.issuer, ...client });
    provider.signInAs({ sub: randomUUID(), email: mia() });
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const mia = () => `mia@${domain}`;
  const connectionId = () => acme.connection.id;
  const rule = () => membershipOf(acme.owner, acme.organizationId, connectionId());
  const signIn = (tenant = acme) => attemptSignIn(app, provider, tenant.connection.key);

  async function member(role: 'ADMIN' | 'MEMBER'): Promise<Person> {
    const person = await createPerson(app);
    await addMember(app, acme.organizationId, person, role);
    return person;
  }

  it('44, 132: whom the directory has sent signs in as who they are, until it lets them go; who is sent anew is somebody new', async () => {
    const { token } = await createScimToken(acme.owner.browser, {
      organizationId: acme.organizationId,
      role: 'MEMBER',
    });
    const okta = directory(app, token);
    const send = async () =>
      (await sendScim(okta, 'POST', '/Users', { schemas: [USER_SCHEMA], userName: mia() })).json<ScimResource>();
    const first = await send();
    await updateSsoMembership(acme.owner, connectionId(), { justInTime: true, defaultRole: 'ADMIN' });
    const { browser } = await signIn();
    const session = (await browser.get('/api/auth/session')).json<{ user: { id: string } }>();
    const { rows } = await app.database.query('select user_id, role, source from memberships where user_id = $1', [
      first.id,
    ]);
    expect([session.user.id, rows]).toEqual([first.id, [{ user_id: first.id, role: 'MEMBER', source: 'SCIM' }]]);

    await sendScim(okta, 'PATCH', `/Users/${first.id}`, {
      schemas: [PATCH_SCHEMA],
      Operations: [{ op: 'replace', value: { active: false } }],
    });
    expect(await whoIs(browser)).toBeNull();
    await expectRefused(await signIn(), { reason: 'ACCOUNT_DEACTIVATED', code: 'ACCOUNT_DEACTIVATED' });

    await sendScim(okta, 'DELETE', `/Users/${first.id}`, '');
    provider.signInAs({ sub: randomUUID(), email: mia() });
    const second = await send();
    expect(second.id).not.toBe(first.id);
    expect(await whoIs((await signIn()).browser)).toBe(mia());
  });

  describe('120: are given by nobody who does not hold them', () => {
    it('an administrator maps to their own role, and neither they nor an owner to OWNER', async () => {
      const admin = await member('ADMIN');
      for (const by of [admin, acme.owner, { browser: app.admin() }])
        for (const input of [{ defaultRole: 'OWNER' }, { groupRoles: [{ group: 'ops', role: 'OWNER' }] }])
          await expect(updateSsoMembership(by, connectionId(), input)).rejects.toMatchObject({
            code: 'VALIDATION_FAILED',
          });
      expect(await rule()).toEqual(nobodyJoins);
      expect(await updateSsoMembership(admin, connectionId(), { defaultRole: 'ADMIN' })).toMatchObject({
        defaultRole: 'ADMIN',
      });
    });

    it('a member may not even look', async () => {
      const by = await member('MEMBER');
      await expect(updateSsoMembership(by, connectionId(), {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(membershipOf(by, acme.organizationId, connectionId())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    it.each([
      ['that may not manage members', ['sso.manage', 'sso.read'], { defaultRole: 'NONE' }],
      ['without what a viewer may', ['sso.manage', 'sso.read', 'members.manage'], { defaultRole: 'VIEWER' }],
      [
        'by a group at the end of the list',
        ['sso.manage', 'sso.read', 'members.manage'],
        {
          defaultRole: 'NONE',
          groupRoles: [
            { group: 'a', role: 'NONE' },
            { group: 'b', role: 'ADMIN' },
          ],
        },
      ],
    ])('a key %s gives no role', async (_what, permissions, input) => {
      const { organizationId } = acme;
      const key = await createApiKey(acme.owner.browser, { organizationId, permissions });
      const by = { browser: app.browser({ bearer: key.secretKey }) };
      await expect(updateSsoMembership(by, connectionId(), input)).rejects.toMatchObject({ code: 'CANNOT_GRANT' });
      expect(await rule()).toEqual(nobodyJoins);
    });

    it('a key that may manage members, and gives nothing, is let', async () => {
      const permissions = ['sso.manage', 'sso.read', 'members.manage'];
      const key = await createApiKey(acme.owner.browser, { organizationId: acme.organizationId, permissions });
      const by = { browser: app.browser({ bearer: key.secretKey }) };
      expect(await updateSsoMembership(by, connectionId(), { defaultRole: 'NONE' })).toMatchObject({
        justInTime: true,
      });
    });
  });

  it('120: raise nobody who was lowered: neither at a sign-in nor by leaving and coming back', async () => {
    await updateSsoMembership(acme.owner, connectionId(), { groupRoles: [{ group: 'ops', role: 'ADMIN' }] });
    provider.misbehave({ idToken: { claims: { groups: ['ops'] } } });
    const { browser } = await signIn();
    const { rows } = await app.database.query<{ id: string }>('select id from users where email = $1', [mia()]);
    const { id } = rows[0]!;
    expect(await placeOf(app, acme.organizationId, mia())).toMatchObject({ role: 'ADMIN' });
    await changeRole(acme.owner, acme.organizationId, id, 'VIEWER');

    await signIn();
    expect(await placeOf(app, acme.organizationId, mia())).toMatchObject({ role: 'VIEWER' });
    await leaveOrganization({ id, email: mia(), browser }, acme.organizationId);
    expect(await whoIs((await signIn()).browser)).toBe(mia());
    expect(await placeOf(app, acme.organizationId, mia())).toBeNull();
  });

  describe('40: are of one organization', () => {
    let other: Tenant;
    beforeEach(async () => {
      other = await createTenant(app, `other-${domain}`, { issuer: provider.issuer, ...client });
    });

    it('another one’s are neither seen nor set', async () => {
      for (const connection of [connectionId(), randomUUID()])
        await expect(updateSsoMembership(other.owner, connection, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await membershipOf(other.owner, other.organizationId, connectionId())).toBeNull();
      expect(await rule()).toEqual(nobodyJoins);
    });

    it('a sign-in makes nobody a member of another one, nor by the email of its domain', async () => {
      await updateSsoMembership(other.owner, other.connection.id, { defaultRole: 'ADMIN' });
      await signIn();
      expect(await placeOf(app, acme.organizationId, mia())).toBeNull();
      expect(await placeOf(app, other.organizationId, mia())).toBeNull();
      await expectRefused(await signIn(other), { reason: 'EMAIL_OUTSIDE_DOMAIN', code: 'EMAIL_OUTSIDE_DOMAIN' });
      expect(await placeOf(app, other.organizationId, mia())).toBeNull();
    });
  });

  it('46: let no deactivated person in', async () => {
    await updateSsoMembership(acme.owner, connectionId(), {});
    await createPerson(app, mia());
    await app.database.query('update users set deactivated_at = now() where email = $1', [mia()]);
    await expectRefused(await signIn(), { reason: 'ACCOUNT_DEACTIVATED', code: 'ACCOUNT_DEACTIVATED' });
    expect(await placeOf(app, acme.organizationId, mia())).toBeNull();
  });

  it('150: make nobody a member whose event can’t be written', async () => {
    await updateSsoMembership(acme.owner, connectionId(), {});
    await app.database.query(`
      create function no_new_members() returns trigger language plpgsql as
        $$ begin if new.action = 'member.added' then raise 'no'; end if; return new; end $$;
      create trigger no_new_members before insert on audit_events for each row execute function no_new_members()`);
    await signIn();
    await app.database.query('drop function no_new_members cascade');
    const { rows } = await app.database.query('select 1 from users where email = $1', [mia()]);
    expect([rows, await placeOf(app, acme.organizationId, mia())]).toEqual([[], null]);
  });
});
