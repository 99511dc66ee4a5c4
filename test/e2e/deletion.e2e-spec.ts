import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { createCast, createCompleteTenant } from '../support/complete-tenant.js';
import {
  deletedOrganizations,
  deletedProjects,
  deleteOrganization,
  deleteProject,
  endGrace,
  purge,
  restoreOrganization,
  restoreProject,
} from '../support/deletions.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, tokenIn } from '../support/invitations.js';
import { changeRole, removeMember } from '../support/members.js';
import { createApiKey, createProject } from '../support/projects.js';
import { rowDigests } from '../support/row-digests.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { createSetupLink } from '../support/setup-links.js';
import { attemptSignIn, createTenant, verifiedDomain, whoIs } from '../support/sso.js';
import { actionsOf } from '../support/trail.js';
import { withinASecond } from '../support/within-a-second.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };
const DAY_MS = 24 * 60 * 60 * 1000;
const code = (expected: string) => expect.objectContaining({ code: expected });

let app: TestApp;
let mails: MailSink;
let provider: HostileProvider;
let owner: Person;
let organizationId: string;
let slug: string;

beforeAll(async () => {
  [mails, provider] = [await startMailSink(), await startHostileProvider(client)];
  app = await startTestApp({
    SMTP_URL: mails.url,
    OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
    DELETION_GRACE_DAYS: '3',
  });
});
afterAll(async () => {
  await app.stop();
  await Promise.all([mails.stop(), provider.stop()]);
});
beforeEach(async () => {
  owner = await createPerson(app);
  ({ id: organizationId, slug } = await createOrganization(owner, 'Acme & Sons'));
});

/** Everything but what tells that it was deleted and is back. */
const everything = () => rowDigests(app, ['deletions', 'set_aside_rows', 'audit_events', 'audit_chains', 'sessions']);
const verify = (secretKey: string) => app.browser({ bearer: secretKey }).postJson('/api/keys/verify', {});
const visible = async ({ browser }: Person) =>
  (await browser.graphql('query ($id: ID!) { organization(id: $id) { name } }', { id: organizationId })).data;

describe('deleting an organization', () => {
  it('takes whoever types its name or its slug at their word, and no person who types something else or nothing', async () => {
    for (const typed of [null, '', 'Acme', 'acme & sons', `${slug} `])
      await expect(deleteOrganization(owner, { organizationId, confirmation: typed })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        message: `Type the name or the slug of what is to be deleted: ${slug}.`,
        fields: [{ field: 'confirmation' }],
      });
    expect(await visible(owner)).toEqual({ organization: { name: 'Acme & Sons' } });
    for (const typed of ['Acme & Sons', slug]) {
      await deleteOrganization(owner, { organizationId, confirmation: typed });
      expect(await visible(owner)).toEqual({ organization: null });
      await restoreOrganization(owner, { organizationId });
    }
  });

  it('is typed by a person who administers the instance too, and need not be by a program, which types nothing wrong either', async () => {
    const administrator = await createPerson(app);
    await app.database.query('update users set instance_administrator = true where id = $1', [administrator.id]);
    const permissions = ['organization.delete', 'project.delete'];
    const { secretKey } = await createApiKey(owner.browser, { organizationId, permissions });
    const key = { browser: app.browser({ bearer: secretKey }) };
    const { id: projectId } = await createProject(owner.browser, organizationId);
    const untyped = { confirmation: null };
    const refused = [
      [() => deleteOrganization(administrator, { organizationId, ...untyped }), `: ${slug}.`],
      [() => deleteOrganization({ browser: app.admin() }, { organizationId, confirmation: 'Acme' }), `: ${slug}.`],
      [() => deleteOrganization(key, { organizationId, confirmation: 'Acme' }), 'deleted.'],
      [() => deleteProject(key, { projectId, confirmation: 'Chut' }), 'deleted.'],
    ] as const;
    for (const [call, told] of refused)
      await expect(call()).rejects.toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringContaining(told) });
    await deleteProject(key, { projectId, ...untyped });
    await deleteOrganization(key, { organizationId, ...untyped });
    await restoreOrganization(owner, { organizationId });
    await deleteOrganization({ browser: app.admin() }, { organizationId, ...untyped });
    expect(await visible(owner)).toEqual({ organization: null });
  });

  it('hides it from everybody at once, and shows its owners until when it can come back', async () => {
    const admin = await createPerson(app);
    await addMember(app, organizationId, admin, 'ADMIN');
    const { thing, goneAt } = await deleteOrganization(owner, { organizationId });
    expect(thing).toEqual({ id: organizationId, name: 'Acme & Sons', slug });
    expect((Date.parse(goneAt ?? '') - Date.now()) / DAY_MS).toBeCloseTo(3, 2);

    const seen = { id: organizationId, name: 'Acme & Sons', slug, deletedBy: owner.email, goneAt };
    expect(await deletedOrganizations(owner)).toMatchObject([seen]);
    expect(await deletedOrganizations({ browser: app.admin() })).toEqual(
      expect.arrayContaining([expect.objectContaining(seen)]),
    );
    for (const person of [admin, await createPerson(app)]) {
      expect(await deletedOrganizations(person)).toEqual([]);
      await expect(restoreOrganization(person, { organizationId })).rejects.toEqual(code('NOT_FOUND'));
    }
    const { data } = await owner.browser.graphql(
      '{ organizations { nodes { id } } viewer { organizations { totalCount } } }',
    );
    expect(data).toEqual({ organizations: { nodes: [] }, viewer: { organizations: { totalCount: 0 } } });
  });

  it('tells each owner who did it and until when it can be undone', async () => {
    const coOwner = await createPerson(app);
    await addMember(app, organizationId, coOwner, 'OWNER');
    const { goneAt } = await deleteOrganization(owner, { organizationId });
    const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(goneAt ?? ''));
    for (const { email } of [owner, coOwner]) {
      const { subject, text } = await mails.next(({ to }) => to.includes(email));
      expect(subject).toBe('Acme & Sons was deleted');
      for (const told of [owner.email.replace('@', '@\u2060').replace('.', '.\u2060'), day, organizationId])
        expect(text).toContain(told);
    }
  });

  it('takes its keys and the sessions that its single sign-on has opened, and no others', async () => {
    const {
      owner: boss,
      organizationId: id,
      connection,
    } = await createTenant(app, 'acme.test', { ...client, issuer: provider.issuer });
    const project = await createProject(boss.browser, id);
    const keys = [
      await createApiKey(boss.browser, { organizationId: id, permissions: ['organization.read'] }),
      await createApiKey(boss.browser, { projectId: project.id }),
    ];
    const { browser } = await attemptSignIn(app, provider, connection.key, { sub: 'ada', email: 'ada@acme.test' });
    expect(await whoIs(browser)).toBe('ada@acme.test');
    for (const { secretKey } of keys) expect((await verify(secretKey)).status).toBe(200);

    await deleteOrganization(boss, { organizationId: id });
    for (const { secretKey } of keys) {
      expect(await withinASecond(401, async () => (await verify(secretKey)).status)).toBe(401);
      expect((await verify(secretKey)).json()).toEqual({ valid: false, code: 'INVALID_KEY' });
      const called = await app.browser({ bearer: secretKey }).postJson('/graphql', { query: '{ viewer { kind } }' });
      expect(called.status).toBe(401);
    }
    expect([await whoIs(browser), await whoIs(boss.browser)]).toEqual([null, boss.email]);
    const discovered = await app.browser().postJson('/api/auth/discover', { email: 'ada@acme.test' });
    expect(discovered.json()).toMatchObject({ next: 'password' });
    const refused = await attemptSignIn(app, provider, connection.key, { sub: 'ada', email: 'ada@acme.test' });
    expect(await whoIs(refused.browser)).toBeNull();

    await restoreOrganization(boss, { organizationId: id });
    for (const { secretKey } of keys) expect((await verify(secretKey)).status).toBe(200);
    expect(await whoIs(browser)).toBeNull();
    const again = await attemptSignIn(app, provider, connection.key, { sub: 'ada', email: 'ada@acme.test' });
    expect(await whoIs(again.browser)).toBe('ada@acme.test');
  });

  it('closes the ways in that lie in somebody’s mailbox, until it is back', async () => {
    const invitee = await createPerson(app);
    await inviteMember(owner, { organizationId, email: invitee.email, role: 'VIEWER' });
    const invitation = tokenIn(await mails.next(({ to }) => to.includes(invitee.email)));
    const setupLink = await createSetupLink(owner, { organizationId });
    const opened = async () => (await app.browser().get(setupLink.path)).status;
    expect(await opened()).toBe(200);

    await deleteOrganization(owner, { organizationId });
    await expect(acceptInvitation(invitee, invitation)).rejects.toEqual(code('INVITATION_INVALID'));
    expect(await opened()).toBe(410);
    await restoreOrganization(owner, { organizationId });
    expect(await opened()).toBe(200);
    await acceptInvitation(invitee, invitation);
    expect(await visible(invitee)).toEqual({ organization: { name: 'Acme & Sons' } });
  });

  it('is undone to the last byte of every table', async () => {
    const cast = await createCast(app);
    const tenant = await createCompleteTenant(app, cast);
    const ofTenant = 'select * from api_key_uses where user_agent = $1 order by api_key_id';
    const usesOfKeys = async () => (await app.database.query<object>(ofTenant, [`agent-${tenant.marker}`])).rows;
    const [before, uses] = [await everything(), await usesOfKeys()];
    await deleteOrganization(cast.owner, { organizationId: tenant.organizationId });
    const between = await everything();
    expect(between).not.toEqual(before);
    expect([uses.length, await usesOfKeys()]).toEqual([3, []]);
    const { rows } = await app.database.query<{ kept: string }>(
      'select distinct table_name as kept from set_aside_rows',
    );
    expect(rows.length).toBeGreaterThan(12);

    await restoreOrganization(cast.coOwner, { organizationId: tenant.organizationId });
    expect(await everything()).toEqual(before);
    expect(await usesOfKeys()).toEqual(uses);
    expect(await deletedProjects(cast.owner, tenant.organizationId)).toMatchObject([{ id: tenant.deletedProjectId }]);
    expect((await actionsOf(app, tenant.organizationId)).slice(-2)).toEqual([
      'organization.deleted',
      'organization.restored',
    ]);
  });

  it('leaves its slug to its owners, and its domains to whoever proves them', async () => {
    const domainId = await verifiedDomain(app, organizationId, 'sons.test');
    await deleteOrganization(owner, { organizationId });
    const create =
      'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } } }';
    const take = async (person: Person) =>
      await person.browser.graphql<{ createOrganization: { organization: { id: string } } }>(create, {
        input: { name: 'New', slug },
      });
    const stranger = await createPerson(app);
    expect((await take(stranger)).errors[0]?.extensions.code).toBe('CONFLICT');
    expect((await take(owner)).errors).toEqual([]);
    await verifiedDomain(app, (await createOrganization(stranger)).id, 'sons.test');

    await expect(restoreOrganization(owner, { organizationId })).rejects.toEqual(code('CONFLICT'));
    expect(await restoreOrganization(owner, { organizationId, slug: `${slug}-2` })).toMatchObject({
      slug: `${slug}-2`,
    });
    const { rows } = await app.database.query('select status from domains where id = $1', [domainId]);
    expect(rows).toEqual([{ status: 'LAPSED' }]);
    const trail = await app.database.query(
      'select after from audit_events where chain_id = $1 order by sequence desc limit 1',
      [organizationId],
    );
    expect(trail.rows).toMatchObject([{ after: { lostDomains: ['sons.test'] } }]);
  });

  it('is for good when the grace ends, and on the trail, which the instance’s administrator reads', async () => {
    await deleteOrganization(owner, { organizationId });
    await endGrace(app);
    await purge(app);
    expect(await deletedOrganizations(owner)).toEqual([]);
    await expect(restoreOrganization(owner, { organizationId })).rejects.toEqual(code('NOT_FOUND'));
    await purge(app);

    const read =
      'query ($id: ID!) { auditEvents(organizationId: $id, first: 2) { nodes { action actor { label } } } verifyAuditTrail(organizationId: $id) { intact } }';
    const { data } = await app.admin().graphql(read, { id: organizationId });
    expect(data).toEqual({
      auditEvents: {
        nodes: [
          { action: 'organization.purged', actor: { label: 'Gatehouse' } },
          { action: 'organization.deleted', actor: { label: owner.email } },
        ],
      },
      verifyAuditTrail: { intact: true },
    });
    expect((await app.admin().graphql(read, { id: 'never-was' })).errors[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await owner.browser.graphql(read, { id: organizationId })).errors[0]?.extensions.code).toBe('NOT_FOUND');
    const { rows } = await app.database.query('select from set_aside_rows where row::text like $1', [
      `%${organizationId}%`,
    ]);
    expect(rows).toEqual([]);
  });

  it('cannot be undone once the grace is over, though the clock has not come round yet', async () => {
    await deleteOrganization(owner, { organizationId });
    await endGrace(app);
    expect(await deletedOrganizations(owner)).toEqual([]);
    await expect(restoreOrganization(owner, { organizationId })).rejects.toEqual(code('NOT_FOUND'));
  });

  it('is purged once by many processes, and brought back once by many calls', async () => {
    await deleteOrganization(owner, { organizationId });
    const tries = await Promise.allSettled([1, 2, 3].map(() => restoreOrganization(owner, { organizationId })));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await deleteOrganization(owner, { organizationId });
    await endGrace(app);
    await Promise.all([purge(app), purge(app), purge(app)]);
    const since = (await actionsOf(app, organizationId)).slice(2);
    expect(since.filter((action) => action !== 'operation.refused')).toEqual([
      ...['organization.deleted', 'organization.restored', 'organization.deleted', 'organization.purged'],
    ]);
  });
});

describe('deleting a project', () => {
  let admin: Person;
  let projectId: string;
  beforeEach(async () => {
    admin = await createPerson(app);
    await addMember(app, organizationId, admin, 'ADMIN');
    projectId = (await createProject(owner.browser, organizationId, 'Chat')).id;
  });

  const setRole = (userId: string, role: string) =>
    owner.browser.graphql(
      'mutation ($input: SetProjectRoleInput!) { setProjectRole(input: $input) { member { role } } }',
      { input: { projectId, userId, role } },
    );

  it('asks for the word of whoever types, and is undone with its keys by whoever might delete it', async () => {
    const { secretKey } = await createApiKey(owner.browser, { projectId });
    for (const typed of ['Chut', null])
      await expect(deleteProject(admin, { projectId, confirmation: typed })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        fields: [{ field: 'confirmation' }],
      });
    const { goneAt } = await deleteProject(admin, { projectId, confirmation: 'Chat' });
    expect((await verify(secretKey)).status).toBe(401);
    const member = await createPerson(app);
    await addMember(app, organizationId, member, 'MEMBER');
    expect(await deletedProjects(admin, organizationId)).toMatchObject([
      { id: projectId, deletedBy: admin.email, goneAt },
    ]);
    expect(await deletedProjects(member, organizationId)).toEqual([]);
    await expect(restoreProject(member, { projectId })).rejects.toEqual(code('NOT_FOUND'));

    expect(await restoreProject(admin, { projectId })).toMatchObject({ id: projectId, name: 'Chat' });
    expect((await verify(secretKey)).status).toBe(200);
    expect(await deletedProjects(admin, organizationId)).toEqual([]);
    expect((await actionsOf(app, organizationId)).filter((action) => /^project\.(del|res)/.test(action))).toEqual([
      'project.deleted',
      'project.restored',
    ]);
  });

  it('remembers who had which role in it', async () => {
    const lead = await createPerson(app);
    await addMember(app, organizationId, lead, 'VIEWER');
    await setRole(lead.id, 'ADMIN');
    await setRole(admin.id, 'NONE');
    await deleteProject(owner, { projectId });
    expect(await deletedProjects(admin, organizationId)).toEqual([]);
    await expect(restoreProject(admin, { projectId })).rejects.toEqual(code('NOT_FOUND'));
    expect(await deletedProjects(lead, organizationId)).toMatchObject([{ id: projectId }]);
    await restoreProject(lead, { projectId });
    await expect(deleteProject(admin, { projectId })).rejects.toEqual(code('NOT_FOUND'));
  });

  it('brings back neither the keys nor the roles of somebody who has left meanwhile, though they have come again', async () => {
    await setRole(admin.id, 'OWNER');
    const kept = await createApiKey(owner.browser, { projectId });
    const left = await createApiKey(admin.browser, { projectId });
    await deleteProject(owner, { projectId });
    await removeMember(owner, organizationId, admin.id);
    await expect(restoreProject(admin, { projectId })).rejects.toEqual(code('NOT_FOUND'));
    await addMember(app, organizationId, admin, 'VIEWER');
    await expect(restoreProject(admin, { projectId })).rejects.toEqual(code('NOT_FOUND'));

    await restoreProject(owner, { projectId });
    expect([(await verify(kept.secretKey)).status, (await verify(left.secretKey)).status]).toEqual([200, 401]);
    expect((await actionsOf(app, organizationId)).slice(-2)).toEqual(['project.restored', 'apiKey.revoked']);
    const { rows } = await app.database.query('select from project_roles where project_id = $1', [projectId]);
    expect(rows).toEqual([]);
  });

  it('gives its slug away at once, and comes back under another', async () => {
    const { thing } = await deleteProject(owner, { projectId });
    const create = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }';
    const { errors } = await owner.browser.graphql(create, {
      input: { organizationId, name: 'Chat', slug: thing.slug },
    });
    expect(errors).toEqual([]);
    await expect(restoreProject(owner, { projectId })).rejects.toEqual(code('CONFLICT'));
    expect(await deletedProjects(owner, organizationId)).toHaveLength(1);
    expect(await restoreProject(owner, { projectId, slug: 'chat-again' })).toMatchObject({ slug: 'chat-again' });
  });

  it('waits with its organization, and counts its own days', async () => {
    await deleteProject(owner, { projectId });
    await deleteOrganization(owner, { organizationId });
    await expect(restoreProject(owner, { projectId })).rejects.toEqual(code('NOT_FOUND'));
    await restoreOrganization(owner, { organizationId });
    expect(await deletedProjects(owner, organizationId)).toMatchObject([{ id: projectId }]);
    await endGrace(app);
    await purge(app);
    expect(await deletedProjects(owner, organizationId)).toEqual([]);
    expect((await actionsOf(app, organizationId)).at(-1)).toBe('project.purged');
  });

  it('asks who restores for what the organization asks of whoever enters', async () => {
    await deleteProject(owner, { projectId });
    await app.database.query(
      `insert into security_policies (organization_id, second_factor_required) values ($1, true)`,
      [organizationId],
    );
    await expect(restoreProject(owner, { projectId })).rejects.toEqual(code('SECOND_FACTOR_REQUIRED'));
    expect(await restoreProject({ browser: app.admin() }, { projectId })).toMatchObject({ id: projectId });
  });

  it('is undone by a key of the organization that might delete it, and by no other', async () => {
    const key = async (permissions: string[]) =>
      app.browser({ bearer: (await createApiKey(owner.browser, { organizationId, permissions })).secretKey });
    const [deleting, reading] = [await key(['project.delete']), await key(['project.read', 'organization.read'])];
    await deleteProject({ browser: deleting }, { projectId });
    await expect(restoreProject({ browser: reading }, { projectId })).rejects.toEqual(code('NOT_FOUND'));
    expect(await restoreProject({ browser: deleting }, { projectId })).toMatchObject({ id: projectId });
  });

  it('asks who restores for their role of today', async () => {
    await deleteProject(owner, { projectId });
    await changeRole(owner, organizationId, admin.id, 'MEMBER');
    await expect(restoreProject(admin, { projectId })).rejects.toEqual(code('NOT_FOUND'));
  });
});

describe('where nothing can be undone', () => {
  it('deletes for good at once, and says so', async () => {
    const strict = await startTestApp({ DELETION_GRACE_DAYS: '0', SMTP_URL: mails.url });
    try {
      const person = await createPerson(strict);
      const { id } = await createOrganization(person, 'Brief');
      const { id: project } = await createProject(person.browser, id);
      expect((await deleteProject(person, { projectId: project })).goneAt).toBeNull();
      expect((await deleteOrganization(person, { organizationId: id })).goneAt).toBeNull();
      expect(await deletedOrganizations(person)).toEqual([]);
      const { rows } = await strict.database.query('select from organizations union all select from deletions');
      expect(rows).toEqual([]);
      const { text } = await mails.next(({ to }) => to.includes(person.email));
      expect(text).toContain('It cannot be brought back.');
    } finally {
      await strict.stop();
    }
  });
});
