import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccessService, userIdentity } from '../../src/access/access.service.js';
import { AccessExplanationService } from '../../src/api-keys/explain/access-explanation.service.js';
import type { Scope } from '../../src/policy/actor.js';
import { builtInRoles, ownPermissions, type BuiltInRole, type Permission } from '../../src/policy/permissions.js';
import { permissionsOf } from '../../src/policy/roles.js';
import { UserService } from '../../src/users/user.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import { createClient, type GraphqlAnswer, type HttpClient } from '../support/servers/http-client.js';
import { countStatements } from '../support/statements.js';

interface Explanation {
  readonly allowed: boolean;
  readonly steps: readonly { readonly kind: string; readonly passed: boolean; readonly explanation: string }[];
  readonly remedy: string | null;
}

interface Holders {
  readonly members: {
    readonly nodes: readonly { readonly user: { readonly id: string }; readonly role: string; readonly via: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
  readonly keys: { readonly nodes: readonly { readonly id: string }[] };
}

const explain = `query ($input: ExplainAccessInput!) {
  explainAccess(input: $input) { allowed steps { kind passed explanation } remedy }
}`;
const whoCan = `query ($organizationId: ID!, $projectId: ID, $permission: ID!, $first: Int, $after: String) {
  whoCan(organizationId: $organizationId, projectId: $projectId, permission: $permission) {
    members(first: $first, after: $after) { nodes { user { id } role via } pageInfo { hasNextPage endCursor } }
    keys { nodes { id } }
  }
}`;

let app: TestApp;
let owner: Person;
let stranger: Person;
let organizationId: string;
let projectId: string;
/** A member of each role in the organization, with each in the project, and with none of their own there. */
const members: { readonly person: Person; readonly role: BuiltInRole; readonly own: BuiltInRole | null }[] = [];

beforeAll(async () => {
  app = await startTestApp();
  owner = await createPerson(app, 'owner@acme.test');
  stranger = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
  for (const role of builtInRoles) {
    for (const own of [null, ...builtInRoles]) members.push({ person: await createMember(role, own), role, own });
  }
});
afterAll(() => app.stop());

async function createMember(role: BuiltInRole, own: BuiltInRole | null = null): Promise<Person> {
  const person = await createPerson(app);
  await addMember(app, organizationId, person, role);
  if (own !== null) {
    await app.database.query(
      'insert into project_roles (project_id, organization_id, user_id, role) values ($1, $2, $3, $4)',
      [projectId, organizationId, person.id, own],
    );
  }
  return person;
}

const withRoles = (role: BuiltInRole, own: BuiltInRole | null): Person =>
  members.find((member) => member.role === role && member.own === own)!.person;

function ask(client: HttpClient, input: object): Promise<GraphqlAnswer<{ explainAccess: Explanation }>> {
  return client.graphql(explain, { input: { organizationId, ...input } });
}

/** What the owner is told. */
const told = async (input: object): Promise<Explanation> => dataOf(await ask(owner.browser, input)).explainAccess;

const kindsOf = ({ steps }: Explanation): string[] => steps.map(({ kind, passed }) => `${kind}${passed ? '' : '!'}`);

async function holders(client: HttpClient, permission: Permission, more: object = {}): Promise<Holders> {
  const answer = await client.graphql<{ whoCan: Holders }>(whoCan, { organizationId, permission, first: 100, ...more });
  return dataOf(answer).whoCan;
}

const scopes = (): Scope[] => [null, projectId].map((id) => ({ organizationId, projectId: id }));
const cases = () => scopes().flatMap((scope) => ownPermissions.map((permission) => ({ scope, permission })));

const origin = { ip: null, userAgent: null, requestId: 'test' };
const proof = { connection: null, secondFactor: null, provenAt: new Date(), createdAt: new Date() };

describe('an explanation', () => {
  it('says of every member what the guard asks, for every permission, in the organization and in the project', async () => {
    const access = app.nest.get(AccessService, { strict: false });
    const explanations = app.nest.get(AccessExplanationService, { strict: false });
    const users = app.nest.get(UserService, { strict: false });
    const by = access.actorFor({ kind: 'system' }, origin);
    const differing: unknown[] = [];
    const vain: unknown[] = [];
    let allowed = 0;
    for (const { person, role, own } of members) {
      const user = await users.get(person.id);
      const actor = access.actorFor(userIdentity(user, { method: 'password', ...proof }), origin);
      for (const { scope, permission } of cases()) {
        const explanation = await explanations.ofUser(by, person.id, { scope, permission });
        const has = (await actor.permissionsIn(scope)).has(permission);
        if (has) allowed++;
        const isWhole = explanation.allowed === (explanation.remedy === null);
        if (explanation.allowed !== has || !isWhole) differing.push({ role, own, scope, permission, explanation });
        if (!has && !mends(explanation.remedy ?? '', scope, permission, own)) vain.push({ role, own, explanation });
      }
    }
    expect(differing).toEqual([]);
    expect(vain).toEqual([]);
    expect(allowed).toBeGreaterThan(300);
  });

  it('says of every kind of key what the guard asks', async () => {
    const access = app.nest.get(AccessService, { strict: false });
    const explanations = app.nest.get(AccessExplanationService, { strict: false });
    const by = access.actorFor({ kind: 'system' }, origin);
    const other = (await createProject(owner.browser, organizationId, 'Other')).id;
    const places = [{ organizationId }, { projectId }, { projectId: other }];
    for (const place of places) {
      for (const permissions of [['traces.read'], ['members.read', 'project.read', 'apiKeys.manage']]) {
        const { apiKey } = await createApiKey(app.admin(), { ...place, permissions });
        const grant = { organizationId, projectId: null, ...place, permissions };
        const actor = access.actorFor({ kind: 'apiKey', id: apiKey.id, label: 'key', grant }, origin);
        for (const { scope, permission } of cases()) {
          const { allowed } = await explanations.ofKey(by, apiKey.id, { scope, permission });
          expect([place, permission, allowed]).toEqual([
            place,
            permission,
            (await actor.permissionsIn(scope)).has(permission),
          ]);
        }
      }
    }
  });

  it('is what the server does', async () => {
    const read = 'query ($id: ID!) { project(id: $id) { members { nodes { role } } } }';
    for (const { person } of members) {
      const { allowed } = await told({ projectId, userId: person.id, permission: 'members.read' });
      expect(codesOf(await person.browser.graphql(read, { id: projectId })).length === 0).toBe(allowed);
    }
  });

  it('tells the whole way to a yes', async () => {
    const userId = withRoles('VIEWER', 'ADMIN').id;
    expect(await told({ projectId, userId, permission: 'apiKeys.manage' })).toEqual({
      allowed: true,
      steps: [
        { kind: 'ACCOUNT', passed: true, explanation: 'Their account is active.' },
        { kind: 'MEMBERSHIP', passed: true, explanation: 'They are a member of the organization.' },
        {
          kind: 'ORGANIZATION_ROLE',
          passed: true,
          explanation:
            'Their role in the organization is VIEWER. The role that is set in the project replaces it there.',
        },
        { kind: 'PROJECT_ROLE', passed: true, explanation: 'Their role in the project is ADMIN.' },
        { kind: 'ROLE_PERMISSIONS', passed: true, explanation: 'The role ADMIN holds apiKeys.manage here.' },
      ],
      remedy: null,
    });
  });

  it.each([
    ['VIEWER', null, 'apiKeys.manage', true, 'Give them the role ADMIN in the organization, or in the project.'],
    ['OWNER', 'VIEWER', 'apiKeys.manage', true, 'Give them the role ADMIN in the project.'],
    ['OWNER', 'NONE', 'traces.read', true, 'Give them the role VIEWER in the project.'],
    ['NONE', null, 'traces.read', true, 'Give them the role VIEWER in the organization, or in the project.'],
    ['MEMBER', null, 'organization.delete', false, 'Give them the role OWNER in the organization.'],
    ['OWNER', null, 'audit.read', true, 'Ask for the organization: no role gives audit.read in a project.'],
    ['OWNER', null, 'traces.read', false, 'Ask for a project: no role gives traces.read in an organization.'],
  ] as const)(
    'names the one thing that would change a no: %s with %s asked for %s',
    async (role, own, permission, inProject, remedy) => {
      const userId = withRoles(role, own).id;
      const found = await told({ projectId: inProject ? projectId : null, userId, permission });
      expect([found.allowed, found.remedy]).toEqual([false, remedy]);
    },
  );

  it('says nothing wrong: what it names does change the answer', async () => {
    const person = await createMember('VIEWER', 'NONE');
    const question = { projectId, userId: person.id, permission: 'apiKeys.manage' };
    expect((await told(question)).remedy).toBe('Give them the role ADMIN in the project.');
    const set = 'mutation ($input: SetProjectRoleInput!) { setProjectRole(input: $input) { member { role } } }';
    dataOf(await owner.browser.graphql(set, { input: { projectId, userId: person.id, role: 'ADMIN' } }));
    expect((await told(question)).allowed).toBe(true);
  });

  it('begins with the account: one that is deactivated may do nothing', async () => {
    const person = await createMember('OWNER');
    await app.database.query('update users set deactivated_at = now() where id = $1', [person.id]);
    const found = await told({ userId: person.id, permission: 'organization.read' });
    expect([kindsOf(found), found.remedy]).toEqual([['ACCOUNT!'], 'Activate their account again.']);
    expect(codesOf(await ask(person.browser, { userId: person.id, permission: 'traces.read' }))).toEqual([
      'UNAUTHENTICATED',
    ]);
    expect((await holders(owner.browser, 'organization.read')).members.nodes.map(({ user }) => user.id)).not.toContain(
      person.id,
    );
  });

  it('tells of a key why it has ended, where it does not reach, and what it lacks', async () => {
    const other = (await createProject(owner.browser, organizationId, 'Elsewhere')).id;
    const create = (input: object): Promise<CreatedKey> =>
      createApiKey(app.admin(), { permissions: ['traces.read'], ...input });
    const { apiKey } = await create({ projectId });
    const about = { apiKeyId: apiKey.id, permission: 'traces.read' };

    expect(kindsOf(await told({ projectId, ...about }))).toEqual(['KEY', 'KEY_REACH', 'KEY_PERMISSIONS']);
    const elsewhere = await told({ projectId: other, ...about });
    expect([kindsOf(elsewhere), elsewhere.remedy]).toEqual([
      ['KEY', 'KEY_REACH!'],
      'Use a key of this project, or of the organization.',
    ]);
    expect((await told(about)).remedy).toBe('Use a key of the organization.');
    expect((await told({ projectId, ...about, permission: 'traces.create' })).remedy).toBe(
      'Create a key that has the permission traces.create: what a key may do is never changed.',
    );

    await app.database.query(`update api_keys set expires_at = now() - interval '1 minute' where id = $1`, [apiKey.id]);
    expect((await told({ projectId, ...about })).steps).toEqual([
      { kind: 'KEY', passed: false, explanation: 'The key has expired.' },
    ]);
    await app.database.query('update api_keys set revoked_at = now() where id = $1', [apiKey.id]);
    expect((await told({ projectId, ...about })).steps).toEqual([
      { kind: 'KEY', passed: false, explanation: 'The key was revoked.' },
    ]);
  });

  it('says how an organization asks them to come in', async () => {
    const head = await createPerson(app, 'head@strict.test');
    const strict = (await createOrganization(head, 'Strict')).id;
    const question = { organizationId: strict, userId: head.id, permission: 'organization.read' };
    const admin = app.admin();
    expect(kindsOf(dataOf(await ask(admin, question)).explainAccess)).not.toContain('SECOND_FACTOR');
    await app.database.query(
      'insert into security_policies (organization_id, second_factor_required) values ($1, true)',
      [strict],
    );
    await app.database.query(`
      insert into domains (id, organization_id, name, token, status, verified_at, next_check_at)
        values ('strict', '${strict}', 'strict.test', 'token', 'VERIFIED', now(), now() + interval '1 day');
      insert into sso_connections (id, organization_id, domain_id, key, provider, name, state, issuer, client_id, client_auth_method, scopes, pkce)
        values ('strict', '${strict}', 'strict', 'strict.test.okta', 'OKTA', 'Okta', 'ENFORCED', 'https://provider.invalid', 'client', 'none', '{openid}', true);
      insert into sso_connection_domains (connection_id, domain_id, organization_id) values ('strict', 'strict', '${strict}')`);

    const { allowed, steps } = dataOf(await ask(admin, question)).explainAccess;
    expect(allowed).toBe(true);
    expect(steps.filter(({ kind }) => ['SSO', 'SECOND_FACTOR'].includes(kind))).toEqual([
      {
        kind: 'SSO',
        passed: true,
        explanation: expect.stringMatching(/^Single sign-on is enforced: .* SSO_REQUIRED\.$/),
      },
      { kind: 'SECOND_FACTOR', passed: true, explanation: expect.stringMatching(/SECOND_FACTOR_REQUIRED\.$/) },
    ]);
    expect(codesOf(await ask(head.browser, question))).toEqual(['SSO_REQUIRED']);

    await app.database.query('update memberships set break_glass = true where organization_id = $1', [strict]);
    const broken = dataOf(await ask(admin, question)).explainAccess;
    expect(broken.steps.find(({ kind }) => kind === 'SSO')?.explanation).toMatch(/may break the glass/);
    const project = (await createProject(admin, strict)).id;
    const permissions = ['members.read'];
    const key = await createApiKey(admin, { projectId: project, permissions });
    const seen = dataOf(
      await ask(createClient(app.url, { bearer: key.secretKey }), {
        ...question,
        projectId: project,
        permission: 'traces.read',
      }),
    ).explainAccess;
    expect(kindsOf(seen)).toEqual(['ACCOUNT', 'MEMBERSHIP', 'ORGANIZATION_ROLE', 'ROLE_PERMISSIONS']);
    const { rows } = await app.database.query('select from glass_entries where organization_id = $1', [strict]);
    expect(rows).toEqual([]);
  });

  it('is for those who may read members, and about keys for those who may read these', async () => {
    const about = { projectId, userId: owner.id, permission: 'traces.read' };
    expect(codesOf(await ask(withRoles('VIEWER', null).browser, about))).toEqual(['FORBIDDEN']);
    const member = withRoles('MEMBER', null).browser;
    expect(codesOf(await ask(member, about))).toEqual([]);

    const ofOrganization = await createApiKey(app.admin(), { organizationId, permissions: ['traces.read'] });
    const ofProject = await createApiKey(app.admin(), { projectId, permissions: ['traces.read'] });
    const aboutKey = ({ apiKey }: CreatedKey) => ({ projectId, apiKeyId: apiKey.id, permission: 'traces.read' });
    expect(codesOf(await ask(member, aboutKey(ofProject)))).toEqual([]);
    expect(codesOf(await ask(member, aboutKey(ofOrganization)))).toEqual(['FORBIDDEN']);
    const key = createClient(app.url, {
      bearer: (await createApiKey(app.admin(), { projectId, permissions: ['members.read'] })).secretKey,
    });
    expect(codesOf(await ask(key, aboutKey(ofProject)))).toEqual(['FORBIDDEN']);
    expect(codesOf(await ask(key, aboutKey(ofOrganization)))).toEqual(['NOT_FOUND']);
  });

  it('finds nothing of another organization, whatever is mixed', async () => {
    const foreign = (await createOrganization(stranger, 'Foreign')).id;
    const foreignProject = (await createProject(stranger.browser, foreign)).id;
    const foreignKey = await createApiKey(stranger.browser, {
      projectId: foreignProject,
      permissions: ['traces.read'],
    });
    const permission = 'traces.read';
    for (const input of [
      { organizationId: foreign, userId: owner.id, permission },
      { projectId: foreignProject, userId: owner.id, permission },
      { organizationId: foreign, projectId, userId: owner.id, permission },
      { userId: stranger.id, permission },
      { userId: 'nobody', permission },
      { projectId, apiKeyId: foreignKey.apiKey.id, permission },
      { projectId, apiKeyId: 'none', permission },
    ]) {
      expect([input, codesOf(await ask(owner.browser, input))]).toEqual([input, ['NOT_FOUND']]);
    }
    const variables = { organizationId: foreign, projectId, permission };
    expect(codesOf(await owner.browser.graphql(whoCan, variables))).toEqual(['NOT_FOUND']);
  });

  it('tells an instance administrator of anybody', async () => {
    const { explainAccess } = dataOf(await ask(app.admin(), { userId: stranger.id, permission: 'organization.read' }));
    expect([kindsOf(explainAccess), explainAccess.remedy]).toEqual([
      ['ACCOUNT', 'MEMBERSHIP!'],
      'Invite them to the organization with the role VIEWER.',
    ]);
    const boss = await createPerson(app);
    await app.database.query('update users set instance_administrator = true where id = $1', [boss.id]);
    const ofBoss = dataOf(await ask(app.admin(), { userId: boss.id, permission: 'organization.delete' })).explainAccess;
    expect([ofBoss.allowed, kindsOf(ofBoss)]).toEqual([
      true,
      ['ACCOUNT', 'INSTANCE_ADMINISTRATOR', 'ROLE_PERMISSIONS'],
    ]);
  });

  it('asks for one permission that there is, of one person or key', async () => {
    for (const input of [
      { permission: 'traces.read' },
      { permission: 'traces.read', userId: owner.id, apiKeyId: 'key' },
      { permission: 'traces.destroy', userId: owner.id },
    ]) {
      expect(codesOf(await ask(owner.browser, input))).toEqual(['VALIDATION_FAILED']);
    }
  });
});

describe('whoCan', () => {
  it('lists the members of whom an explanation says yes, and no others', async () => {
    const asked = ['members.read', 'organization.delete', 'traces.read', 'apiKeys.manage'] as const;
    for (const permission of asked) {
      for (const scope of scopes()) {
        const listed = new Map(
          (await holders(owner.browser, permission, scope)).members.nodes.map(({ user, ...rest }) => [user.id, rest]),
        );
        for (const { person, role, own } of members) {
          const { allowed } = await told({ ...scope, userId: person.id, permission });
          const counting = scope.projectId === null ? null : own;
          const holder = { role: counting ?? role, via: counting === null ? 'ORGANIZATION' : 'PROJECT' };
          expect([role, own, listed.get(person.id)]).toEqual([role, own, allowed ? holder : undefined]);
        }
      }
    }
  });

  it('lists who administers the instance, whatever their role', async () => {
    const person = await createMember('VIEWER', 'NONE');
    await app.database.query('update users set instance_administrator = true where id = $1', [person.id]);
    const { nodes } = (await holders(owner.browser, 'apiKeys.manage', { projectId })).members;
    expect(nodes.find(({ user }) => user.id === person.id)).toMatchObject({ role: 'NONE', via: 'INSTANCE' });
  });

  it('goes from page to page, each read in as many statements as any', async () => {
    const all = (await holders(owner.browser, 'traces.read', { projectId })).members.nodes;
    const statements = { 1: 0, 10: 0 };
    for (const first of [1, 10] as const) {
      statements[first] = await countStatements(app, () => holders(owner.browser, 'traces.read', { projectId, first }));
    }
    expect(statements[1]).toBeGreaterThan(3);
    expect(statements[10]).toBe(statements[1]);

    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { members: page } = await holders(owner.browser, 'traces.read', { projectId, first: 7, after });
      seen.push(...page.nodes.map(({ user }) => user.id));
      [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
    }
    expect(seen).toEqual(all.map(({ user }) => user.id));
  });

  it('lists the keys in use that hold it: the organization’s to those who may read them', async () => {
    const project = (await createProject(owner.browser, organizationId, 'Keys')).id;
    const permissions = ['prompts.manage'];
    const idOf = async (input: object): Promise<string> =>
      (await createApiKey(app.admin(), { permissions, ...input })).apiKey.id;
    const own = await idOf({ projectId: project });
    const wide = await idOf({ organizationId });
    await idOf({ projectId });
    await idOf({ projectId: project, permissions: ['traces.read'] });
    const ended = [await idOf({ projectId: project }), await idOf({ projectId: project })];
    await app.database.query('update api_keys set revoked_at = now() where id = $1', [ended[0]]);
    await app.database.query(`update api_keys set expires_at = now() - interval '1 minute' where id = $1`, [ended[1]]);

    const keysFor = async (client: HttpClient): Promise<string[]> =>
      (await holders(client, 'prompts.manage', { projectId: project })).keys.nodes.map(({ id }) => id).sort();
    expect(await keysFor(owner.browser)).toEqual([own, wide].sort());
    expect(await keysFor(withRoles('MEMBER', null).browser)).toEqual([own]);
    expect((await holders(owner.browser, 'prompts.manage')).keys.nodes.map(({ id }) => id)).toEqual([wide]);
  });
});

/** Whether a remedy is the least that changes the answer: a role that gives it where it counts, or the scope where one does. */
function mends(
  remedy: string,
  { projectId: project }: Scope,
  permission: Permission,
  own: BuiltInRole | null,
): boolean {
  const level = project === null ? 'organization' : 'project';
  const giving = builtInRoles.filter((role) => permissionsOf(role, level).has(permission));
  if (giving.length === 0)
    return remedy.startsWith(project === null ? 'Ask for a project: ' : 'Ask for the organization: ');
  const where = project === null ? 'in the organization' : 'in the organization, or in the project';
  return remedy === `Give them the role ${giving[0]} ${project !== null && own !== null ? 'in the project' : where}.`;
}
