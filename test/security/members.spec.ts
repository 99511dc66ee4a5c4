import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, revokeInvitation } from '../support/invitations.js';
import { changeRole, leaveOrganization, removeMember } from '../support/members.js';
import { mutate } from '../support/mutate.js';
import { trailOfRequest } from '../support/trail.js';

const cannotGrant = { code: 'CANNOT_GRANT', message: 'You cannot grant what you do not hold.' };
const notValid = { code: 'INVITATION_INVALID', message: 'This invitation is not valid any more.' };
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

  it('120, 121: a list of members that holds somebody above, a stranger or the last owner: the others are done, each refusal is told', async () => {
    const other = await createPerson(app);
    await addMember(app, acme.id, other, 'MEMBER');
    const stranger = await createPerson(app);
    const fields = 'results { userId member { role } error { code } }';
    const many = async (by: Person, name: string, input: object) => {
      const requestId = randomUUID();
      const payload = await mutate<{ results: object[] }>(
        by.browser,
        name,
        { organizationId: acme.id, ...input },
        fields,
        requestId,
      );
      const trail = await trailOfRequest(app, requestId);
      return { results: payload.results, trail: trail.map(({ action, after }) => [action, after?.code]) };
    };
    const done = (person: Person, role: string) => ({ userId: person.id, member: { role }, error: null });
    const not = (person: Person, code: string) => ({ userId: person.id, member: null, error: { code } });

    const changes = [
      { userId: owner.id, role: 'VIEWER' },
      { userId: member.id, role: 'VIEWER' },
      { userId: stranger.id, role: 'VIEWER' },
      { userId: other.id, role: 'OWNER' },
      { userId: other.id, role: 'ADMIN' },
    ];
    expect(await many(admin, 'updateMemberRoles', { changes })).toEqual({
      results: [
        not(owner, 'CANNOT_GRANT'),
        done(member, 'VIEWER'),
        not(stranger, 'NOT_FOUND'),
        not(other, 'CANNOT_GRANT'),
        done(other, 'ADMIN'),
      ],
      trail: [
        ['member.changeRefused', 'CANNOT_GRANT'],
        ['member.roleChanged', undefined],
        ['member.changeRefused', 'NOT_FOUND'],
        ['member.changeRefused', 'CANNOT_GRANT'],
        ['member.roleChanged', undefined],
      ],
    });
    const userIds = [member.id, owner.id, other.id];
    expect(await many(owner, 'removeMembers', { userIds })).toEqual({
      results: [done(member, 'VIEWER'), not(owner, 'LAST_OWNER'), done(other, 'ADMIN')],
      trail: [
        ['member.removed', undefined],
        ['member.changeRefused', 'LAST_OWNER'],
        ['member.removed', undefined],
      ],
    });
    expect(await roles()).toEqual({ [owner.id]: 'OWNER', [admin.id]: 'ADMIN' });
    const tooMany = { userIds: Array.from({ length: 101 }, () => admin.id) };
    await expect(many(owner, 'removeMembers', tooMany)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(many(owner, 'removeMembers', { userIds: [] })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
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

  it('121: two owners who each leave five times at once: one leaves, once', async () => {
    const second = await createPerson(app);
    await addMember(app, acme.id, second, 'OWNER');
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 5 }, () => leaveOrganization(owner, acme.id)),
      ...Array.from({ length: 5 }, () => leaveOrganization(second, acme.id)),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(Object.values(await roles()).filter((role) => role === 'OWNER')).toHaveLength(1);
  });

  it.each(['deactivateUser', 'deleteUser'])(
    '121: the last owner’s account is kept by %s, and told is where they are the last',
    async (name) => {
      const requestId = randomUUID();
      const [ada, second] = [await createPerson(app), await createPerson(app)];
      const [first, shared, last] = [
        await createOrganization(ada),
        await createOrganization(ada),
        await createOrganization(ada),
      ];
      await addMember(app, shared.id, second, 'OWNER');
      await addMember(app, first.id, second, 'ADMIN');
      await expect(changeAccount(name, ada, requestId)).rejects.toMatchObject({
        ...lastOwner,
        extensions: { organizationIds: [first.id, last.id] },
      });
      expect((await ada.browser.get('/api/auth/session')).status).toBe(200);
      expect((await trailOfRequest(app, requestId)).map(({ action, after }) => [action, after?.code])).toEqual([
        ['operation.refused', 'LAST_OWNER'],
      ]);

      for (const { id } of [first, last]) await leaveTo(ada, id, second);
      await changeAccount(name, ada);
      expect((await ada.browser.get('/api/auth/session')).status).toBe(401);
      await expect(leaveOrganization(second, shared.id)).rejects.toMatchObject(lastOwner);
    },
  );

  it('121: an owner who is deactivated is none: the other one can neither go nor be put out', async () => {
    const [second, administrator] = [await createPerson(app), app.admin()];
    await addMember(app, acme.id, second, 'OWNER');
    await changeAccount('deactivateUser', second);
    for (const attempt of [
      () => leaveOrganization(owner, acme.id),
      () => changeRole(owner, acme.id, owner.id, 'ADMIN'),
      () => changeAccount('deactivateUser', owner),
      () => changeAccount('deleteUser', owner),
      () => removeMember({ ...owner, browser: administrator }, acme.id, owner.id),
    ])
      await expect(attempt()).rejects.toMatchObject(lastOwner);
    await expect(transfer(owner, second.id)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });

    await changeAccount('activateUser', second);
    await leaveOrganization(owner, acme.id);
    expect((await roles())[owner.id]).toBeUndefined();
  });

  it('121: two owners whose accounts are deactivated or deleted at once: one remains, every time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const both = [await createPerson(app), await createPerson(app)] as const;
      const { id } = await createOrganization(both[0]);
      await addMember(app, id, both[1], 'OWNER');
      const name = round % 2 === 0 ? 'deactivateUser' : 'deleteUser';
      const outcomes = await Promise.allSettled(both.map((person) => changeAccount(name, person)));
      const { rows } = await app.database.query(
        `select 1 from memberships m join users u on u.id = m.user_id
         where m.organization_id = $1 and m.role = 'OWNER' and u.deactivated_at is null`,
        [id],
      );
      expect([rows.length, outcomes.filter(({ status }) => status === 'fulfilled').length]).toEqual([1, 1]);
    }
  });

  it('121: an owner hands the organization over in one step, with one entry, and is an administrator from then on', async () => {
    const requestId = randomUUID();
    expect(await transfer(owner, member.id, requestId)).toMatchObject({ role: 'OWNER' });
    expect(await roles()).toEqual({ [owner.id]: 'ADMIN', [admin.id]: 'ADMIN', [member.id]: 'OWNER' });
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'organization.ownershipTransferred',
        outcome: 'SUCCEEDED',
        actor_id: owner.id,
        resource_id: member.id,
        before: { owner: owner.id, role: 'MEMBER' },
        after: { owner: member.id, role: 'OWNER', roleOfFormerOwner: 'ADMIN' },
      }),
    ]);
    await expect(transfer(owner, admin.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(changeRole(owner, acme.id, member.id, 'ADMIN')).rejects.toMatchObject(cannotGrant);
  });

  it('120: nobody hands over what is not theirs, and nobody gets it who is not there', async () => {
    const stranger = await createPerson(app);
    await expect(transfer(admin, admin.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(transfer(admin, member.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(transfer(stranger, stranger.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(transfer(owner, stranger.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(transfer(owner, owner.id)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(transfer({ browser: app.admin() }, member.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await roles()).toEqual(asBefore());
  });

  it('122: who has handed over, is lowered or deactivated has lost it at the next request', async () => {
    const rename = async ({ browser }: Person) =>
      (
        await browser.graphql(
          'mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }',
          { input: { organizationId: acme.id, name: 'Renamed' } },
        )
      ).errors[0]?.extensions.code ?? 'ok';
    expect([await rename(admin), await rename(owner)]).toEqual(['ok', 'ok']);
    await transfer(owner, member.id);
    await changeRole(member, acme.id, owner.id, 'VIEWER');
    expect(await rename(owner)).toBe('FORBIDDEN');
    const second = await createPerson(app);
    await addMember(app, acme.id, second, 'ADMIN');
    await changeAccount('deactivateUser', second);
    expect(await rename(second)).toBe('UNAUTHENTICATED');
  });

  it('123: an invitation that is tampered with, forwarded, expired, withdrawn or used, in one wording', async () => {
    const [person, eve] = [await createPerson(app), await createPerson(app)];
    const { id, token } = await invited(person);
    const requestId = randomUUID();
    await expect(acceptInvitation(eve, token, requestId)).rejects.toMatchObject(notValid);
    const tampered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [tampered, token.toUpperCase(), '', ' ', id]) {
      await expect(acceptInvitation(person, wrong)).rejects.toMatchObject(notValid);
    }
    await app.database.query(`update invitations set expires_at = now() where id = $1`, [id]);
    await expect(acceptInvitation(person, token)).rejects.toMatchObject(notValid);
    expect([await roleOf(person), await roleOf(eve)]).toEqual([null, null]);

    await app.database.query(`update invitations set expires_at = now() + interval '1 day' where id = $1`, [id]);
    await acceptInvitation(person, token);
    await expect(acceptInvitation(person, token)).rejects.toMatchObject(notValid);
    expect(await roleOf(person)).toBe('MEMBER');
    const withdrawn = await invited(eve);
    await revokeInvitation(owner, withdrawn.id);
    await expect(acceptInvitation(eve, withdrawn.token)).rejects.toMatchObject(notValid);
    expect(await roleOf(eve)).toBeNull();

    const { rows } = await app.database.query(
      'select chain_id, action, outcome, actor_id, after from audit_events where request_id = $1',
      [requestId],
    );
    expect(rows).toEqual([
      {
        chain_id: 'instance',
        action: 'operation.refused',
        outcome: 'REFUSED',
        actor_id: eve.id,
        after: { code: 'INVITATION_INVALID', reason: `invitation ${id} is for another address` },
      },
    ]);
  });

  it('123: an invitation that is accepted fifty times at once: one membership, and one entry', async () => {
    const person = await createPerson(app);
    const { token } = await invited(person);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => acceptInvitation(person, token)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { code: string }).code] : [],
    );
    expect(new Set(codes)).toEqual(new Set(['INVITATION_INVALID']));
    const { rows } = await app.database.query(
      `select count(*)::int as count from audit_events where chain_id = $1 and action in ('member.added', 'invitation.accepted') and actor_id = $2`,
      [acme.id, person.id],
    );
    expect([await roleOf(person), rows]).toEqual(['MEMBER', [{ count: 2 }]]);
  });

  async function invited(person: Person): Promise<{ id: string; token: string }> {
    const { id } = await inviteMember(owner, { organizationId: acme.id, email: person.email, role: 'MEMBER' });
    const token = randomBytes(32).toString('base64url');
    await app.database.query(`update invitations set token_digest = sha256(convert_to($2, 'UTF8')) where id = $1`, [
      id,
      token,
    ]);
    return { id, token };
  }

  const roleOf = async ({ id }: Person): Promise<string | null> => (await roles())[id] ?? null;

  const transfer = async (by: Pick<Person, 'browser'>, userId: string, requestId?: string) => {
    const input = { organizationId: acme.id, userId };
    const payload = await mutate<{ member: { role: string } }>(
      by.browser,
      'transferOwnership',
      input,
      'member { role }',
      requestId,
    );
    return payload.member;
  };

  /** Makes another one an owner, so that the first is not the last. */
  async function leaveTo(first: Person, organizationId: string, heir: Person): Promise<void> {
    await app.database.query(
      `insert into memberships (organization_id, user_id, role, source) values ($1, $2, 'VIEWER', 'INVITATION') on conflict do nothing`,
      [organizationId, heir.id],
    );
    await changeRole(first, organizationId, heir.id, 'OWNER');
  }

  const changeAccount = (name: string, { id: userId }: Person, requestId?: string) =>
    mutate<{ user: { id: string } }>(app.admin(), name, { userId }, 'user { id }', requestId);
});
