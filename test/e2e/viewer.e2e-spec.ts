import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { codesOf, createApiKey, dataOf } from '../support/projects.js';

const query = `{
  viewer {
    kind label isInstanceAdministrator
    user { id email }
    session { id method connection createdAt expiresAt }
    apiKey { publicKey }
    organizations { nodes { role organization { id name } } totalCount }
  }
}`;

describe('the viewer', () => {
  let app: TestApp;
  let person: Person;
  let organization: { id: string };

  beforeAll(async () => {
    app = await startTestApp();
    person = await createPerson(app);
    organization = await createOrganization(person);
  });
  afterAll(() => app.stop());

  it('is a person with their session and their place in each organization', async () => {
    const elsewhere = await createOrganization(await createPerson(app), 'Elsewhere');
    await addMember(app, elsewhere.id, person, 'VIEWER');
    const { rows } = await app.database.query<{ id: string }>('select id from sessions where user_id = $1', [
      person.id,
    ]);
    const instant = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(dataOf(await person.browser.graphql(query))).toEqual({
      viewer: {
        kind: 'user',
        label: person.email,
        isInstanceAdministrator: false,
        user: { id: person.id, email: person.email },
        session: { id: rows[0]?.id, method: 'password', connection: null, createdAt: instant, expiresAt: instant },
        apiKey: null,
        organizations: {
          nodes: [
            { role: 'OWNER', organization: { id: organization.id, name: 'Acme' } },
            { role: 'VIEWER', organization: { id: elsewhere.id, name: 'Elsewhere' } },
          ],
          totalCount: 2,
        },
      },
    });
  });

  it('pages through the organizations of a person', async () => {
    const page = `query ($after: String) {
      viewer { organizations(first: 1, after: $after) { nodes { organization { id } } pageInfo { hasNextPage endCursor } } }
    }`;
    interface Page {
      readonly viewer: {
        organizations: {
          nodes: { organization: { id: string } }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      };
    }
    const first = dataOf(await person.browser.graphql<Page>(page)).viewer.organizations;
    const second = dataOf(await person.browser.graphql<Page>(page, { after: first.pageInfo.endCursor })).viewer
      .organizations;
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    expect(first.nodes[0]?.organization.id).toBe(organization.id);
    expect(second.nodes[0]?.organization.id).not.toBe(organization.id);
  });

  it('is a key, which is no person and a member of nothing', async () => {
    const key = await createApiKey(person.browser, { organizationId: organization.id });
    expect(dataOf(await app.browser({ bearer: key.secretKey }).graphql(query))).toEqual({
      viewer: {
        kind: 'apiKey',
        label: key.publicKey,
        isInstanceAdministrator: false,
        user: null,
        session: null,
        apiKey: { publicKey: key.publicKey },
        organizations: { nodes: [], totalCount: 0 },
      },
    });
  });

  it('is the administrator, for whoever holds ADMIN_API_KEY', async () => {
    expect(dataOf(await app.admin().graphql(query))).toMatchObject({
      viewer: { kind: 'administrator', label: 'ADMIN_API_KEY', isInstanceAdministrator: true, user: null },
    });
  });

  it('is nobody without a session or a key', async () => {
    expect(codesOf(await app.browser().graphql(query))).toEqual(['UNAUTHENTICATED']);
  });
});
