import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, tokenIn } from '../support/invitations.js';
import { leaveOrganization, removeMember } from '../support/members.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { attemptSignIn, beginSignIn, comeBack, createTenant, whoIs, type Tenant } from '../support/sso.js';
import { membershipOf, placeOf, updateSsoMembership } from '../support/sso-membership.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

const groupRoles = [
  { group: 'contractors', role: 'NONE' },
  { group: 'ops', role: 'ADMIN' },
  { group: 'staff', role: 'MEMBER' },
];

describe('who becomes a member by signing in', () => {
  let app: TestApp;
  let sink: MailSink;
  let provider: HostileProvider;
  let acme: Tenant;
  let domain: string;

  beforeAll(async () => {
    [provider, sink] = await Promise.all([startHostileProvider(client), startMailSink()]);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', SMTP_URL: sink.url });
  });
  beforeEach(async () => {
    domain = `${randomUUID().slice(0, 8)}.test`;
    acme = await createTenant(app, domain, { issuer: provider.issuer, ...client });
    provider.signInAs({ sub: randomUUID(), email: mia() });
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await Promise.all([provider.stop(), sink.stop()]);
  });

  const mia = () => `mia@${domain}`;
  const set = (input: object = {}, requestId?: string) =>
    updateSsoMembership(acme.owner, acme.connection.id, input, requestId);
  const place = (email = mia()) => placeOf(app, acme.organizationId, email);
  const claim = (claims: NonNullable<Parameters<HostileProvider['misbehave']>[0]['idToken']>['claims']) =>
    provider.misbehave({ idToken: { ...(claims === undefined ? {} : { claims }) } });

  async function signIn() {
    const attempt = await attemptSignIn(app, provider, acme.connection.key);
    expect(await whoIs(attempt.browser)).toBe(mia());
    return attempt;
  }

  const idOf = async (email: string) =>
    (await app.database.query<{ id: string }>('select id from users where email = $1', [email])).rows[0]!.id;
  /** Mia as the person who is signed in there. */
  const personIn = async (browser: Person['browser']): Promise<Person> => ({
    id: await idOf(mia()),
    email: mia(),
    browser,
  });

  it('is nobody, until the organization says otherwise', async () => {
    expect(await membershipOf(acme.owner, acme.organizationId, acme.connection.id)).toEqual({
      justInTime: false,
      defaultRole: 'VIEWER',
      groupsClaim: 'groups',
      groupRoles: [],
    });
    claim({ groups: ['ops'] });
    await set({ justInTime: false, groupRoles });
    await signIn();
    expect(await place()).toBeNull();
  });

  it('is whoever signs in once it is on, in the commit of the sign-in, and only once', async () => {
    await set();
    const { browser, trail } = await signIn();
    expect(trail.map(({ action, actor_kind, after }) => [action, actor_kind, after?.role, after?.source])).toEqual([
      ['user.created', 'anonymous', undefined, undefined],
      ['identity.linked', 'anonymous', undefined, expect.any(String)],
      ['member.added', 'anonymous', 'VIEWER', 'SSO'],
      ['signIn.succeeded', 'user', undefined, undefined],
    ]);
    const { data } = await browser.graphql('{ viewer { organizations { nodes { role organization { id } } } } }');
    expect(data).toMatchObject({
      viewer: { organizations: { nodes: [{ role: 'VIEWER', organization: { id: acme.organizationId } }] } },
    });
    expect((await signIn()).trail.map(({ action }) => action)).toEqual(['signIn.succeeded']);

    await set({ justInTime: false });
    provider.signInAs({ sub: randomUUID(), email: `late@${domain}` });
    await attemptSignIn(app, provider, acme.connection.key);
    expect(await place(`late@${domain}`)).toBeNull();
  });

  const shapes: [string, Parameters<typeof claim>[0], string, string][] = [
    ['the first line that fits', { groups: ['staff', 'ops'] }, 'groups', 'ADMIN'],
    ['a line that takes everything away', { groups: ['ops', 'contractors'] }, 'groups', 'NONE'],
    ['the default for other groups', { groups: ['Staff', 'sales'] }, 'groups', 'VIEWER'],
    ['the default for no claim', {}, 'groups', 'VIEWER'],
    ['one group that is no list', { groups: 'staff' }, 'groups', 'MEMBER'],
    ['no group of a text with commas', { groups: 'staff,ops' }, 'groups', 'VIEWER'],
    ['no group of what is no text', { groups: [{ name: 'ops' }, 7, null] }, 'groups', 'VIEWER'],
    ['no group of an object', { groups: { ops: true } }, 'groups', 'VIEWER'],
    ['no group where Entra ID points elsewhere', { _claim_names: { groups: 'src1' } }, 'groups', 'VIEWER'],
    ['a path', { realm_access: { roles: ['offline_access', 'staff'] } }, 'realm_access.roles', 'MEMBER'],
    ['no path through what is none', { realm_access: ['staff'] }, 'realm_access.roles', 'VIEWER'],
    ['no name that every object has', { groups: ['ops'] }, 'constructor.name', 'VIEWER'],
    ['the first thousand groups', { groups: [...Array<string>(1000).fill('x'), 'ops'] }, 'groups', 'VIEWER'],
  ];
  it.each(shapes)('gets the role by %s', async (_what, claims, groupsClaim, role) => {
    await set({ groupsClaim, groupRoles });
    claim(claims);
    await signIn();
    expect(await place()).toEqual({ role, source: 'SSO' });
  });

  it('keeps the role that they have, whatever the provider says of them', async () => {
    await set({ defaultRole: 'MEMBER', groupRoles });
    await addMember(app, acme.organizationId, await createPerson(app, mia()), 'VIEWER');
    claim({ groups: ['ops'] });
    await signIn();
    await signIn();
    expect(await place()).toEqual({ role: 'VIEWER', source: 'INVITATION' });
  });

  it('is shown by a test, which changes nothing', async () => {
    const test = async () => {
      const asked = await acme.owner.browser.graphql<{ testSso: { testUrl: string } }>(
        'mutation ($input: TestSsoInput!) { testSso(input: $input) { testUrl } }',
        { input: { connectionId: acme.connection.id } },
      );
      const browser = app.browser();
      const address = new URL(asked.data!.testSso.testUrl).pathname;
      await browser.get(await provider.authorize((await browser.get(address)).location!));
      const { data } = await acme.owner.browser.graphql<{ organization: { ssoConnections: { lastTest: object }[] } }>(
        'query ($id: ID!) { organization(id: $id) { ssoConnections { lastTest { account role joins } } } }',
        { id: acme.organizationId },
      );
      return { ...data!.organization.ssoConnections[0]!.lastTest, text: (await browser.get(address)).text };
    };
    const becomes = 'they become a member by it';
    expect(await test()).toMatchObject({ account: 'CREATED', role: null, joins: false });
    await set({ groupRoles });
    claim({ groups: ['staff'] });
    const told = { account: 'CREATED', role: 'MEMBER', joins: true, text: expect.stringMatching(becomes) };
    expect(await test()).toMatchObject(told);
    expect(await place()).toBeNull();
    await signIn();
    const known = { account: 'KNOWN', role: 'MEMBER', joins: false, text: expect.not.stringMatching(becomes) };
    expect(await test()).toMatchObject(known);
    provider.signInAs({ email: 'mia@elsewhere.test' });
    expect(await test()).toMatchObject({ account: null, role: null, joins: null });
  });

  describe('when they were one before', () => {
    beforeEach(() => set());

    it('is nobody whom somebody has removed, until they are invited again', async () => {
      const { browser } = await signIn();
      await removeMember(acme.owner, acme.organizationId, await idOf(mia()));
      expect((await signIn()).trail.map(({ action }) => action)).toEqual(['signIn.succeeded']);
      expect(await place()).toBeNull();

      await inviteMember(acme.owner, { organizationId: acme.organizationId, email: mia(), role: 'MEMBER' });
      const token = tokenIn(await sink.next(({ to }) => to.includes(mia())));
      await acceptInvitation({ browser }, token);
      expect(await place()).toEqual({ role: 'MEMBER', source: 'INVITATION' });
      await app.database.query('delete from memberships where organization_id = $1 and role = $2', [
        acme.organizationId,
        'MEMBER',
      ]);
      await signIn();
      expect(await place()).toEqual({ role: 'VIEWER', source: 'SSO' });
    });

    it('is nobody who has left', async () => {
      const { browser } = await signIn();
      await leaveOrganization(await personIn(browser), acme.organizationId);
      await signIn();
      expect(await place()).toBeNull();
    });

    it('is nobody who signs in while they are being removed', async () => {
      for (let round = 0; round < 5; round += 1) {
        provider.signInAs({ sub: randomUUID(), email: `round-${round}@${domain}` });
        await attemptSignIn(app, provider, acme.connection.key);
        const id = await idOf(`round-${round}@${domain}`);
        const browser = app.browser();
        const callback = await provider.authorize(await beginSignIn(browser, acme.connection.key));
        await Promise.all([removeMember(acme.owner, acme.organizationId, id), browser.get(callback)]);
        expect(await place(`round-${round}@${domain}`)).toBeNull();
        expect(await whoIs(browser)).toBe(`round-${round}@${domain}`);
      }
    });
  });

  describe('while an invitation waits', () => {
    beforeEach(() => set());
    const invite = () => inviteMember(acme.owner, { organizationId: acme.organizationId, email: mia(), role: 'ADMIN' });

    it('is whoever accepts it, with the role that it offers', async () => {
      await invite();
      const { browser } = await signIn();
      expect(await place()).toBeNull();
      await acceptInvitation({ browser }, tokenIn(await sink.next(({ to }) => to.includes(mia()))));
      expect(await place()).toEqual({ role: 'ADMIN', source: 'INVITATION' });
    });

    it('is nobody whom somebody is inviting at that very moment', async () => {
      const inviting = await app.database.connect();
      try {
        await inviting.query('begin');
        await inviting.query('select 1 from organizations where id = $1 for no key update', [acme.organizationId]);
        await inviting.query(
          `insert into invitations (id, organization_id, email, role, token_digest, invited_by, expires_at)
           values ($1, $2, $3, 'ADMIN', gen_random_uuid()::text::bytea, $4, now() + interval '1 day')`,
          [randomUUID(), acme.organizationId, mia(), acme.owner.id],
        );
        const signingIn = attemptSignIn(app, provider, acme.connection.key).then(() => true);
        const isWaiting = (): Promise<boolean> => isAnybodyWaiting().then((waits) => waits || isWaiting());
        await Promise.race([signingIn, isWaiting()]);
        await inviting.query('commit');
        await signingIn;
      } finally {
        inviting.release(true);
      }
      expect(await place()).toBeNull();
    });

    /** Whether a statement waits for a lock that another transaction holds. */
    async function isAnybodyWaiting(): Promise<boolean> {
      const { rowCount } = await app.database.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount !== 0;
    }

    it('is whoever signs in once it has expired', async () => {
      const { id } = await invite();
      await app.database.query(`update invitations set expires_at = now() - interval '1 second' where id = $1`, [id]);
      await signIn();
      expect(await place()).toEqual({ role: 'VIEWER', source: 'SSO' });
    });
  });

  it('is one person of many who come at once for the first time: one account, one membership, one event', async () => {
    await set();
    const browsers = Array.from({ length: 4 }, () => app.browser());
    const callbacks = await Promise.all(
      browsers.map(async (browser) => provider.authorize(await beginSignIn(browser, acme.connection.key))),
    );
    const back = await Promise.all(callbacks.map((callback, place) => comeBack(app, browsers[place]!, callback)));
    const actions = back.flatMap(({ trail }) => trail.map(({ action }) => action)).sort();
    expect(actions).toEqual([
      'identity.linked',
      'member.added',
      ...Array<string>(4).fill('signIn.succeeded'),
      'user.created',
    ]);
    for (const browser of browsers) expect(await whoIs(browser)).toBe(mia());
  });

  describe('is said by an administrator', () => {
    it('on the trail, with what was before; saying the same again says nothing', async () => {
      const [first, same, second] = [randomUUID(), randomUUID(), randomUUID()];
      const rule = { justInTime: true, defaultRole: 'MEMBER', groupsClaim: 'roles', groupRoles };
      expect(await set(rule, first)).toEqual(rule);
      expect(await set({}, same)).toEqual(rule);
      expect(await set({ justInTime: false, groupRoles: [] }, second)).toEqual({
        ...rule,
        justInTime: false,
        groupRoles: [],
      });
      const told = { key: acme.connection.key, defaultRole: 'MEMBER', groupsClaim: 'roles' };
      const lines = ['contractors: NONE', 'ops: ADMIN', 'staff: MEMBER'];
      expect(
        (await trailOfRequest(app, first)).map(({ action, resource_id, before, after }) => [
          action,
          resource_id,
          before,
          after,
        ]),
      ).toEqual([
        [
          'ssoConnection.membershipUpdated',
          acme.connection.id,
          { key: acme.connection.key, justInTime: false, defaultRole: 'VIEWER', groupsClaim: 'groups', groupRoles: [] },
          { ...told, justInTime: true, groupRoles: lines },
        ],
      ]);
      expect(await trailOfRequest(app, same)).toEqual([]);
      expect((await trailOfRequest(app, second)).map(({ before, after }) => [before, after])).toEqual([
        [
          { ...told, justInTime: true, groupRoles: lines },
          { ...told, justInTime: false, groupRoles: [] },
        ],
      ]);
    });

    const many = Array.from({ length: 101 }, (_, place) => ({ group: `g${place}`, role: 'VIEWER' }));
    it.each([
      ['an owner by default', { defaultRole: 'OWNER' }, 'defaultRole'],
      ['an owner by a group', { groupRoles: [{ group: 'ops', role: 'OWNER' }] }, 'groupRoles.0.role'],
      ['a group twice', { groupRoles: [...groupRoles, groupRoles[0]] }, 'groupRoles.3.group'],
      ['more than a hundred groups', { groupRoles: many }, 'groupRoles'],
      ['a group without a name', { groupRoles: [{ group: '', role: 'VIEWER' }] }, 'groupRoles.0.group'],
      ['a long name', { groupRoles: [{ group: 'g'.repeat(201), role: 'VIEWER' }] }, 'groupRoles.0.group'],
      ['a claim without a name', { groupsClaim: '' }, 'groupsClaim'],
      ['a claim with a long name', { groupsClaim: 'c'.repeat(201) }, 'groupsClaim'],
    ])('who is refused %s', async (_what, input, field) => {
      await expect(set(input)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        fields: expect.arrayContaining([expect.objectContaining({ field })]),
      });
      expect(await membershipOf(acme.owner, acme.organizationId, acme.connection.id)).toMatchObject({
        justInTime: false,
        groupRoles: [],
      });
    });

    it('who has a hundred groups with long names', async () => {
      const most = many.slice(1).map(({ group, role }) => ({ group: group.padEnd(200, 'x'), role }));
      expect((await set({ groupRoles: most })).groupRoles).toEqual(most);
    });

    it('whose plan has single sign-on, when it is switched on', async () => {
      await app.database.query(`update organizations set plan = 'core' where id = $1`, [acme.organizationId]);
      await expect(set()).rejects.toMatchObject({ code: 'ENTITLEMENT_REQUIRED' });
      expect(await set({ justInTime: false })).toMatchObject({ justInTime: false });
    });
  });
});
