import type { GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { providerSettings, stranger } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createProven, everywhere, pathsIn, personOf, tryAll, type Inside, type Outcome } from '../support/entry.js';
import { addMember, createPerson, type Person } from '../support/factories.js';
import { createApiKey, createProject, dataOf } from '../support/projects.js';
import { objectTypeOf, schemaOf } from '../support/schema-walk.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { attemptSignIn, configureSso, createTenant, exceptFromSso, moveSso, type Tenant } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };

describe('an organization that enforces its single sign-on', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let here: typeof client & { issuer: string };
  let acme: Tenant;
  let beta: Tenant;
  let inside: Inside;
  let organizationKey: string;
  /** The keys of Acme's other connections on its domain. */
  let second: string;
  let disabled: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    here = { ...client, issuer: provider.issuer };
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: 'corp.test',
      ...providerSettings('CUSTOM', here),
    });
    acme = await createTenant(app, 'acme.test', here);
    beta = await createTenant(app, 'beta.test', here);
    const { owner, organizationId, domainId } = acme;
    const { id: projectId } = await createProject(owner.browser, organizationId, 'Secret plans');
    const employee = await createPerson(app, 'employee@acme.test');
    await addMember(app, organizationId, employee, 'VIEWER');
    inside = { organizationId, projectId, employeeId: employee.id };
    const key = await createApiKey(owner.browser, { organizationId, permissions: ['organization.read'] });
    organizationKey = key.secretKey;
    second = (await configureSso(owner, { domainId, provider: 'KEYCLOAK', ...here })).key;
    disabled = (await configureSso(owner, { domainId, provider: 'AUTH0', ...here })).key;
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const loginUrl = () => `/api/auth/login/${acme.connection.key}`;
  const sent = (where: string | null): Outcome => ({ code: 'SSO_REQUIRED', loginUrl: where });
  const refused = (where: string | null) => everywhere(sent(where));

  /** Whoever arrives like this, as a member of Acme. */
  async function member(arrived: Promise<Person>, role: 'OWNER' | 'ADMIN' = 'ADMIN'): Promise<Person> {
    const person = await arrived;
    await addMember(app, acme.organizationId, person, role);
    return person;
  }

  const by = async (key: string, domain: string): Promise<Person> =>
    personOf(await attemptSignIn(app, provider, key, stranger(domain)));

  async function mark({ id }: Person, column: 'sso_exception' | 'break_glass'): Promise<void> {
    await app.database.query(`update memberships set ${column} = true where organization_id = $1 and user_id = $2`, [
      acme.organizationId,
      id,
    ]);
  }

  /** What comes of every path once the check for proxies has forgotten what it knew: a second at most (docs/decisions/0012). */
  async function becomes(person: Person, outcome: Outcome): Promise<Record<string, Outcome>> {
    const deadline = performance.now() + 3_000;
    const check = async () => (await pathsIn['the check for proxies'](person.browser, inside)).outcome;
    while (((await check()) === 'in') !== (outcome === 'in') && performance.now() < deadline);
    return (await tryAll(person, inside)).outcomes;
  }

  describe('lets in, by every path,', () => {
    it('everybody while nothing is enforced', async () => {
      const guest = await member(createPerson(app));
      expect((await tryAll(guest, inside)).outcomes).toEqual(everywhere('in'));
      await moveSso(acme.owner, 'enforceSso', acme.connection.id);
      expect(await becomes(guest, sent(null))).toEqual(refused(null));
    });

    it.each<[string, () => Promise<Person>]>([
      ['whom its connection has proven', () => member(by(acme.connection.key, 'acme.test'))],
      ['whom another connection of its own has proven, that is active', () => member(by(second, 'acme.test'))],
      [
        'a guest with an exception',
        async () => {
          const guest = await member(createPerson(app));
          await mark(guest, 'sso_exception');
          return guest;
        },
      ],
      [
        'a guest with an exception, by another provider',
        async () => {
          const guest = await member(by('custom', 'example.test'));
          await mark(guest, 'sso_exception');
          return guest;
        },
      ],
    ])('%s', async (_who, arrive) => {
      const tried = await tryAll(await arrive(), inside);
      expect(tried.outcomes).toEqual(everywhere('in'));
      expect(tried.told).toContain('Secret plans');
    });

    it('an instance administrator who is no member, but not one who is', async () => {
      const administrator = await createPerson(app);
      await app.database.query('update users set instance_administrator = true where id = $1', [administrator.id]);
      const { browser } = administrator;
      expect(
        dataOf(await browser.graphql('query ($id: ID!) { project(id: $id) { name } }', { id: inside.projectId })),
      ).toEqual({
        project: { name: 'Secret plans' },
      });
      await addMember(app, acme.organizationId, administrator, 'ADMIN');
      expect((await pathsIn['a query of a project'](browser, inside)).outcome).toEqual({
        code: 'SSO_REQUIRED',
        loginUrl: null,
      });
    });

    it('programs: its keys, and ADMIN_API_KEY', async () => {
      const query = 'query ($id: ID!) { organization(id: $id) { name } }';
      for (const program of [app.browser({ bearer: organizationKey }), app.admin()])
        expect(dataOf(await program.graphql(query, { id: acme.organizationId }))).toEqual({
          organization: { name: 'acme.test' },
        });
    });
  });

  describe('refuses, by every path, and tells nothing of what is inside to', () => {
    it.each<[string, () => Promise<Person>, 'our own' | 'foreign']>([
      ['a colleague’s password', () => member(createPerson(app, stranger('acme.test').email)), 'our own'],
      ['a colleague’s passkey', () => member(createProven(app, stranger('acme.test').email, 'passkey')), 'our own'],
      ['a guest’s password', () => member(createPerson(app)), 'foreign'],
      [
        'a guest’s password and second factor',
        () => member(createProven(app, stranger('example.test').email, 'totp')),
        'foreign',
      ],
      ['a guest whom a provider of the instance has proven', () => member(by('custom', 'example.test')), 'foreign'],
      [
        'whom another organization’s connection has proven',
        () => member(by(beta.connection.key, 'beta.test')),
        'foreign',
      ],
      ['an address below the domain', () => member(createPerson(app, stranger('sub.acme.test').email)), 'foreign'],
      [
        'an owner with a second factor who is not named',
        () => member(createProven(app, stranger('example.test').email, 'totp'), 'OWNER'),
        'foreign',
      ],
      [
        'a colleague with an exception, who has no need of one',
        async () => {
          const colleague = await member(createPerson(app, stranger('acme.test').email));
          await mark(colleague, 'sso_exception');
          return colleague;
        },
        'our own',
      ],
      [
        'a named owner without a second factor',
        async () => {
          const owner = await member(createPerson(app), 'OWNER');
          await mark(owner, 'break_glass');
          return owner;
        },
        'foreign',
      ],
      [
        'a named owner whom another organization’s connection has proven',
        async () => {
          const owner = await member(by(beta.connection.key, 'beta.test'), 'OWNER');
          await mark(owner, 'break_glass');
          return owner;
        },
        'foreign',
      ],
      [
        'who is named, has a second factor, and is an owner no more',
        async () => {
          const admin = await member(createProven(app, stranger('example.test').email, 'totp'));
          await mark(admin, 'break_glass');
          return admin;
        },
        'foreign',
      ],
    ])('%s', async (_what, arrive, address) => {
      const person = await arrive();
      const { outcomes, told } = await tryAll(person, inside);
      expect(outcomes).toEqual(refused(address === 'our own' ? loginUrl() : null));
      expect(told).not.toMatch(/Secret plans|employee@/);
      const { rows } = await app.database.query(
        `select action, after->>'code' as code from audit_events where chain_id = $1 and actor_id = $2 group by 1, 2`,
        [acme.organizationId, person.id],
      );
      expect(rows).toEqual([{ action: 'operation.refused', code: 'SSO_REQUIRED' }]);
    });

    it('a session whose connection is disabled, or another one by now', async () => {
      const [colleague, of] = [
        await member(by(disabled, 'acme.test')),
        (move: 'disableSso' | 'activateSso' | 'deleteSso') => moveSso(acme.owner, move, id),
      ];
      const { rows } = await app.database.query<{ id: string }>('select id from sso_connections where key = $1', [
        disabled,
      ]);
      const id = rows[0]?.id ?? '';
      expect((await tryAll(colleague, inside)).outcomes).toEqual(everywhere('in'));
      await of('disableSso');
      expect(await becomes(colleague, sent(loginUrl()))).toEqual(refused(loginUrl()));
      await of('activateSso');
      expect(await becomes(colleague, 'in')).toEqual(everywhere('in'));
      await of('deleteSso');
      await configureSso(acme.owner, { domainId: acme.domainId, provider: 'AUTH0', ...here });
      expect(await becomes(colleague, sent(loginUrl()))).toEqual(refused(loginUrl()));
      // Proof is not made by confirming the old session in another way.
      await app.database.query('update sessions set proven_at = now() where user_id = $1', [colleague.id]);
      expect((await tryAll(colleague, inside)).outcomes).toEqual(refused(loginUrl()));
    });

    it('the repetition of a call that was made when they could', async () => {
      const guest = await member(createPerson(app));
      const rename = async () => {
        const input = { projectId: inside.projectId, name: 'Secret plans', idempotencyKey: guest.id };
        const { data, errors } = await guest.browser.graphql(
          'mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { name } } }',
          { input },
        );
        return data ?? errors[0]?.extensions.code;
      };
      await mark(guest, 'sso_exception');
      expect(await rename()).toEqual({ updateProject: { project: { name: 'Secret plans' } } });
      await app.database.query('update memberships set sso_exception = false where user_id = $1', [guest.id]);
      expect(await rename()).toBe('SSO_REQUIRED');
    });

    it('whoever lacks the permission too, in the same words', async () => {
      const viewer = await createPerson(app);
      await addMember(app, acme.organizationId, viewer, 'VIEWER');
      expect((await pathsIn['a key of their own'](viewer.browser, inside)).outcome).toEqual({
        code: 'SSO_REQUIRED',
        loginUrl: null,
      });
    });
  });

  it('opens no field of an organization to them that holds more than its name', async () => {
    const person = await member(createPerson(app));
    const type = objectTypeOf(schemaOf(app).getType('Organization') as GraphQLObjectType);
    const fields = Object.values(type?.getFields() ?? {}).filter((field) => objectTypeOf(field.type) !== null);
    expect(fields.length).toBeGreaterThan(5);
    for (const { name } of fields) {
      const query = `{ viewer { organizations { nodes { organization { ${name} { __typename } } } } } }`;
      const { errors } = await person.browser.graphql(query);
      expect([name, errors[0]?.extensions.code]).toEqual([name, 'SSO_REQUIRED']);
    }
  });

  it('does not hide from its people that they belong there, and lets them work elsewhere', async () => {
    const person = await member(createPerson(app));
    await addMember(app, beta.organizationId, person, 'ADMIN');
    const list = '{ viewer { organizations { nodes { role organization { name } } } } }';
    expect(dataOf(await person.browser.graphql(list))).toEqual({
      viewer: {
        organizations: {
          nodes: expect.arrayContaining([
            { role: 'ADMIN', organization: { name: 'acme.test' } },
            { role: 'ADMIN', organization: { name: 'beta.test' } },
          ]),
        },
      },
    });
    const { id: projectId } = await createProject(person.browser, beta.organizationId);
    const there = { ...inside, organizationId: beta.organizationId, projectId };
    expect((await pathsIn['a query'](person.browser, there)).outcome).toBe('in');
    expect((await pathsIn['a key of their own'](person.browser, there)).outcome).toBe('in');
  });

  it('enforces while its domain’s record is only missing, and no more once the domain has lapsed', async () => {
    const guest = await member(createPerson(app));
    const becomes = (status: string) =>
      app.database.query(
        `update domains set status = $2, failing_since = case when $2 = 'FAILING' then now() end,
           next_check_at = case when $2 = 'LAPSED' then null else now() + interval '1 day' end where id = $1`,
        [acme.domainId, status],
      );
    const outcome = async () => (await pathsIn['a query'](guest.browser, inside)).outcome;
    await becomes('FAILING');
    expect(await outcome()).toEqual(sent(null));
    await becomes('LAPSED');
    expect(await outcome()).toBe('in');
    await becomes('VERIFIED');
    expect(await outcome()).toEqual(sent(null));
  });

  it('lets nobody in while it can’t be asked: not those either whom it would', async () => {
    const proven = await member(by(acme.connection.key, 'acme.test'));
    await app.database.query('alter table sso_connections rename to out_of_order');
    try {
      for (const [name, path] of Object.entries(pathsIn)) {
        const { outcome, told } = await path(proven.browser, inside).catch((error: unknown) => ({
          outcome: error,
          told: '',
        }));
        expect([name, outcome]).not.toEqual([name, 'in']);
        expect(told).not.toContain('Secret plans');
      }
    } finally {
      await app.database.query('alter table out_of_order rename to sso_connections');
    }
    expect((await tryAll(proven, inside)).outcomes).toEqual(everywhere('in'));
  });

  describe('and for the domains of AUTH_DOMAINS_WITH_SSO_ENFORCEMENT', () => {
    it.each<[string, () => Promise<Person>]>([
      ['a password', () => createPerson(app, stranger('corp.test').email)],
      ['a passkey', () => createProven(app, stranger('corp.test').email, 'passkey')],
      ['a password and a second factor', () => createProven(app, stranger('corp.test').email, 'totp')],
    ])('%s enters no organization, enforcing or not, with an exception or not', async (_what, arrive) => {
      const person = await arrive();
      await addMember(app, beta.organizationId, person, 'OWNER');
      await exceptFromSso(app, beta.organizationId);
      const { id: projectId } = await createProject(beta.owner.browser, beta.organizationId);
      const there = { ...inside, organizationId: beta.organizationId, projectId };
      const ofAcme = { 'the end of a member’s sessions': { code: 'NOT_FOUND' } };
      expect((await tryAll(person, there)).outcomes).toMatchObject({ ...refused(null), ...ofAcme });
    });

    it('any provider of the instance does', async () => {
      const person = await by('custom', 'corp.test');
      await addMember(app, beta.organizationId, person, 'OWNER');
      expect(
        (await pathsIn['a query'](person.browser, { ...inside, organizationId: beta.organizationId })).outcome,
      ).toBe('in');
    });
  });
});
