import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, getNamedType, isObjectType, type GraphQLObjectType } from 'graphql';
import { StandingService } from '../../src/access/standing/standing.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { createApiKey, dataOf } from '../support/projects.js';
import { createClient, type HttpClient } from '../support/servers/http-client.js';
import { countStatements } from '../support/statements.js';

interface List<Node> {
  readonly totalCount: number;
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
interface Project {
  readonly id: string;
  readonly apiKeys: List<{ readonly name: string }>;
}
interface Organization {
  readonly id: string;
  readonly projects: List<Project>;
}

const list = 'totalCount pageInfo { hasNextPage endCursor }';
const keys = `apiKeys(first: $keys, after: $after) { ${list} nodes { name permissions createdAt recentUses { address } } }`;
const query = (more = '') => `query ($organizations: Int!, $projects: Int!, $keys: Int!, $after: String) {
  organizations(first: $organizations) { nodes { id ${more} projects(first: $projects) { ${list} nodes { id ${keys} } } } } }`;
/** What a member may read of an organization beside its projects. */
const beside = 'members(first: 2) { totalCount nodes { role } }';

let app: TestApp;
let owner: Person;
let key: HttpClient;
let keysOrganization: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await createPerson(app);
  for (let made = 0; made < 6; made += 1) keysOrganization = (await createOrganization(owner)).id;
  await app.database.query(`insert into projects (id, organization_id, name, slug)
    select o.id || '-' || n, o.id, 'P', 'p-' || n from organizations o, generate_series(1, 4) n`);
  await app.database.query(`
    insert into api_keys (id, organization_id, project_id, scope, name, public_key, secret_digest, display_secret, permissions, created_by)
    select p.id || n, p.organization_id, p.id, 'PROJECT', 'key ' || n, 'pk-' || p.id || n, sha256((p.id || '/' || n)::bytea),
           'sk-gh-…', '{traces.read}', 'system' from projects p, generate_series(1, 3) n`);
  await app.database.query(`insert into api_key_uses select id, '192.0.2.7', '', now(), now() from api_keys`);
  const { secretKey } = await createApiKey(owner.browser, {
    organizationId: keysOrganization,
    permissions: ['organization.read', 'project.read', 'apiKeys.read'],
  });
  key = createClient(app.url, { bearer: secretKey });
});
afterAll(() => app.stop());

const few = { organizations: 2, projects: 1, keys: 2 };
const many = { organizations: 6, projects: 4, keys: 2 };

async function enforceSso(organizationId = ''): Promise<void> {
  await app.database.query(`
    insert into domains (id, organization_id, name, token, status, verified_at, next_check_at)
      select o, o, o || '.test', o, 'VERIFIED', now(), now() + interval '1 day' from (values ('${organizationId}')) as one(o);
    insert into sso_connections (id, organization_id, domain_id, key, provider, name, state, issuer, client_id, client_auth_method, scopes, pkce)
      select o, o, o, o || '.okta', 'OKTA', 'Okta', 'ENFORCED', 'https://provider.invalid', 'client', 'none', '{openid}', true
      from (values ('${organizationId}')) as one(o)`);
}

async function demandSecondFactor(organizationId = ''): Promise<void> {
  const insert = 'insert into security_policies (organization_id, second_factor_required) values ($1, true)';
  await app.database.query(insert, [organizationId]);
}

async function organizationsOf(client: HttpClient, variables: object, more = ''): Promise<readonly Organization[]> {
  const asked = client.graphql<{ organizations: { nodes: readonly Organization[] } }>(query(more), { ...variables });
  return dataOf(await asked).organizations.nodes;
}

/** How many statements it takes, and of how many keys it tells. The lesser of two: what else runs meanwhile is not of it. */
async function cost(
  client: HttpClient,
  variables: object,
  more?: string,
): Promise<{ statements: number; keys: number }> {
  let found: readonly Organization[] = [];
  const once = () =>
    countStatements(app, async () => {
      found = await organizationsOf(client, variables, more);
    });
  const statements = Math.min(await once(), await once());
  const projects = found.flatMap((organization) => organization.projects.nodes);
  return { statements, keys: projects.flatMap((project) => project.apiKeys.nodes).length };
}

/** The cost of many rows, once it is known that few cost as much. */
async function costOfMany(client: HttpClient, more?: string): Promise<number> {
  const [little, much] = [await cost(client, few, more), await cost(client, many, more)];
  expect(much.keys).toBeGreaterThan(little.keys);
  expect(much.statements).toBe(little.statements);
  return much.statements;
}

describe('lists of lists', () => {
  it('cost the administrator of the instance as many statements for many rows as for few', async () => {
    expect(await costOfMany(app.admin(), beside)).toBeLessThanOrEqual(20);
  });

  it('cost a member of all organizations as many statements for many rows as for few', async () => {
    expect(await costOfMany(owner.browser, beside)).toBeLessThanOrEqual(25);
  });

  it('cost a person who administers the instance as many wherever they are no member, whatever the organizations ask', async () => {
    const [strict, demanding, ...rest] = (await organizationsOf(owner.browser, many)).map(({ id }) => id);
    for (const id of [strict, ...rest]) await enforceSso(id);
    for (const id of [demanding, ...rest]) await demandSecondFactor(id);
    const administrator = await createPerson(app);
    await app.database.query('update users set instance_administrator = true where id = $1', [administrator.id]);
    expect(await costOfMany(administrator.browser)).toBeLessThanOrEqual(25);

    const aliases = [strict, demanding, ...rest].map((id, n) => `o${n}: organization(id: "${id}") { id }`);
    const { errors } = await owner.browser.graphql(`{ ${aliases.join(' ')} }`);
    const codes = ['SSO_REQUIRED', 'SECOND_FACTOR_REQUIRED', ...rest.map(() => 'SSO_REQUIRED')];
    expect(new Map(errors.map(({ path, extensions }) => [path?.[0], extensions.code]))).toEqual(
      new Map(codes.map((code, n) => [`o${n}`, code])),
    );
    await app.database.query('delete from security_policies; delete from sso_connections');
  });

  it('cost a key of an organization as many statements for many projects as for few', async () => {
    expect(await costOfMany(key)).toBeLessThanOrEqual(10);
  });

  it('are those of each parent, in their order, each with its own cursor', async () => {
    const found = await organizationsOf(owner.browser, many);
    expect(found).toHaveLength(6);
    for (const { id, projects } of found) {
      expect(projects.nodes.map((project) => project.id)).toEqual([1, 2, 3, 4].map((n) => `${id}-${n}`));
      expect(projects).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: false } });
      for (const { apiKeys } of projects.nodes) {
        expect(apiKeys.nodes.map(({ name }) => name)).toEqual(['key 1', 'key 2']);
        expect(apiKeys).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
      }
    }
    const [first] = found[3]!.projects.nodes;
    const after = first?.apiKeys.pageInfo.endCursor;
    const next = (await organizationsOf(owner.browser, { ...many, after }))[3]?.projects.nodes[0];
    expect(next?.apiKeys.nodes.map(({ name }) => name)).toEqual(['key 3']);
    expect(next?.apiKeys).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: false } });
  });

  it('are for each of many callers at once what they may see themselves', async () => {
    const colleague = await createPerson(app);
    await addMember(app, keysOrganization, colleague, 'MEMBER');
    await app.database.query(
      `insert into project_roles (organization_id, project_id, user_id, role) values ($1, $1 || '-2', $2, 'NONE')`,
      [keysOrganization, colleague.id],
    );
    const stranger = await createPerson(app);
    const seen = (client: HttpClient) => client.graphql<{ organizations: { nodes: readonly Organization[] } }>(names);
    const names = '{ organizations { nodes { id projects { totalCount nodes { id } } } } }';
    const answers = await Promise.all(
      [owner, colleague, stranger, owner, colleague].map(async ({ browser }) => dataOf(await seen(browser))),
    );
    const shown = answers.map(({ organizations }) => {
      const own = organizations.nodes.find(({ id }) => id === keysOrganization);
      return own && [own.projects.totalCount, own.projects.nodes.map(({ id }) => id.slice(-1)).join('')];
    });
    expect(shown).toEqual([[4, '1234'], [3, '134'], undefined, [4, '1234'], [3, '134']]);

    const named = [1, 2, 3, 4].map((n) => `p${n}: project(id: "${keysOrganization}-${n}") { apiKeys { totalCount } }`);
    const refused = await Promise.all(
      [colleague, owner, stranger].map(async ({ browser }) => {
        const { errors } = await browser.graphql(`{ ${named.join(' ')} }`);
        return errors.map(({ path, extensions }) => `${String(path?.[0])} ${extensions.code}`).sort();
      }),
    );
    // Requests meet in a statement by chance alone; these do for certain.
    const scope = { organizationId: keysOrganization, projectId: `${keysOrganization}-2` };
    const standings = app.nest.get(StandingService, { strict: false });
    const [ofColleague, ofStranger, ofOwner] = await Promise.all(
      [colleague, stranger, owner].map(({ id }) => standings.in(scope, id)),
    );
    expect(ofColleague?.projectRoles).toEqual(new Map([[scope.projectId, 'NONE']]));
    expect([ofStranger, ofOwner?.organizationRole, ofOwner?.projectRoles.size]).toEqual([null, 'OWNER', 0]);
    expect(refused).toEqual([['p2 NOT_FOUND'], [], [1, 2, 3, 4].map((n) => `p${n} NOT_FOUND`)]);
  });
});

/** Three of each kind in every organization and project; each id begins with that of what it is in. */
const furniture = `
  delete from sso_connections; delete from domains;
  update users set email = split_part(email, '@', 1) || '@acme-corp.com', email_verified_at = now();
  update api_keys set created_at = now() - interval '1 year';
  create temporary view places as
    select o.id as organization_id, null as project_id, o.id from organizations o
    union all select organization_id, id, id from projects;
  create temporary view things as select p.*, p.id || '/' || n as thing, n from places p, generate_series(1, 3) n;
  create temporary view ours as select * from things where project_id is null;
  insert into service_accounts (id, organization_id, project_id, name, permissions, created_by, created_at)
    select thing, organization_id, project_id, 'S', '{}', 'system', now() from things;
  insert into api_keys (id, organization_id, scope, name, public_key, secret_digest, display_secret, permissions, created_by, created_at, service_account_id)
    select thing, organization_id, 'ORGANIZATION', 'K', 'pk-' || thing, sha256(thing::bytea), 'sk-gh-…', '{}', 'system',
      now() - interval '1 year', thing from ours;
  insert into roles (id, organization_id, name, permissions, created_at)
    select thing, organization_id, 'R' || n, '{traces.read}', now() from ours;
  insert into groups (id, organization_id, name, created_at, updated_at) select thing, organization_id, 'G' || n, now(), now() from ours;
  insert into group_members (group_id, organization_id, user_id, added_at)
    select thing, t.organization_id, m.user_id, now() from ours t join memberships m using (organization_id) where m.role = 'OWNER';
  insert into role_grants (id, organization_id, project_id, group_id, role_id, created_by, created_at)
    select thing, organization_id, project_id, organization_id || '/' || n, organization_id || '/' || n, 'system', now() from things;
  insert into access_requests (id, organization_id, project_id, user_id, role_id, reason, state, created_at)
    select thing, t.organization_id, project_id, m.user_id, t.organization_id || '/' || n, 'W', 'PENDING', now()
    from things t join memberships m on m.organization_id = t.organization_id and m.role = 'OWNER';
  insert into invitations (id, organization_id, email, role, token_digest, invited_by, expires_at)
    select thing, t.organization_id, thing || '@example.test', 'VIEWER', sha256(thing::bytea), m.user_id, now() + interval '1 day'
    from ours t join memberships m on m.organization_id = t.organization_id and m.role = 'OWNER';
  insert into domains (id, organization_id, name, token, status, next_check_at)
    select thing, organization_id, thing, thing, 'PENDING', now() from ours;
  insert into sso_connections (id, organization_id, domain_id, key, provider, name, state, issuer, client_id, client_auth_method, scopes, pkce)
    select thing, organization_id, thing, thing, 'OKTA', 'Okta', 'DRAFT', 'https://provider.invalid', 'client', 'none', '{openid}', true from ours;
  insert into sso_connection_domains (connection_id, organization_id, domain_id) select thing, organization_id, thing from ours;
  insert into sso_test_runs (id, organization_id, connection_id, revision, of_candidate, token_digest, started_at, expires_at)
    select thing, organization_id, thing, 'r', false, sha256(thing::bytea), now(), now() from ours;
  insert into sso_setup_links (id, organization_id, domain_id, token_digest, created_by, created_by_id, created_at, expires_at)
    select thing, organization_id, thing, sha256(thing::bytea), 'system', 'system', now(), now() + interval '1 day' from ours;
  insert into scim_tokens (id, organization_id, name, secret_digest, display, role, created_by, created_by_id, created_at)
    select thing, organization_id, 'Okta', sha256(thing::bytea), 'scim-gh-…', 'VIEWER', 'system', 'system', now() from ours;
  insert into sign_in_traces (id, organization_id, connection_id, connection_key, purpose, begun_at, outcome, steps)
    select thing, organization_id, thing, thing, 'SIGN_IN', now() - interval '1 hour', 'UNDER_WAY', '[]' from ours;
  insert into deletions (id, organization_id, project_id, within_organization_id, name, slug, roles, deleted_by, deleted_at, gone_at)
    select thing, organization_id, thing, organization_id, 'D', 'd', '{}', 'system', now(), now() + interval '1 day' from ours;
  drop view ours, things, places;`;

const ofOrganization = {
  members: `members(first: 2) { totalCount nodes { role user { name } } }`,
  serviceAccounts: `serviceAccounts(first: 2) { ${list} nodes { id apiKeys(first: 2) { ${list} nodes { id } } } }`,
  apiKeys: `apiKeys(first: 2) { ${list} nodes { id serviceAccount { id } } }`,
  staleApiKeys: `staleApiKeys(first: 2) { ${list} nodes { reasons apiKey { id } } }`,
  groups: `groups(first: 2) { ${list} nodes { id members(first: 2) { totalCount nodes { user { name } } } } }`,
  roleGrants: `roleGrants(first: 2) { ${list} nodes { id role { id name } } }`,
  accessRequests: `accessRequests(state: PENDING, first: 2) { ${list} nodes { id role { id name } user { name } } }`,
  invitations: `invitations(first: 2) { ${list} nodes { id invitedBy { name } } }`,
  domains: `domains { id }`,
  suggestedDomains: `suggestedDomains { name members }`,
  ssoConnections: `ssoConnections { id domain { id } domains { id } candidate { issuer } lastTest { startedAt } membership { justInTime } }`,
  ssoSetupLinks: `ssoSetupLinks { id domain { id } }`,
  scimTokens: `scimTokens { id }`,
  signInTraces: `signInTraces(filter: { outcome: ABANDONED }, first: 2) { ${list} nodes { id } }`,
  deletedProjects: `deletedProjects(first: 2) { ${list} nodes { id } }`,
  entitlements: `entitlements { seats seatsUsed }`,
  securityPolicy: `securityPolicy { secondFactorRequired }`,
};

const ofProject = {
  organization: `organization { name }`,
  members: `members(first: 2) { totalCount nodes { role user { name } } }`,
  serviceAccounts: `serviceAccounts(first: 2) { ${list} nodes { id apiKeys(first: 2) { totalCount } } }`,
  apiKeys: `apiKeys(first: 2) { ${list} nodes { id serviceAccount { id } supersededBy { id } } }`,
  staleApiKeys: `staleApiKeys(first: 2) { ${list} nodes { reasons apiKey { id } } }`,
  roleGrants: `roleGrants(first: 2) { ${list} nodes { id role { name } } }`,
  accessRequests: `accessRequests(state: PENDING, first: 2) { ${list} nodes { id role { name } user { name } } }`,
};

/** Every id in an answer. */
const idsIn = (answer: unknown): string[] =>
  Object.entries(answer ?? {}).flatMap(([name, value]) =>
    name === 'id' ? [value as string] : typeof value === 'object' ? idsIn(value) : [],
  );

describe('what an organization or a project has', () => {
  beforeAll(() => app.database.query(furniture));

  it('is counted here without exception', () => {
    const schema = buildSchema(readFileSync('src/schema.graphql', 'utf8'));
    const furnishingsOf = (type: string) =>
      Object.values((schema.getType(type) as GraphQLObjectType).getFields())
        .filter((field) => isObjectType(getNamedType(field.type)))
        .map(({ name }) => name);
    expect([...Object.keys(ofOrganization), 'projects'].sort()).toEqual(furnishingsOf('Organization').sort());
    expect(Object.keys(ofProject).sort()).toEqual(furnishingsOf('Project').sort());
  });

  async function costOf(text: string, variables: { organizations: number; projects?: number }) {
    let found: readonly (Organization & { readonly projects?: List<Project> })[] = [];
    const once = () =>
      countStatements(app, async () => {
        const answer = await owner.browser.graphql<{ organizations: { nodes: typeof found } }>(text, variables);
        found = dataOf(answer).organizations.nodes;
      });
    // The least of a few: what the server does by the clock is no part of it.
    const statements = Math.min(await once(), await once(), await once(), await once());
    return { statements, found };
  }

  it.each(Object.entries(ofOrganization))(
    'costs as many statements for six organizations as for two: %s',
    async (_, field) => {
      const text = `query ($organizations: Int!) { organizations(first: $organizations) { nodes { id ${field} } } }`;
      const [little, much] = [await costOf(text, { organizations: 2 }), await costOf(text, { organizations: 6 })];
      expect(much.statements).toBe(little.statements);
      expect(much.found).toHaveLength(6);
      expect(JSON.stringify(much.found)).not.toContain('[]');
      for (const organization of much.found)
        expect(idsIn(organization).filter((id) => !id.startsWith(organization.id))).toEqual([]);
    },
  );

  it.each(Object.entries(ofProject))('costs as many statements for 24 projects as for two: %s', async (_, field) => {
    const text = `query ($organizations: Int!, $projects: Int!) { organizations(first: $organizations) { nodes {
      id projects(first: $projects) { nodes { id ${field} } } } } }`;
    const [little, much] = [
      await costOf(text, { organizations: 2, projects: 1 }),
      await costOf(text, { organizations: 6, projects: 4 }),
    ];
    expect(much.statements).toBe(little.statements);
    const projects = much.found.flatMap((organization) => organization.projects.nodes);
    expect(projects).toHaveLength(24);
    expect(JSON.stringify(projects)).not.toContain('[]');
    for (const project of projects) expect(idsIn(project).filter((id) => !id.startsWith(project.id))).toEqual([]);
  });
});
