import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
