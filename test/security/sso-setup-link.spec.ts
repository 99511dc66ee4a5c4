import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SsoSetupService } from '../../src/onboarding/sso-setup/sso-setup.service.js';
import { SsoSetupVisits } from '../../src/onboarding/sso-setup/sso-setup-visit.service.js';
import type { Scope } from '../../src/policy/actor.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addDomain } from '../support/domains.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { createApiKey } from '../support/projects.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { createClient, type HttpClient } from '../support/servers/http-client.js';
import { createSetupLink, revokeSetupLink, valueIn, wordsOf, type CreatedSetupLink } from '../support/setup-links.js';
import { configureSso, createTenant, verifiedDomain, type Tenant } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'S3cret-that-nobody-may-ever-read' };
const viewer = '{ viewer { apiKey { id } user { email } } }';

describe('whoever has a setup link', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let owner: Person;
  let organizationId: string;
  let domain: string;
  let domainId: string;
  let link: CreatedSetupLink;
  let visitor: HttpClient;
  /** Somebody else's. */
  let foreign: Tenant;
  const written: string[] = [];

  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
      written.push(String(line));
      return true;
    });
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', LOG_LEVEL: 'debug' });
    foreign = await createTenant(app, 'foreign.test', { issuer: provider.issuer, ...client });
  });
  beforeEach(async () => {
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    domain = `${randomUUID().slice(0, 8)}.test`;
    domainId = await verifiedDomain(app, organizationId, domain);
    link = await createSetupLink(owner, { organizationId, domainId, note: 'IT' });
    visitor = app.browser();
    provider.signInAs({ sub: randomUUID(), email: `mia@${domain}` });
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
    jest.restoreAllMocks();
  });

  const form = (input: Readonly<Record<string, string>> = {}) => ({
    domain: domainId,
    provider: 'OKTA',
    issuer: provider.issuer,
    ...client,
    ...input,
  });
  const save = (input?: Readonly<Record<string, string>>) => visitor.postForm(`${link.path}/provider`, form(input));
  /** As the pages see one, for what none of them sends. */
  const visitOf = async (token: string) =>
    (await app.nest
      .get(SsoSetupVisits, { strict: false })
      .open(token, { ip: null, userAgent: null, requestId: 'test' }))!;
  const connectionOf = async (id: string) =>
    (await app.database.query('select * from sso_connections where domain_id = $1', [id])).rows as {
      id: string;
      state: string;
      client_id: string;
    }[];
  const begin = (connection: string) => visitor.postForm(`${link.path}/test`, { connection });
  const testPathIn = (text: string) => new URL(/url=([^"]+)"/.exec(text)![1]!).pathname;

  it('is nobody at the API, whatever way the token is shown', async () => {
    const told = [
      await createClient(app.url, { bearer: link.token }).graphql(viewer),
      await createClient(app.url, { basic: { user: link.id, password: link.token } }).graphql(viewer),
      await app.browser({ headers: { cookie: `gatehouse=${link.token}` } }).graphql(viewer),
      await app.browser().graphql(viewer),
    ];
    for (const { data, answer } of told) {
      expect(data).toBeNull();
      expect(answer.text).toContain('"code":"UNAUTHENTICATED"');
    }
    const rest = await app.browser({ headers: { cookie: `gatehouse=${link.token}` } }).get('/api/auth/session');
    expect(rest.status).toBe(401);
    const page = await visitor.get(link.path);
    expect(page.setCookies).toEqual([]);
  });

  it('is an actor with two permissions in one organization, and with none in its projects or elsewhere', async () => {
    const { actor } = await visitOf(link.token);
    const heldIn = async (scope: Scope) => [...(await actor.permissionsIn(scope))];
    const here = { organizationId, projectId: null };
    expect(await heldIn(here)).toEqual(['domains.manage', 'sso.manage']);
    expect(await heldIn({ ...here, projectId: randomUUID() })).toEqual([]);
    expect(await heldIn({ organizationId: foreign.organizationId, projectId: null })).toEqual([]);
    expect(actor).toMatchObject({
      kind: 'setupLink',
      id: link.id,
      label: 'Setup link for IT',
      isInstanceAdministrator: false,
      proof: null,
    });
    expect(await actor.roleIn(here)).toBeNull();
  });

  it('neither sees nor changes a connection that speaks for other domains too', async () => {
    const other = await verifiedDomain(app, organizationId, `shared-${domain}`);
    const { id, key } = await configureSso(owner, {
      domainId,
      provider: 'OKTA',
      issuer: provider.issuer,
      ...client,
      activate: false,
    });
    expect((await visitor.get(link.path)).text).toContain('saved, and not tested yet.');
    await app.database.query(
      'insert into sso_connection_domains (connection_id, domain_id, organization_id) values ($1, $2, $3)',
      [id, other, organizationId],
    );
    expect((await visitor.get(link.path)).text).not.toContain('saved, and not tested yet.');
    const refused = await save({ clientId: 'evil' });
    expect([refused.status, wordsOf(refused)]).toEqual([412, expect.stringContaining('for other domains too')]);
    expect((await begin(id)).status).toBe(404);
    expect(await connectionOf(domainId)).toEqual([expect.objectContaining({ key, client_id: client.clientId })]);
  });

  it('finds neither another organization’s domain and connection nor another domain of its own', async () => {
    const other = await verifiedDomain(app, organizationId, `other-${domain}`);
    const otherConnection = await configureSso(owner, {
      domainId: other,
      provider: 'OKTA',
      issuer: provider.issuer,
      ...client,
    });
    const before = [await connectionOf(other), await connectionOf(foreign.domainId)];
    const service = app.nest.get(SsoSetupService, { strict: false });
    const visit = await visitOf(link.token);

    for (const id of [other, foreign.domainId, randomUUID()]) {
      const answers = [
        await visitor.get(`${link.path}/provider?domain=${id}&provider=OKTA`),
        await visitor.postForm(`${link.path}/provider`, form({ domain: id })),
        await visitor.postForm(`${link.path}/check`, { domain: id }),
      ];
      for (const { status } of answers) expect(status).toBe(404);
      for (const settings of [form({ domain: id }), form({ provider: 'EVIL' })]) {
        expect((await visitor.postForm(`${link.path}/provider`, settings)).status).toBe(404);
      }
      const overview = await visitor.get(`${link.path}?domain=${id}`);
      expect(wordsOf(overview)).toContain(`${domain} is proven`);
      expect(overview.text).not.toContain(`other-${domain}`);
    }
    for (const id of [otherConnection.id, foreign.connection.id, randomUUID()])
      expect((await begin(id)).status).toBe(404);
    const settings = {
      domainId: other,
      provider: 'OKTA',
      issuer: provider.issuer,
      clientId: 'evil',
      activate: false,
    } as const;
    await expect(service.configure(visit, settings)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect([await connectionOf(other), await connectionOf(foreign.domainId)]).toEqual(before);
    const { rows: refused } = await app.database.query(
      `select 1 from audit_events where chain_id = $1 and actor_id = $2 and action = 'operation.refused'`,
      [organizationId, link.id],
    );
    expect(refused).toHaveLength(3 * 5 + 3);
    const { rows } = await app.database.query('select 1 from sso_test_runs where connection_id = any($1)', [
      [otherConnection.id, foreign.connection.id],
    ]);
    expect(rows).toEqual([]);
  });

  it('sees by a link without a domain those that were added by it, and is not told of the others', async () => {
    link = await createSetupLink(owner, { organizationId });
    const start = await visitor.get(link.path);
    expect(start.text).not.toContain(domain);
    expect((await visitor.postForm(`${link.path}/check`, { domain: domainId })).status).toBe(404);
    expect((await save()).status).toBe(404);

    const twice = await visitor.postForm(`${link.path}/domain`, { name: domain });
    expect([twice.status, wordsOf(twice)]).toEqual([409, expect.stringContaining('This domain cannot be added here.')]);
    expect((await visitor.postForm(`${link.path}/domain`, { name: `new-${domain}` })).status).toBe(303);
    const page = await visitor.get(link.path);
    expect(wordsOf(page)).toContain(`to prove new-${domain}, then`);
    expect(page.text).not.toContain(`>${domain}<`);
  });

  it('adds ten domains and no more, and leaves a proven one as it is', async () => {
    const proven = await visitor.postForm(`${link.path}/check`, { domain: domainId });
    expect(proven.status).toBe(303);
    const { rows } = await app.database.query('select status, last_checked_at from domains where id = $1', [domainId]);
    expect(rows).toEqual([{ status: 'VERIFIED', last_checked_at: null }]);

    link = await createSetupLink(owner, { organizationId });
    const add = (n: number) => visitor.postForm(`${link.path}/domain`, { name: `n${n}-${domain}` });
    for (let n = 0; n < 10; n += 1) expect((await add(n)).status).toBe(303);
    expect((await add(10)).status).toBe(412);
    const added = await app.database.query('select 1 from domains where organization_id = $1', [organizationId]);
    expect(added.rows).toHaveLength(11);
  });

  it('never sees a secret again, and cannot have it sent to a server of their own', async () => {
    const { id } = await configureSso(owner, {
      ...{ domainId, provider: 'OKTA', issuer: provider.issuer, ...client },
      activate: false,
    });
    const other = await startHostileProvider(client);
    const moved = await save({ issuer: other.issuer, clientSecret: '' });
    expect([moved.status, wordsOf(moved)]).toEqual([400, expect.stringContaining('enter the client secret again')]);
    await other.stop();
    const pages = [
      moved,
      await visitor.get(link.path),
      await visitor.get(`${link.path}/provider?domain=${domainId}&provider=OKTA`),
      await save({ issuer: 'wrong', clientSecret: client.clientSecret }),
    ];
    for (const page of pages) {
      expect(page.text).not.toContain(client.clientSecret);
      expect(valueIn(page, 'clientSecret')).toBeNull();
    }
    expect((await save({ clientId: 'renamed', clientSecret: '' })).status).toBe(303);
    expect(await connectionOf(domainId)).toEqual([
      expect.objectContaining({ id, client_id: 'renamed', state: 'DRAFT' }),
    ]);
  });

  it('cannot activate what they save, nor take any other step', async () => {
    expect((await save({ activate: 'true', state: 'ACTIVE', organizationId: foreign.organizationId })).status).toBe(
      303,
    );
    const settings = { domainId, provider: 'OKTA', clientId: 'active', activate: true } as const;
    await app.nest.get(SsoSetupService, { strict: false }).configure(await visitOf(link.token), settings);
    expect(await connectionOf(domainId)).toEqual([expect.objectContaining({ state: 'DRAFT', client_id: 'active' })]);
    for (const step of ['activate', 'enforce', 'disable', 'delete', 'promote', 'remove', 'members']) {
      expect((await visitor.postForm(`${link.path}/${step}`, { domain: domainId })).status).toBe(404);
    }
  });

  it('is not told by a test who is a member', async () => {
    const mia = await createPerson(app, `mia@${domain}`);
    await addMember(app, organizationId, mia, 'ADMIN');
    await save();
    const [connection] = await connectionOf(domainId);
    const path = testPathIn((await begin(connection!.id)).text);
    const out = await visitor.get(path);
    await visitor.get(await provider.authorize(out.location!));
    const page = await visitor.get(path);
    expect(wordsOf(page)).toMatch(/^The test passed/);
    expect(wordsOf(page)).toContain(`mia@${domain}`);
    expect(wordsOf(page)).not.toMatch(/Account|Role|ADMIN/);
  });

  it('loses a test with the link: once it is revoked, what was begun by it leads nowhere', async () => {
    await save();
    const [connection] = await connectionOf(domainId);
    const path = testPathIn((await begin(connection!.id)).text);
    await revokeSetupLink(owner, link.id);
    expect((await visitor.get(path)).status).toBe(410);
    expect((await begin(connection!.id)).status).toBe(410);
    expect((await save({ clientId: 'later' })).status).toBe(410);
    expect(await connectionOf(domainId)).toEqual([expect.objectContaining({ client_id: client.clientId })]);
  });

  it('loses it with the member who made it, and with its domain', async () => {
    const admin = await createPerson(app);
    await addMember(app, organizationId, admin, 'ADMIN');
    const theirs = await createSetupLink(admin, { organizationId });
    const { errors } = await owner.browser.graphql(
      'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { member { user { id } } } }',
      { input: { organizationId, userId: admin.id } },
    );
    expect(errors).toEqual([]);
    expect((await visitor.get(theirs.path)).status).toBe(410);
    expect((await visitor.get(link.path)).status).toBe(200);

    await owner.browser.graphql(
      'mutation ($input: RemoveDomainInput!) { removeDomain(input: $input) { domain { id } } }',
      {
        input: { domainId },
      },
    );
    expect((await visitor.get(link.path)).status).toBe(410);
  });

  it.each([
    ['names', 'domain', { name: 'no domain' }],
    ['saves', 'provider', { issuer: 'no issuer' }],
  ])('waits after thirty %s', async (_what, path, typed: Readonly<Record<string, string>>) => {
    const made = path === 'domain' ? await createSetupLink(owner, { organizationId }) : link;
    const send = () => visitor.postForm(`${made.path}/${path}`, path === 'domain' ? typed : form(typed));
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1) statuses.push((await send()).status);
    expect(statuses).toEqual([...Array<number>(30).fill(400), 429]);
  });

  it('waits after thirty tests', async () => {
    await save();
    const [connection] = await connectionOf(domainId);
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1) statuses.push((await begin(connection!.id)).status);
    expect(statuses).toEqual([...Array<number>(30).fill(200), 429]);
    expect(wordsOf(await begin(connection!.id))).toMatch(/Try again in \d+ seconds/);
  });

  it('leaves who they are on the trail with what they did, were refused, and nothing of the token', async () => {
    const requestId = randomUUID();
    const headers = { 'x-request-id': requestId };
    await visitor.postForm(`${link.path}/provider`, form(), { headers });
    await visitor.postForm(`${link.path}/provider`, form({ issuer: 'https://10.0.0.1' }), { headers });
    const actor = { actor_kind: 'setupLink', actor_id: link.id, actor_label: 'Setup link for IT' };
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      { ...actor, action: 'ssoSetupLink.opened', resource_id: link.id },
      { ...actor, action: 'ssoConnection.created', after: { state: 'DRAFT', hasClientSecret: true } },
      { ...actor, action: 'operation.refused', outcome: 'REFUSED', after: { code: 'ISSUER_NOT_ALLOWED' } },
    ]);
    const { data } = await owner.browser.graphql<{ auditEvents: { nodes: { action: string; actor: object }[] } }>(
      `query ($id: ID!, $by: ID!) { auditEvents(organizationId: $id, filter: { actorId: $by }) { nodes { action actor { kind label } } } }`,
      { id: organizationId, by: link.id },
    );
    expect(data?.auditEvents.nodes.at(-1)).toEqual({
      action: 'ssoSetupLink.opened',
      actor: { kind: 'setupLink', label: 'Setup link for IT' },
    });
  });

  it('is in no log with the token, nor on any trail, from whatever address it was tried', async () => {
    await save();
    const [connection] = await connectionOf(domainId);
    const test = testPathIn((await begin(connection!.id)).text);
    const crossing = app.browser({ origin: 'https://evil.test' });
    written.length = 0;
    await visitor.get(link.path);
    await visitor.get(`/SSO-Setup/${link.token}`);
    await visitor.get(`${link.path}/nowhere`);
    await visitor.get(`${link.path}/domain`);
    await visitor.get(test);
    await visitor.get(`${test}/nowhere`);
    await crossing.postForm(`${link.path}/check`, { domain: domainId });
    const testToken = test.slice(test.lastIndexOf('/') + 1);
    const log = written.join('');
    expect(log).toContain('"path":"/sso-setup/***"');
    expect(log).toContain('"path":"/sso-setup/***/nowhere"');
    expect(log).toContain('"path":"/sso-test/***"');
    expect(log).toContain('GET /sso-setup/***/domain');
    for (const token of [link.token, testToken]) {
      expect(log).not.toContain(token);
      const { rows } = await app.database.query('select 1 from audit_events event where event::text like $1', [
        `%${token}%`,
      ]);
      expect(rows).toEqual([]);
    }
  });
});

describe('making a setup link', () => {
  let app: TestApp;
  let owner: Person;
  let organizationId: string;

  beforeAll(async () => {
    app = await startTestApp();
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
  });
  afterAll(() => app.stop());

  it('takes domains.manage besides sso.manage: nobody lets others do more than they may', async () => {
    const key = await createApiKey(owner.browser, {
      organizationId,
      name: 'Half',
      permissions: ['sso.manage', 'sso.read'],
    });
    const program = { ...owner, browser: createClient(app.url, { bearer: key.secretKey }) };
    await expect(createSetupLink(program, { organizationId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const whole = await createApiKey(owner.browser, {
      organizationId,
      name: 'Whole',
      permissions: ['sso.manage', 'domains.manage'],
    });
    const other = { ...owner, browser: createClient(app.url, { bearer: whole.secretKey }) };
    expect(await createSetupLink(other, { organizationId })).toMatchObject({ state: 'ACTIVE' });
  });

  it('is refused where the plan has no single sign-on', async () => {
    const small = await createOrganization(owner, 'Small');
    await app.database.query(`update organizations set plan = 'hobby' where id = $1`, [small.id]);
    await expect(createSetupLink(owner, { organizationId: small.id })).rejects.toMatchObject({
      code: 'ENTITLEMENT_REQUIRED',
    });
  });

  it('finds no domain of another organization', async () => {
    const stranger = await createPerson(app);
    const theirs = (await createOrganization(stranger, 'Other')).id;
    const { id: domainId } = await addDomain(stranger, theirs, 'theirs.test');
    await expect(createSetupLink(owner, { organizationId, domainId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const link = await createSetupLink(stranger, { organizationId: theirs, domainId });
    await expect(revokeSetupLink(owner, link.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('stores the token as a digest alone', async () => {
    const { token, id } = await createSetupLink(owner, { organizationId });
    const { rows } = await app.database.query<{ row: string }>(
      'select link::text as row from sso_setup_links link where id = $1',
      [id],
    );
    expect(rows[0]?.row).not.toContain(token);
    expect(rows[0]?.row).not.toContain(Buffer.from(token).toString('hex'));
  });
});
