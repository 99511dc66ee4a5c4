import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, resendInvitation, revokeInvitation, tokenIn } from '../support/invitations.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { actionsOf, trailOfRequest } from '../support/trail.js';

const notValid = { code: 'INVITATION_INVALID', message: 'This invitation is not valid any more.' };
const notThere = { code: 'NOT_FOUND', message: 'There is no such thing, or you may not see it.' };

describe('invitations', () => {
  let app: TestApp;
  let sink: MailSink;
  let owner: Person;
  let acme: { id: string };

  beforeAll(async () => {
    sink = await startMailSink();
    app = await startTestApp({ SMTP_URL: sink.url });
    owner = await createPerson(app);
  });
  beforeEach(async () => {
    acme = await createOrganization(owner);
  });
  afterAll(async () => {
    await app.stop();
    await sink.stop();
  });

  const mailTo = (email: string) => sink.next((mail) => mail.to.includes(email));

  async function invited(email: string, role = 'MEMBER'): Promise<{ id: string; token: string; expiresAt: string }> {
    const { id, expiresAt } = await inviteMember(owner, { organizationId: acme.id, email, role });
    return { id, expiresAt, token: tokenIn(await mailTo(email)) };
  }

  async function roleOf(person: Person): Promise<string | null> {
    const { rows } = await app.database.query<{ role: string }>(
      'select role from memberships where organization_id = $1 and user_id = $2',
      [acme.id, person.id],
    );
    return rows[0]?.role ?? null;
  }

  async function createProject(organizationId: string): Promise<string> {
    const id = randomUUID();
    await app.database.query('insert into projects (id, organization_id, name, slug) values ($1, $2, $3, $1)', [
      id,
      organizationId,
      'P',
    ]);
    return id;
  }

  it('are mailed to one address with a link, as text and as HTML, and make whoever accepts a member', async () => {
    const email = 'grace@example.test';
    const [invite, accept] = [randomUUID(), randomUUID()];
    const invitation = await inviteMember(
      owner,
      { organizationId: acme.id, email: ' Grace@EXAMPLE.test', role: 'VIEWER' },
      invite,
    );
    expect(invitation).toMatchObject({
      email,
      role: 'VIEWER',
      state: 'OPEN',
      projectId: null,
      invitedBy: { email: owner.email },
    });
    expect(Date.parse(invitation.expiresAt) - Date.now()).toBeGreaterThan(6.99 * 86_400_000);

    const mail = await mailTo(email);
    const token = tokenIn(mail);
    expect(mail.to).toEqual([email]);
    expect(mail.text).toContain(`${app.url}/accept-invitation?token=${token}`);
    expect(mail.html).toContain(`href="${app.url}/accept-invitation?token=${token}"`);
    expect(mail.text).toMatch(/to join “Acme” as Viewer/);

    const grace = await createPerson(app, email);
    await app.database.query('update users set email_verified_at = null where id = $1', [grace.id]);
    await acceptInvitation(grace, token, accept);
    expect(await roleOf(grace)).toBe('VIEWER');
    const { rows } = await app.database.query(
      'select email_verified_at is not null as verified from users where id = $1',
      [grace.id],
    );
    expect(rows).toEqual([{ verified: true }]);

    const told = { email, role: 'VIEWER', projectRole: null, expiresAt: invitation.expiresAt };
    const resource = { resource_type: 'invitation', resource_id: invitation.id, ip: '127.0.0.1', outcome: 'SUCCEEDED' };
    expect(await trailOfRequest(app, invite)).toEqual([
      expect.objectContaining({
        ...resource,
        action: 'invitation.created',
        actor_id: owner.id,
        before: null,
        after: { ...told, state: 'OPEN' },
      }),
    ]);
    expect(await trailOfRequest(app, accept)).toEqual([
      expect.objectContaining({
        action: 'member.added',
        actor_id: grace.id,
        after: { role: 'VIEWER', source: 'INVITATION' },
      }),
      expect.objectContaining({
        ...resource,
        action: 'invitation.accepted',
        actor_id: grace.id,
        before: { ...told, state: 'OPEN' },
        after: { ...told, state: 'ACCEPTED', userId: grace.id },
      }),
    ]);
  });

  it('keep the token in the mail alone', async () => {
    const { id, token } = await invited('once@example.test');
    const { rows } = await app.database.query<{ row: string }>(
      'select i::text as row from invitations i where id = $1',
      [id],
    );
    const trail = await app.database.query<{ row: string }>(
      'select e::text as row from audit_events e where chain_id = $1',
      [acme.id],
    );
    expect([...rows, ...trail.rows].filter(({ row }) => row.includes(token))).toEqual([]);
  });

  it('refuse a project of another organization like one that never existed, and leave nothing behind', async () => {
    const stranger = await createPerson(app);
    const foreign = await createProject((await createOrganization(stranger, 'Other')).id);
    const offer = { organizationId: acme.id, email: 'nobody@example.test', role: 'MEMBER', projectRole: 'MEMBER' };
    await expect(inviteMember(owner, { ...offer, projectId: foreign })).rejects.toMatchObject(notThere);
    await expect(inviteMember(owner, { ...offer, projectId: randomUUID() })).rejects.toMatchObject(notThere);
    const { rows } = await app.database.query('select 1 from invitations where organization_id = $1', [acme.id]);
    expect(rows).toEqual([]);
    expect(sink.messages.filter(({ to }) => to.includes(offer.email))).toEqual([]);
  });

  it.each([
    ['a project without a role', { projectId: 'p' }, 'projectRole'],
    ['a role without a project', { projectRole: 'MEMBER' }, 'projectId'],
    ['no address', { email: 'ada' }, 'email'],
    ['two addresses (SECURITY 96)', { email: 'ada@example.test,eve@evil.test' }, 'email'],
    ['an address with a line break (SECURITY 96)', { email: 'ada@example.test\r\nBcc: eve@evil.test' }, 'email'],
    ['an address with a name', { email: 'Ada <ada@example.test>' }, 'email'],
  ])('refuse %s, and name the field', async (_what, wrong, field) => {
    const offer = { organizationId: acme.id, email: 'ada@example.test', role: 'MEMBER', ...wrong };
    await expect(inviteMember(owner, offer)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ field, message: expect.stringContaining(field) }],
    });
  });

  it('refuse to invite a member again', async () => {
    const member = await createPerson(app);
    await addMember(app, acme.id, member, 'VIEWER');
    const again = { organizationId: acme.id, email: member.email.toUpperCase(), role: 'ADMIN' };
    await expect(inviteMember(owner, again)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'This person is a member already.',
    });
  });

  it('replace the open one to the same address, whose link is then dead', async () => {
    const person = await createPerson(app);
    const first = await invited(person.email, 'ADMIN');
    const requestId = randomUUID();
    await inviteMember(owner, { organizationId: acme.id, email: person.email, role: 'VIEWER' }, requestId);
    const second = tokenIn(await mailTo(person.email));

    await expect(acceptInvitation(person, first.token)).rejects.toMatchObject(notValid);
    await acceptInvitation(person, second);
    expect(await roleOf(person)).toBe('VIEWER');
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'invitation.revoked',
        resource_id: first.id,
        before: expect.objectContaining({ state: 'OPEN' }),
        after: expect.objectContaining({ state: 'REVOKED', because: 'replaced' }),
      }),
      expect.objectContaining({ action: 'invitation.created' }),
    ]);
  });

  it('are one per address, however many are sent at once', async () => {
    const offer = { organizationId: acme.id, email: 'busy@example.test', role: 'MEMBER' };
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => inviteMember(owner, offer)));
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'fulfilled'));
    const { rows } = await app.database.query(
      'select 1 from invitations where organization_id = $1 and revoked_at is null',
      [acme.id],
    );
    expect(rows).toHaveLength(1);
  });

  it('can be sent again: the new link works for seven days more, the old one no longer', async () => {
    const person = await createPerson(app);
    const first = await invited(person.email);
    await app.database.query(`update invitations set expires_at = now() - interval '1 minute' where id = $1`, [
      first.id,
    ]);
    const requestId = randomUUID();
    const again = await resendInvitation(owner, first.id, requestId);
    expect([again.id, again.state]).toEqual([first.id, 'OPEN']);
    expect(Date.parse(again.expiresAt) - Date.now()).toBeGreaterThan(6.99 * 86_400_000);

    const second = tokenIn(await mailTo(person.email));
    await expect(acceptInvitation(person, first.token)).rejects.toMatchObject(notValid);
    await acceptInvitation(person, second);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'invitation.resent',
        before: expect.objectContaining({ state: 'EXPIRED' }),
        after: expect.objectContaining({ state: 'OPEN', expiresAt: again.expiresAt }),
      }),
    ]);
  });

  it('withdrawn by several at once are withdrawn once', async () => {
    const { id } = await invited('several@example.test');
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => revokeInvitation(owner, id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await actionsOf(app, acme.id)).filter((action) => action === 'invitation.revoked')).toHaveLength(1);
  });

  it('can be withdrawn once, and not after they were accepted', async () => {
    const person = await createPerson(app);
    const first = await invited(person.email);
    const requestId = randomUUID();
    expect(await revokeInvitation(owner, first.id, requestId)).toMatchObject({ state: 'REVOKED' });
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'invitation.revoked',
        actor_id: owner.id,
        after: expect.objectContaining({ because: 'withdrawn' }),
      }),
    ]);
    await expect(acceptInvitation(person, first.token)).rejects.toMatchObject(notValid);
    await expect(revokeInvitation(owner, first.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(resendInvitation(owner, first.id)).rejects.toMatchObject({ code: 'CONFLICT' });

    const second = await invited(person.email);
    await acceptInvitation(person, second.token);
    await expect(revokeInvitation(owner, second.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('are listed for those who read members, newest first, until they are over', async () => {
    const [viewer, member, stranger] = [await createPerson(app), await createPerson(app), await createPerson(app)];
    await addMember(app, acme.id, viewer, 'VIEWER');
    await addMember(app, acme.id, member, 'MEMBER');
    const gone = await invited('gone@example.test');
    const [first, second] = [await invited('first@example.test'), await invited('second@example.test')];
    await revokeInvitation(owner, gone.id);
    await app.database.query('update invitations set expires_at = now() where id = $1', [first.id]);

    const list = `query ($id: ID, $after: String) { organization(id: $id) {
      invitations(first: 1, after: $after) { nodes { email state invitedBy { id } } totalCount pageInfo { endCursor hasNextPage } } } }`;
    interface Listed {
      organization: {
        invitations: { nodes: unknown[]; totalCount: number; pageInfo: { endCursor: string; hasNextPage: boolean } };
      };
    }
    const top = await member.browser.graphql<Listed>(list, { id: acme.id });
    const { nodes, totalCount, pageInfo } = top.data!.organization.invitations;
    expect([nodes, totalCount, pageInfo.hasNextPage]).toEqual([
      [{ email: 'second@example.test', state: 'OPEN', invitedBy: { id: owner.id } }],
      2,
      true,
    ]);
    const next = await member.browser.graphql<Listed>(list, { id: acme.id, after: pageInfo.endCursor });
    expect(next.data!.organization.invitations.nodes).toEqual([
      { email: 'first@example.test', state: 'EXPIRED', invitedBy: { id: owner.id } },
    ]);

    expect((await viewer.browser.graphql(list, { id: acme.id })).errors[0]?.extensions.code).toBe('FORBIDDEN');
    await expect(revokeInvitation(member, second.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const act of [revokeInvitation, resendInvitation]) {
      await expect(act(stranger, second.id)).rejects.toMatchObject(notThere);
      await expect(act(stranger, randomUUID())).rejects.toMatchObject(notThere);
    }
  });

  it('can be sent by a program that holds ADMIN_API_KEY, which no person stands behind', async () => {
    const email = 'program@example.test';
    const invitation = await inviteMember({ browser: app.admin() }, { organizationId: acme.id, email, role: 'OWNER' });
    expect(invitation.invitedBy).toBeNull();
    expect((await mailTo(email)).text).toMatch(/^You are invited to join “Acme” as Owner/);
  });

  it('send one mail for a call that is repeated with its idempotency key, and none for one that is refused', async () => {
    const input = {
      organizationId: acme.id,
      email: 'repeat@example.test',
      role: 'MEMBER',
      idempotencyKey: randomUUID(),
    };
    const [first, second] = [await inviteMember(owner, input), await inviteMember(owner, input)];
    expect(second).toEqual(first);
    await expect(inviteMember(owner, { ...input, email: 'other@example.test' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await mailTo('repeat@example.test');
    await inviteMember(owner, { organizationId: acme.id, email: 'last@example.test', role: 'MEMBER' });
    await mailTo('last@example.test');
    expect(sink.messages.filter(({ to }) => /repeat|other/.test(to.join()))).toHaveLength(1);
  });
});
