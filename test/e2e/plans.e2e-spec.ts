import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MembershipChanges } from '../../src/organizations/members/membership-changes.service.js';
import { Database } from '../../src/platform/database/database.js';
import { anonymous } from '../../src/policy/actor.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { countStatements } from '../support/statements.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, resendInvitation, revokeInvitation } from '../support/invitations.js';
import { leaveOrganization } from '../support/members.js';
import { mutate } from '../support/mutate.js';
import { bookPlan, entitlementsOf } from '../support/plans.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { attemptSignIn, createTenant, expectRefused, moveSso, whoIs, type Tenant } from '../support/sso.js';
import { placeOf, updateSsoMembership } from '../support/sso-membership.js';
import { createDirectoryTenant, patchScim, provision } from '../support/scim.js';
import { readTrace } from '../support/traces.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };
const noSeat = (used: number, seats = used, plan = 'hobby') => ({
  code: 'ENTITLEMENT_REQUIRED',
  extensions: { plan, seats, used },
});

describe('plans', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let owner: Person;
  let acme: { id: string };

  beforeAll(async () => {
    const file = path.join(tmpdir(), `gatehouse-${randomUUID()}.yaml`);
    await writeFile(file, 'auth: { default_team: everybody, default_role: viewer }');
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', CONFIG_FILE: file });
    await rm(file);
    owner = await createPerson(app);
  });
  beforeEach(async () => {
    acme = await createOrganization(owner);
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const book = (plan: string, seats?: number, requestId?: string) => bookPlan(app, acme.id, plan, seats, requestId);
  const used = async () => (await entitlementsOf(owner, acme.id)).seatsUsed;
  const invite = (email: string) => inviteMember(owner, { organizationId: acme.id, email, role: 'VIEWER' });

  async function invited(person: Person): Promise<{ id: string; token: string }> {
    const { id } = await invite(person.email);
    const token = randomUUID();
    await app.database.query(`update invitations set token_digest = sha256(convert_to($2, 'UTF8')) where id = $1`, [
      id,
      token,
    ]);
    return { id, token };
  }

  it('are shown to everybody with what they include', async () => {
    const { data } = await app.browser().graphql('{ plans { name sso scim seats } }');
    expect(data).toEqual({
      plans: [
        { name: 'hobby', sso: false, scim: false, seats: 2 },
        { name: 'core', sso: false, scim: false, seats: null },
        { name: 'pro', sso: false, scim: false, seats: null },
        { name: 'pro+teams', sso: true, scim: true, seats: null },
        { name: 'enterprise', sso: true, scim: true, seats: null },
        { name: 'self-hosted', sso: true, scim: true, seats: null },
      ],
    });
  });

  it('tell what of them is in use in as many statements for many people as for one', async () => {
    const ask = () => entitlementsOf(owner, acme.id);
    const alone = await countStatements(app, ask);
    for (let more = 0; more < 3; more += 1) {
      await addMember(app, acme.id, await createPerson(app), 'VIEWER');
      await invite(`${randomUUID()}@example.test`);
    }
    expect(await countStatements(app, ask)).toBe(alone);
    expect(await ask()).toEqual({ sso: true, scim: true, seats: null, seatsUsed: 7 });
  });

  it('are changed by the administrator of the instance, on the trail, and once', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await book('core', 7, first)).toEqual({ plan: 'core', sso: false, scim: false, seats: 7, seatsUsed: 1 });
    expect(await book('core', 7, second)).toMatchObject({ plan: 'core', seats: 7 });
    expect(await trailOfRequest(app, second)).toEqual([]);
    expect(await trailOfRequest(app, first)).toEqual([
      expect.objectContaining({
        action: 'organization.planUpdated',
        resource_id: acme.id,
        before: { plan: 'self-hosted', seats: null },
        after: { plan: 'core', seats: 7 },
      }),
    ]);
    expect(await book('pro+teams')).toEqual({ plan: 'pro+teams', sso: true, scim: true, seats: null, seatsUsed: 1 });
  });

  it.each([
    ['a plan that there is not', { plan: 'gold' }],
    ['no seats at all', { plan: 'core', seats: 0 }],
    ['half a seat', { plan: 'core', seats: 1.5 }],
  ])('refuse %s', async (_what, input) => {
    const { errors } = await app
      .admin()
      .graphql(
        'mutation ($input: UpdateOrganizationPlanInput!) { updateOrganizationPlan(input: $input) { organization { id } } }',
        { input: { organizationId: acme.id, ...input } },
      );
    expect(errors).toHaveLength(1);
    expect(await entitlementsOf(owner, acme.id)).toMatchObject({ seats: null, sso: true });
  });

  it('of an organization that there is not are not found', async () => {
    await expect(bookPlan(app, randomUUID(), 'core')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  describe('have seats, which', () => {
    it('members and waiting invitations take; who leaves, and what is withdrawn or over, frees one', async () => {
      await book('hobby');
      const [ada, eve] = [await createPerson(app), await createPerson(app)];
      const first = await invited(ada);
      expect(await used()).toBe(2);
      await expect(invite(eve.email)).rejects.toMatchObject({
        ...noSeat(2),
        message: expect.stringContaining('core, pro, pro+teams, enterprise, self-hosted'),
        extensions: { plans: ['core', 'pro', 'pro+teams', 'enterprise', 'self-hosted'] },
      });

      await acceptInvitation(ada, first.token);
      expect(await used()).toBe(2);
      await leaveOrganization(ada, acme.id);
      const second = await invited(eve);
      await revokeInvitation(owner, second.id);
      const third = await invited(eve);
      await app.database.query('update invitations set expires_at = now() where id = $1', [third.id]);
      expect(await used()).toBe(1);
    });

    it('an invitation keeps when it is replaced or sent again, and has lost when it was over meanwhile', async () => {
      await book('hobby');
      const [ada, eve] = [await createPerson(app), await createPerson(app)];
      await invited(ada);
      const { id } = await invited(ada);
      await resendInvitation(owner, id);
      await app.database.query('update invitations set expires_at = now() where id = $1', [id]);
      await invite(eve.email);
      await expect(resendInvitation(owner, id)).rejects.toMatchObject(noSeat(2));
      const { rows } = await app.database.query('select expires_at > now() as open from invitations where id = $1', [
        id,
      ]);
      expect(rows).toEqual([{ open: false }]);
    });

    it('nobody has by an invitation of a day when there were more', async () => {
      const ada = await createPerson(app);
      const { token } = await invited(ada);
      await addMember(app, acme.id, await createPerson(app), 'VIEWER');
      await app.database.query(`update organizations set plan = 'hobby' where id = $1`, [acme.id]);
      await expect(acceptInvitation(ada, token)).rejects.toMatchObject(noSeat(2));
      expect(await used()).toBe(3);
      await book('hobby', 3);
      await acceptInvitation(ada, token);
      expect(await used()).toBe(3);
    });

    it('a new account of the administrator’s takes too', async () => {
      await book('hobby', 1);
      const input = { email: `${randomUUID()}@example.test`, organizationId: acme.id };
      await expect(mutate(app.admin(), 'createUser', input, 'user { id }')).rejects.toMatchObject(noSeat(1));
      const { rows } = await app.database.query('select 1 from users where email = $1', [input.email]);
      expect(rows).toEqual([]);
      await book('hobby');
      await mutate(app.admin(), 'createUser', input, 'user { id }');
    });

    it('is one for who is invited, and has become a member in another way meanwhile', async () => {
      await book('hobby');
      const email = `${randomUUID()}@example.test`;
      await invite(email);
      await mutate(app.admin(), 'createUser', { email, organizationId: acme.id }, 'user { id }');
      expect(await used()).toBe(2);
    });

    it('is there in any case for whom the server’s configuration names', async () => {
      await book('hobby', 1);
      const ada = await createPerson(app);
      const membership = { organizationId: acme.id, userId: ada.id, role: 'OWNER', source: 'CONFIGURATION' } as const;
      const actor = anonymous({ ip: null, userAgent: null, requestId: 'start' });
      await app.nest
        .get(Database, { strict: false })
        .transaction((tx) => app.nest.get(MembershipChanges, { strict: false }).add(tx, actor, membership));
      expect(await entitlementsOf(owner, acme.id)).toMatchObject({ seats: 1, seatsUsed: 2 });
    });

    it('is free while a directory has deactivated somebody, who comes back where there is one', async () => {
      const tenant = await createDirectoryTenant(app);
      const ada = await provision(tenant, 'ada');
      await bookPlan(app, tenant.organizationId, 'self-hosted', 2);
      const usedThere = async () => (await entitlementsOf(tenant.owner, tenant.organizationId)).seatsUsed;
      const active = (id: string, value: boolean) =>
        patchScim(tenant, `/Users/${id}`, [{ op: 'replace', value: { active: value } }]);
      expect([await usedThere(), (await active(ada.id, false)).status, await usedThere()]).toEqual([2, 200, 1]);
      const grace = await provision(tenant, 'grace');
      const refused = await active(ada.id, true);
      expect([refused.status, refused.json<{ code: string }>().code]).toEqual([403, 'ENTITLEMENT_REQUIRED']);
      const { rows } = await app.database.query('select deactivated_at is null as back from users where id = $1', [
        ada.id,
      ]);
      expect(rows).toEqual([{ back: false }]);
      await active(grace.id, false);
      expect([(await active(ada.id, true)).status, await usedThere()]).toEqual([200, 2]);
    });

    it('are not fewer than are taken', async () => {
      await addMember(app, acme.id, await createPerson(app), 'VIEWER');
      await invite('waiting@example.test');
      await expect(book('hobby')).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
        extensions: { plan: 'hobby', seats: 2, used: 3 },
      });
      expect(await book('hobby', 3)).toEqual({ plan: 'hobby', sso: false, scim: false, seats: 3, seatsUsed: 3 });
    });

    it('the default team has none of left: whoever is new comes in without, and its trail says why', async () => {
      const { organization } = await mutate<{ organization: { id: string } }>(
        owner.browser,
        'createOrganization',
        { name: 'Everybody', slug: 'everybody' },
        'organization { id }',
      );
      const { id } = organization;
      await bookPlan(app, id, 'core', 1);
      const signUp = async () => {
        const [email, requestId] = [`${randomUUID()}@example.test`, randomUUID()];
        const body = { email, name: 'New', password: 'correct horse battery' };
        const answer = await app
          .browser()
          .postJson('/api/auth/signup', body, { headers: { 'x-request-id': requestId } });
        return { email, status: answer.status, trail: await trailOfRequest(app, requestId) };
      };
      const late = await signUp();
      expect([late.status, await placeOf(app, id, late.email)]).toEqual([201, null]);
      expect(late.trail).toContainEqual(
        expect.objectContaining({
          action: 'member.refused',
          outcome: 'REFUSED',
          after: { reason: 'NO_SEAT', role: 'VIEWER', source: 'DEFAULT' },
        }),
      );
      await bookPlan(app, id, 'core', 2);
      const inTime = await signUp();
      expect(await placeOf(app, id, inTime.email)).toEqual({ role: 'VIEWER', source: 'DEFAULT' });
    });
  });

  describe('and single sign-on', () => {
    let tenant: Tenant;
    let domain: string;
    beforeEach(async () => {
      domain = `${randomUUID().slice(0, 8)}.test`;
      tenant = await createTenant(app, domain, { issuer: provider.issuer, ...client });
      provider.signInAs({ sub: randomUUID(), email: mia() });
    });
    const mia = () => `mia@${domain}`;
    const bookForTenant = (plan: string, seats?: number) => bookPlan(app, tenant.organizationId, plan, seats);
    const inUse = () => ({
      code: 'PRECONDITION_FAILED',
      extensions: { plan: 'pro', connections: [tenant.connection.key] },
    });
    const place = () => placeOf(app, tenant.organizationId, mia());

    it('that is in use keeps its plan: nobody is locked out, and no password let in, along with it', async () => {
      await expect(bookForTenant('pro')).rejects.toMatchObject(inUse());
      await moveSso(tenant.owner, 'enforceSso', tenant.connection.id);
      await expect(bookForTenant('pro')).rejects.toMatchObject(inUse());
      expect(await bookForTenant('pro+teams')).toMatchObject({ plan: 'pro+teams' });
      expect(await whoIs((await attemptSignIn(app, provider, tenant.connection.key)).browser)).toBe(mia());
    });

    it('that is planned to be enforced keeps it too', async () => {
      await moveSso(tenant.owner, 'disableSso', tenant.connection.id);
      await app.database.query(
        `update sso_connections set enforcement_starts_at = now() + interval '1 day' where id = $1`,
        [tenant.connection.id],
      );
      await expect(bookForTenant('pro')).rejects.toMatchObject(inUse());
    });

    it('that is switched off stays as it is, and is put to use again by no plan that has none', async () => {
      await moveSso(tenant.owner, 'disableSso', tenant.connection.id);
      await bookForTenant('pro');
      await expect(moveSso(tenant.owner, 'activateSso', tenant.connection.id)).rejects.toMatchObject({
        code: 'ENTITLEMENT_REQUIRED',
        extensions: { plan: 'pro', plans: ['pro+teams', 'enterprise', 'self-hosted'] },
      });
      await bookForTenant('enterprise');
      expect(await moveSso(tenant.owner, 'activateSso', tenant.connection.id)).toMatchObject({ state: 'ACTIVE' });
    });

    it('is not both activated and taken away at once', async () => {
      for (let round = 0; round < 20; round += 1) {
        await bookForTenant('enterprise');
        await moveSso(tenant.owner, 'disableSso', tenant.connection.id);
        await Promise.allSettled([bookForTenant('pro'), moveSso(tenant.owner, 'activateSso', tenant.connection.id)]);
        const { rows } = await app.database.query<{ plan: string; state: string }>(
          `select o.plan, c.state from organizations o join sso_connections c on c.organization_id = o.id where o.id = $1`,
          [tenant.organizationId],
        );
        expect(rows).not.toEqual([{ plan: 'pro', state: 'ACTIVE' }]);
      }
    });

    it('makes nobody a member for whom there is no seat: they are refused, with the cause, and have no account', async () => {
      await bookForTenant('enterprise', 1);
      await updateSsoMembership(tenant.owner, tenant.connection.id, {});
      const attempt = await attemptSignIn(app, provider, tenant.connection.key);
      await expectRefused(attempt, { reason: 'NO_SEAT', code: 'NO_SEAT' });
      const { rows } = await app.database.query('select 1 from users where email = $1', [mia()]);
      expect([rows, await place()]).toEqual([[], null]);
      const page = await attempt.browser.get(attempt.answer.location!);
      expect(page.text).toContain('has no seat left for you');
      expect(await readTrace(tenant.owner, attempt.error.get('ref')!)).toMatchObject({
        cause: 'NO_SEAT',
        remedy: 'Remove a member, withdraw an invitation, or get more seats.',
        steps: expect.arrayContaining([
          expect.objectContaining({
            step: 'ACCOUNT_JUDGED',
            passed: false,
            expected: 'a free seat in the organization',
          }),
        ]),
      });

      await bookForTenant('enterprise', 2);
      await attemptSignIn(app, provider, tenant.connection.key);
      expect(await place()).toEqual({ role: 'VIEWER', source: 'SSO' });
      await bookForTenant('enterprise', 2);
      expect(await whoIs((await attemptSignIn(app, provider, tenant.connection.key)).browser)).toBe(mia());
    });
  });
});
