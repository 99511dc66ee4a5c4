import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';

describe('organizations', () => {
  let app: TestApp;
  let owner: Person;
  let stranger: Person;
  let organization: { id: string; slug: string };

  beforeAll(async () => {
    app = await startTestApp();
    [owner, stranger] = [await createPerson(app), await createPerson(app)];
    organization = await createOrganization(owner);
  });
  afterAll(() => app.stop());

  const read = `query ($id: ID, $slug: String) {
    organization(id: $id, slug: $slug) { id name slug plan members { nodes { role source user { id email } } totalCount } }
  }`;

  it('makes whoever creates one its owner, and finds it by id and by slug', async () => {
    for (const which of [{ id: organization.id }, { slug: organization.slug }]) {
      const { data } = await owner.browser.graphql(read, which);
      expect(data).toEqual({
        organization: {
          id: organization.id,
          name: 'Acme',
          slug: organization.slug,
          plan: 'self-hosted',
          members: {
            nodes: [{ role: 'OWNER', source: 'CREATOR', user: { id: owner.id, email: owner.email } }],
            totalCount: 1,
          },
        },
      });
    }
  });

  it('tells a stranger the same of a foreign organization as of one that never existed', async () => {
    const foreign = await stranger.browser.graphql(read, { id: organization.id });
    const missing = await stranger.browser.graphql(read, { id: 'there-is-no-such-organization' });
    expect(foreign.errors.map(({ message, extensions }) => [message, extensions.code])).toEqual([
      ['There is no such thing, or you may not see it.', 'NOT_FOUND'],
    ]);
    expect(missing.errors[0]?.message).toBe(foreign.errors[0]?.message);
    expect(foreign.data).toEqual({ organization: null });
  });

  it('records the creation, with the owner, in the organization’s own trail', async () => {
    const { data } = await owner.browser.graphql<{ auditEvents: { nodes: unknown[] } }>(
      `query ($id: ID!) { auditEvents(organizationId: $id) { nodes { sequence action actor { kind id label } outcome resourceId after } } }`,
      { id: organization.id },
    );
    const actor = { kind: 'user', id: owner.id, label: owner.email };
    expect(data?.auditEvents.nodes).toEqual([
      {
        sequence: 2,
        action: 'member.added',
        actor,
        outcome: 'SUCCEEDED',
        resourceId: owner.id,
        after: { role: 'OWNER', source: 'CREATOR' },
      },
      expect.objectContaining({ sequence: 1, action: 'organization.created', actor, resourceId: organization.id }),
    ]);
  });

  it('lets an administrator of members change roles, and refuses a viewer with an entry on the trail', async () => {
    const viewer = await createPerson(app);
    await addMember(app, organization.id, viewer, 'VIEWER');
    const change = `mutation ($input: UpdateMemberRoleInput!) { updateMemberRole(input: $input) { member { role } } }`;
    const input = { organizationId: organization.id, userId: viewer.id, role: 'MEMBER' };

    const refused = await viewer.browser.graphql(change, { input });
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN');
    const done = await owner.browser.graphql(change, { input });
    expect(done.data).toEqual({ updateMemberRole: { member: { role: 'MEMBER' } } });

    const { rows } = await app.database.query(
      'select action, outcome, actor_id, after from audit_events where chain_id = $1 order by sequence desc limit 2',
      [organization.id],
    );
    expect(rows).toEqual([
      { action: 'member.roleChanged', outcome: 'SUCCEEDED', actor_id: owner.id, after: { role: 'MEMBER' } },
      {
        action: 'operation.refused',
        outcome: 'REFUSED',
        actor_id: viewer.id,
        after: { code: 'FORBIDDEN', reason: 'needs members.manage' },
      },
    ]);
  });

  it('answers a repeated call with the same idempotency key as the first, and changes nothing', async () => {
    const create = `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id createdAt } } }`;
    const input = { name: 'Once', idempotencyKey: 'set-up-1' };
    const [first, second] = await Promise.all([
      app.admin().graphql(create, { input }),
      app.admin().graphql(create, { input }),
    ]);
    expect(first.data).toEqual(second.data);
    const { rows } = await app.database.query(`select count(*)::int as count from organizations where name = 'Once'`);
    expect(rows).toEqual([{ count: 1 }]);

    const other = await app.admin().graphql(create, { input: { ...input, name: 'Other' } });
    expect(other.errors[0]?.extensions.code).toBe('CONFLICT');
  });
});
