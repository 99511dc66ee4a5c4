import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { inviteMember } from '../support/invitations.js';
import { changeRole, leaveOrganization, removeMember } from '../support/members.js';
import { trailOfRequest } from '../support/trail.js';

const ROUNDS = 50;
const cannotGrant = { code: 'CANNOT_GRANT', message: 'You cannot grant what you do not hold.' };
const lastOwner = { code: 'LAST_OWNER', message: 'An organization keeps at least one owner.' };

describe('memberships withstand', () => {
  let app: TestApp;
  let owner: Person;
  let admin: Person;
  let member: Person;
  let acme: { id: string };

  beforeAll(async () => {
    app = await startTestApp();
    [owner, admin, member] = [await createPerson(app), await createPerson(app), await createPerson(app)];
  });
  beforeEach(async () => {
    acme = await createOrganization(owner);
    await addMember(app, acme.id, admin, 'ADMIN');
    await addMember(app, acme.id, member, 'MEMBER');
  });
  afterAll(() => app.stop());

  async function roles(): Promise<Record<string, string>> {
    const { rows } = await app.database.query<{ user_id: string; role: string }>(
      'select user_id, role from memberships where organization_id = $1',
      [acme.id],
    );
    return Object.fromEntries(rows.map(({ user_id, role }) => [user_id, role]));
  }

  const asBefore = () => ({ [owner.id]: 'OWNER', [admin.id]: 'ADMIN', [member.id]: 'MEMBER' });

  it('120: an administrator who makes themselves owner, which is refused and on the trail', async () => {
    const requestId = randomUUID();
    await expect(changeRole(admin, acme.id, admin.id, 'OWNER', requestId)).rejects.toMatchObject(cannotGrant);
    expect(await roles()).toEqual(asBefore());
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'operation.refused',
        outcome: 'REFUSED',
        actor_id: admin.id,
        resource_id: 'updateMemberRole',
        after: { code: 'CANNOT_GRANT', reason: 'ADMIN asked to grant OWNER' },
      }),
    ]);
  });

  it('120: a member who raises themselves', async () => {
    for (const role of ['OWNER', 'ADMIN', 'MEMBER']) {
      await expect(changeRole(member, acme.id, member.id, role)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await roles()).toEqual(asBefore());
  });

  it('120: an administrator who grants more than they hold, to a member or by an invitation', async () => {
    await expect(changeRole(admin, acme.id, member.id, 'OWNER')).rejects.toMatchObject(cannotGrant);
    await expect(
      inviteMember(admin, { organizationId: acme.id, email: 'eve@example.test', role: 'OWNER' }),
    ).rejects.toMatchObject(cannotGrant);
    const { rows } = await app.database.query('select 1 from invitations where organization_id = $1', [acme.id]);
    expect([await roles(), rows]).toEqual([asBefore(), []]);
  });

  it('120: an administrator who grants in a project more than they hold there', async () => {
    const projectId = randomUUID();
    await app.database.query(`insert into projects (id, organization_id, name, slug) values ($1, $2, 'P', 'p')`, [
      projectId,
      acme.id,
    ]);
    const offer = { organizationId: acme.id, email: 'eve@example.test', role: 'VIEWER', projectId };
    await expect(inviteMember(admin, { ...offer, projectRole: 'OWNER' })).rejects.toMatchObject(cannotGrant);

    const set = `insert into project_roles (project_id, organization_id, user_id, role) values ($1, $2, $3, $4)
      on conflict (project_id, user_id) do update set role = excluded.role`;
    await app.database.query(set, [projectId, acme.id, admin.id, 'VIEWER']);
    await expect(inviteMember(admin, { ...offer, projectRole: 'MEMBER' })).rejects.toMatchObject(cannotGrant);
    await app.database.query(set, [projectId, acme.id, admin.id, 'NONE']);
    await expect(inviteMember(admin, { ...offer, projectRole: 'NONE' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('120: an administrator who removes, demotes or uninvites somebody above them', async () => {
    const requestId = randomUUID();
    await expect(removeMember(admin, acme.id, owner.id, requestId)).rejects.toMatchObject(cannotGrant);
    await expect(changeRole(admin, acme.id, owner.id, 'VIEWER')).rejects.toMatchObject(cannotGrant);
    const invitation = await inviteMember(owner, {
      organizationId: acme.id,
      email: 'owner2@example.test',
      role: 'OWNER',
    });
    for (const name of ['revokeInvitation', 'resendInvitation']) {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
      const { errors } = await admin.browser.graphql(
        `mutation ($input: ${type}!) { ${name}(input: $input) { invitation { id } } }`,
        {
          input: { invitationId: invitation.id },
        },
      );
      expect(errors[0]?.extensions.code).toBe('CANNOT_GRANT');
    }
    expect(await roles()).toEqual(asBefore());
    expect((await trailOfRequest(app, requestId)).map(({ action, outcome }) => [action, outcome])).toEqual([
      ['operation.refused', 'REFUSED'],
    ]);
  });

  it('121: the last owner removed, demoted or leaving, each refused and on the organization’s trail', async () => {
    const attempts = [
      (requestId: string) => removeMember(owner, acme.id, owner.id, requestId),
      (requestId: string) => changeRole(owner, acme.id, owner.id, 'ADMIN', requestId),
      (requestId: string) => changeRole(owner, acme.id, owner.id, 'NONE', requestId),
      (requestId: string) => leaveOrganization(owner, acme.id, requestId),
    ];
    for (const attempt of attempts) {
      const requestId = randomUUID();
      await expect(attempt(requestId)).rejects.toMatchObject(lastOwner);
      const { rows } = await app.database.query(
        'select chain_id, action, outcome, actor_id, after from audit_events where request_id = $1',
        [requestId],
      );
      expect(rows).toEqual([
        {
          chain_id: acme.id,
          action: 'operation.refused',
          outcome: 'REFUSED',
          actor_id: owner.id,
          after: { code: 'LAST_OWNER', reason: lastOwner.message },
        },
      ]);
    }
    expect(await roles()).toEqual(asBefore());
  });

  it('121: owners who demote, remove, or leave each other at once: one remains, every time', async () => {
    const second = await createPerson(app);
    const both = [owner, second] as const;
    const games = [
      (by: Person, of: Person) => changeRole(by, acme.id, of.id, 'VIEWER'),
      (by: Person, of: Person) => removeMember(by, acme.id, of.id),
      (by: Person) => leaveOrganization(by, acme.id),
      (by: Person) => changeRole(by, acme.id, by.id, 'MEMBER'),
    ] as const;
    for (let round = 0; round < ROUNDS; round += 1) {
      const play = games[round % games.length]!;
      await makeOwners(both);
      const outcomes = await Promise.allSettled([play(owner, second), play(second, owner)]);
      const owners = Object.values(await roles()).filter((role) => role === 'OWNER');
      expect([owners.length, outcomes.filter(({ status }) => status === 'fulfilled').length]).toEqual([1, 1]);
    }
  });

  it('121: two owners who each leave five times at once: one leaves, once', async () => {
    const second = await createPerson(app);
    await makeOwners([owner, second]);
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 5 }, () => leaveOrganization(owner, acme.id)),
      ...Array.from({ length: 5 }, () => leaveOrganization(second, acme.id)),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(Object.values(await roles()).filter((role) => role === 'OWNER')).toHaveLength(1);
  });

  async function makeOwners(people: readonly Person[]): Promise<void> {
    for (const { id } of people) {
      await app.database.query(
        `insert into memberships (organization_id, user_id, role, source) values ($1, $2, 'OWNER', 'CREATOR')
         on conflict (organization_id, user_id) do update set role = 'OWNER'`,
        [acme.id, id],
      );
    }
  }
});
