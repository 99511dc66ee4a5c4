import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { memberRemoved } from '../../src/organizations/members/membership-changed.types.js';
import { DomainEvents } from '../../src/platform/events/domain-events.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { changeRole, leaveOrganization, removeMember } from '../support/members.js';
import { trailOfRequest } from '../support/trail.js';

describe('members', () => {
  let app: TestApp;
  let owner: Person;
  let member: Person;
  let acme: { id: string };

  beforeAll(async () => {
    app = await startTestApp();
    owner = await createPerson(app);
  });
  beforeEach(async () => {
    acme = await createOrganization(owner);
    member = await createPerson(app);
    await addMember(app, acme.id, member, 'MEMBER');
  });
  afterAll(() => app.stop());

  const membersOf = async (organizationId: string) => {
    const { rows } = await app.database.query<{ user_id: string }>(
      'select user_id from memberships where organization_id = $1',
      [organizationId],
    );
    return rows.map(({ user_id }) => user_id).sort();
  };

  it('leave an organization by themselves, and see nothing of it from then on', async () => {
    const requestId = randomUUID();
    expect(await leaveOrganization(member, acme.id, requestId)).toEqual({ role: 'MEMBER', source: 'INVITATION' });
    expect(await membersOf(acme.id)).toEqual([owner.id]);
    const { errors } = await member.browser.graphql('query ($id: ID) { organization(id: $id) { id } }', {
      id: acme.id,
    });
    expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'member.removed',
        outcome: 'SUCCEEDED',
        actor_id: member.id,
        resource_id: member.id,
        before: { role: 'MEMBER', source: 'INVITATION' },
        after: null,
        ip: '127.0.0.1',
      }),
    ]);
  });

  it('who leave or are removed are told of in the same commit, so that what hangs on the membership can go too', async () => {
    const told: unknown[] = [];
    app.nest.get(DomainEvents, { strict: false }).on(memberRemoved, (tx, { actor, ...facts }) => {
      told.push({ ...facts, by: actor.id });
      return tx.query<undefined>(
        `insert into idempotency_keys (actor, key, operation, input_digest) values ('test', $1, '', '')`,
        [facts.userId],
      );
    });
    await leaveOrganization(member, acme.id);
    const other = await createPerson(app);
    await addMember(app, acme.id, other, 'VIEWER');
    await removeMember(owner, acme.id, other.id);
    await expect(leaveOrganization(owner, acme.id)).rejects.toMatchObject({ code: 'LAST_OWNER' });

    expect(told).toEqual([
      { organizationId: acme.id, userId: member.id, by: member.id },
      { organizationId: acme.id, userId: other.id, by: owner.id },
      { organizationId: acme.id, userId: owner.id, by: owner.id },
    ]);
    const { rows } = await app.database.query(`select key from idempotency_keys where actor = 'test' order by key`);
    expect(rows).toEqual([member.id, other.id].sort().map((key) => ({ key })));
  });

  it('of other organizations leave nothing: they are told that there is no such thing', async () => {
    const stranger = await createPerson(app);
    const foreign = await leaveOrganization(stranger, acme.id).catch((error: unknown) => error);
    const missing = await leaveOrganization(stranger, randomUUID()).catch((error: unknown) => error);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND', message: 'There is no such thing, or you may not see it.' });
    expect(foreign).toEqual(missing);
    expect(await membersOf(acme.id)).toEqual([owner.id, member.id].sort());
  });

  it('are people: a program that holds ADMIN_API_KEY has nothing to leave', async () => {
    const { errors } = await app
      .admin()
      .graphql('mutation ($input: LeaveOrganizationInput!) { leaveOrganization(input: $input) { member { role } } }', {
        input: { organizationId: acme.id },
      });
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('keep their role until it is changed, and lose what it gave at the next request', async () => {
    const admin = await createPerson(app);
    await addMember(app, acme.id, admin, 'ADMIN');
    expect(await changeRole(admin, acme.id, member.id, 'VIEWER')).toMatchObject({ role: 'VIEWER' });
    await changeRole(owner, acme.id, admin.id, 'MEMBER');
    await expect(changeRole(admin, acme.id, member.id, 'MEMBER')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
