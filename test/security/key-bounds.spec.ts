import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { codesOf, createApiKey, createProject, dataOf } from '../support/projects.js';
import { createClient, type HttpClient } from '../support/servers/http-client.js';
import { withinASecond } from '../support/within-a-second.js';

let app: TestApp;
let owner: Person;
let maker: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp();
  [owner, maker] = [await createPerson(app), await createPerson(app)];
});
afterAll(() => app.stop());

beforeEach(async () => {
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
  await addMember(app, organizationId, maker, 'ADMIN');
});

async function change(name: string, input: object, by: HttpClient = owner.browser): Promise<void> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const answer = await by.graphql(`mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`, { input });
  expect(codesOf(answer)).toEqual([]);
}

const toRole = (role: string) => change('updateMemberRole', { organizationId, userId: maker.id, role });

/** What verification says that a key may do. */
async function verified(secretKey: string): Promise<string[]> {
  const answer = await createClient(app.url, { bearer: secretKey }).postJson('/api/keys/verify', {});
  return answer.json<{ permissions?: string[] }>().permissions ?? [];
}

/** Within a second, which a change may take to be seen. */
async function becomes(secretKey: string, permissions: readonly string[]): Promise<void> {
  const expected = permissions.join();
  expect(await withinASecond(expected, async () => (await verified(secretKey)).join())).toBe(expected);
}

/** What the lists say: what it was given, and what of it counts. */
async function listed(id: string): Promise<{ permissions: string[]; effectivePermissions: string[] }> {
  const document = `query ($id: ID!) { project(id: $id) { apiKeys(first: 100) { nodes { id permissions effectivePermissions } } } }`;
  const answer = await owner.browser.graphql<{
    project: { apiKeys: { nodes: { id: string; permissions: string[]; effectivePermissions: string[] }[] } };
  }>(document, { id: projectId });
  const { permissions, effectivePermissions } = dataOf(answer).project.apiKeys.nodes.find((node) => node.id === id)!;
  return { permissions, effectivePermissions };
}

const given = ['traces.read', 'traces.create', 'apiKeys.read'];

describe('114: a key never does more than whoever made it', () => {
  it('shrinks with their role within a second, and is what it was when that comes back', async () => {
    const { apiKey, secretKey } = await createApiKey(maker.browser, { projectId, permissions: given });
    expect(await verified(secretKey)).toEqual(given);
    await toRole('VIEWER');
    await becomes(secretKey, ['traces.read']);
    expect(await listed(apiKey.id)).toEqual({ permissions: given, effectivePermissions: ['traces.read'] });
    await toRole('ADMIN');
    await becomes(secretKey, given);
  });

  it('is refused for what they lost, also by the API', async () => {
    const { secretKey } = await createApiKey(maker.browser, {
      projectId,
      permissions: [...given, 'project.read'],
    });
    const key = createClient(app.url, { bearer: secretKey });
    const keys = () =>
      key.graphql('query ($id: ID!) { project(id: $id) { apiKeys { nodes { id } } } }', { id: projectId });
    await toRole('MEMBER');
    expect(codesOf(await keys())).toEqual([]);
    await toRole('VIEWER');
    const verdict = async () => (await key.postJson('/api/keys/verify', { permission: 'traces.create' })).text;
    const forbidden = '{"valid":false,"code":"FORBIDDEN"}';
    expect(await withinASecond(forbidden, verdict)).toBe(forbidden);
    expect(codesOf(await keys())).toEqual(['FORBIDDEN']);
  });

  it('shrinks by a role that is set in its project, and a key of the organization by one in any', async () => {
    const other = (await createProject(owner.browser, organizationId, 'Other')).id;
    const here = await createApiKey(maker.browser, { projectId, permissions: given });
    const elsewhere = await createApiKey(maker.browser, { projectId: other, permissions: given });
    await toRole('OWNER');
    const everywhere = await createApiKey(maker.browser, {
      organizationId,
      permissions: [...given, 'organization.read', 'audit.read'],
    });
    await change('setProjectRole', { projectId, userId: maker.id, role: 'VIEWER' });
    await becomes(here.secretKey, ['traces.read']);
    expect(await verified(elsewhere.secretKey)).toEqual(given);
    await becomes(everywhere.secretKey, ['traces.read', 'organization.read', 'audit.read']);
    await change('clearProjectRole', { projectId, userId: maker.id });
    await becomes(here.secretKey, given);
  });

  it('shrinks when a role, a group or a grant of theirs goes', async () => {
    await toRole('VIEWER');
    const created = await owner.browser.graphql<{ createRole: { role: { id: string } } }>(
      'mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }',
      { input: { organizationId, name: 'Keeper', permissions: [...given, 'apiKeys.manage'] } },
    );
    const roleId = dataOf(created).createRole.role.id;
    await change('grantRole', { organizationId, userId: maker.id, roleId });
    const { secretKey } = await createApiKey(maker.browser, { projectId, permissions: given });
    await change('updateRole', { roleId, permissions: ['traces.read', 'apiKeys.read'] });
    await becomes(secretKey, ['traces.read', 'apiKeys.read']);
    await change('deleteRole', { roleId });
    await becomes(secretKey, ['traces.read']);
  });

  it('does not count what they hold until a date', async () => {
    const { secretKey } = await createApiKey(maker.browser, { projectId, permissions: given });
    await change('grantRole', {
      organizationId,
      userId: maker.id,
      roleId: 'ADMIN',
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await toRole('VIEWER');
    await becomes(secretKey, ['traces.read']);
  });

  it('shrinks with the key that made it, and that with its maker', async () => {
    await toRole('OWNER');
    const permissions = [...given, 'apiKeys.manage'];
    const parent = await createApiKey(maker.browser, { organizationId, permissions });
    const child = await createApiKey(createClient(app.url, { bearer: parent.secretKey }), {
      projectId,
      permissions: given,
    });
    await toRole('MEMBER');
    await becomes(parent.secretKey, given);
    await toRole('VIEWER');
    await becomes(child.secretKey, ['traces.read']);
    await toRole('OWNER');
    await becomes(child.secretKey, given);
  });

  it('stays as it is where the instance’s administrator made it', async () => {
    const { secretKey } = await createApiKey(app.admin(), { projectId, permissions: given });
    await toRole('VIEWER');
    expect(await verified(secretKey)).toEqual(given);
  });

  it('is not made with what its maker loses in that very moment', async () => {
    for (let round = 0; round < 20; round++) {
      await toRole('ADMIN');
      const [made] = await Promise.all([
        maker.browser.graphql<{ createApiKey: { secretKey: string } }>(
          'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secretKey } }',
          { input: { projectId, name: 'key', permissions: given } },
        ),
        toRole('VIEWER'),
      ]);
      if (made.data === null) continue;
      const { secretKey } = made.data.createApiKey;
      await becomes(secretKey, ['traces.read']);
    }
  });

  it('tells in explainAccess and whoCan what is left', async () => {
    const { apiKey } = await createApiKey(maker.browser, { projectId, permissions: given });
    await toRole('VIEWER');
    const explained = await owner.browser.graphql<{
      explainAccess: { allowed: boolean; steps: { kind: string; passed: boolean }[]; remedy: string };
    }>(
      'query ($input: ExplainAccessInput!) { explainAccess(input: $input) { allowed steps { kind passed } remedy } }',
      {
        input: { organizationId, projectId, apiKeyId: apiKey.id, permission: 'traces.create' },
      },
    );
    expect(dataOf(explained).explainAccess).toMatchObject({
      allowed: false,
      remedy: 'Rotate the key as somebody who holds it, or give it back to whoever made the key.',
    });
    expect(dataOf(explained).explainAccess.steps.at(-1)).toEqual({ kind: 'KEY_MAKER', passed: false });
    const holders = await owner.browser.graphql<{ whoCan: { keys: { nodes: { id: string }[] } } }>(
      `query ($o: ID!, $p: ID, $permission: ID!) { whoCan(organizationId: $o, projectId: $p, permission: $permission) { keys { nodes { id } } } }`,
      { o: organizationId, p: projectId, permission: 'traces.create' },
    );
    expect(dataOf(holders).whoCan.keys.nodes).toEqual([]);
  });
});
