import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { InvitationService, invitationAccepted } from '../../src/organizations/invitations/invitation.service.js';
import { DomainEvents } from '../../src/platform/events/domain-events.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, resendInvitation, revokeInvitation, tokenIn } from '../support/invitations.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { trailOfRequest } from '../support/trail.js';

const notValid = { code: 'INVITATION_INVALID', message: 'This invitation is not valid any more.' };

describe('accepting invitations', () => {
  let app: TestApp;
  let sink: MailSink;
  let owner: Person;
  let acme: { id: string; slug: string };

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

  it('answer the accepting person with the organization', async () => {
    const linus = await createPerson(app);
    const { token } = await invited(linus.email);
    const { data } = await linus.browser.graphql(
      `mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { invitation { state } organization { id name } } }`,
      { input: { token } },
    );
    expect(data).toEqual({
      acceptInvitation: { invitation: { state: 'ACCEPTED' }, organization: { id: acme.id, name: 'Acme' } },
    });
  });

  it('offer a role in a project too, told in the commit of the acceptance', async () => {
    const projectId = await createProject(acme.id);
    const person = await createPerson(app);
    const told: unknown[] = [];
    app.nest.get(DomainEvents, { strict: false }).on(invitationAccepted, (_tx, { actor, ...facts }) => {
      if (facts.userId === person.id) told.push({ ...facts, actor: actor.id });
      return Promise.resolve();
    });
    await inviteMember(owner, {
      organizationId: acme.id,
      email: person.email,
      role: 'NONE',
      projectId,
      projectRole: 'MEMBER',
    });
    await acceptInvitation(person, tokenIn(await mailTo(person.email)));
    expect(told).toEqual([
      { actor: person.id, organizationId: acme.id, userId: person.id, projectId, projectRole: 'MEMBER' },
    ]);
    expect(await roleOf(person)).toBe('NONE');
  });

  it('while the organization is deleted end in a membership that went with it, or in a refusal', async () => {
    for (let round = 0; round < 20; round += 1) {
      acme = await createOrganization(owner);
      const person = await createPerson(app);
      const { token } = await invited(person.email);
      const deletion = owner.browser.graphql(
        'mutation ($input: DeleteOrganizationInput!) { deleteOrganization(input: $input) { organization { id } } }',
        { input: { organizationId: acme.id, confirmation: acme.slug } },
      );
      const acceptance = acceptInvitation(person, token).then(
        () => 'accepted',
        (error: unknown) => (error as { code: string }).code,
      );
      expect((await deletion).errors).toEqual([]);
      // NOT_FOUND: the organization went between the acceptance and reading it for the answer.
      expect(['accepted', 'INVITATION_INVALID', 'NOT_FOUND']).toContain(await acceptance);
      expect(await roleOf(person)).toBeNull();
    }
  });

  it('leave a member who joined meanwhile as they are, and are used up', async () => {
    const person = await createPerson(app);
    const { id, token } = await invited(person.email, 'ADMIN');
    await addMember(app, acme.id, person, 'VIEWER');
    await expect(resendInvitation(owner, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await acceptInvitation(person, token)).toMatchObject({ state: 'ACCEPTED' });
    expect(await roleOf(person)).toBe('VIEWER');
  });

  it('die with a membership: whoever is removed does not come back by one that was still open', async () => {
    const person = await createPerson(app);
    const { id, token } = await invited(person.email, 'ADMIN');
    await addMember(app, acme.id, person, 'VIEWER');
    const requestId = randomUUID();
    await owner.browser.graphql(
      'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { member { role } } }',
      { input: { organizationId: acme.id, userId: person.id } },
      { headers: { 'x-request-id': requestId } },
    );
    await expect(acceptInvitation(person, token)).rejects.toMatchObject(notValid);
    expect((await trailOfRequest(app, requestId)).map(({ action, resource_id }) => [action, resource_id])).toEqual([
      ['invitation.revoked', id],
      ['member.removed', person.id],
    ]);
  });

  it('are for people: nobody who is not signed in accepts one, and no key', async () => {
    const { token } = await invited('people@example.test');
    await expect(acceptInvitation({ browser: app.browser() }, token)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await expect(acceptInvitation({ browser: app.admin() }, token)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('tell their holder what they are for, and whether somebody waits for an address', async () => {
    const invitations = app.nest.get(InvitationService, { strict: false });
    const email = 'preview@example.test';
    expect(await invitations.hasOpenFor(email)).toBe(false);
    const { id, token } = await invited(email);
    const place = { organizationId: acme.id, organizationName: 'Acme', ssoException: false };
    const preview = { ...place, email, role: 'MEMBER', invitedBy: owner.email.split('@')[0] };
    expect(await invitations.preview(token)).toEqual({ state: 'open', ...preview });
    expect(await invitations.hasOpenFor(email)).toBe(true);

    await app.database.query('update invitations set expires_at = now() where id = $1', [id]);
    expect(await invitations.preview(token)).toEqual({ state: 'expired', ...preview });
    expect(await invitations.hasOpenFor(email)).toBe(false);
    await revokeInvitation(owner, id);
    expect(await invitations.preview(token)).toEqual({ state: 'invalid', ...preview });
    expect(await invitations.preview('no such token')).toBeNull();
  });
});
