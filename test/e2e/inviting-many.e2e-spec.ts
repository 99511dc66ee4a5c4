import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, tokenIn } from '../support/invitations.js';
import { mutate } from '../support/mutate.js';
import { bookPlan } from '../support/plans.js';
import { createProject } from '../support/projects.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { trailOfRequest } from '../support/trail.js';

interface Result {
  readonly email: string;
  readonly invitation: { readonly id: string; readonly email: string; readonly role: string } | null;
  readonly error: { readonly code: string; readonly message: string; readonly field: string | null } | null;
}

const fields = 'results { email invitation { id email role } error { code message field } }';

describe('inviting many at once', () => {
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

  async function invite(
    by: Pick<Person, 'browser'>,
    invitations: readonly object[],
    requestId?: string,
    idempotencyKey?: string,
  ): Promise<Result[]> {
    const input = { organizationId: acme.id, invitations, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
    return (await mutate<{ results: Result[] }>(by.browser, 'inviteMembers', input, fields, requestId)).results;
  }
  const address = () => `${randomUUID()}@example.test`;
  const told = (results: readonly Result[]) =>
    results.map(({ invitation, error }) => error?.code ?? invitation?.role ?? 'neither');
  const mailsTo = (email: string) => sink.messages.filter(({ to }) => to.includes(email));

  it('mails each a link of their own, in one commit', async () => {
    const [first, second] = [await createPerson(app), await createPerson(app)];
    const requestId = randomUUID();
    const results = await invite(
      owner,
      [
        { email: first.email.toUpperCase(), role: 'ADMIN' },
        { email: second.email, role: 'VIEWER' },
      ],
      requestId,
    );
    expect(results).toEqual([
      { email: first.email.toUpperCase(), invitation: expect.objectContaining({ email: first.email }), error: null },
      { email: second.email, invitation: expect.objectContaining({ role: 'VIEWER' }), error: null },
    ]);
    for (const person of [second, first]) {
      const mail = await sink.next(({ to }) => to.includes(person.email));
      expect(await acceptInvitation(person, tokenIn(mail))).toMatchObject({ state: 'ACCEPTED' });
    }
    expect((await trailOfRequest(app, requestId)).map(({ action }) => action)).toEqual([
      'invitation.created',
      'invitation.created',
    ]);
  });

  it('tells of each line that is wrong why, and does the others', async () => {
    const admin = await createPerson(app);
    await addMember(app, acme.id, admin, 'ADMIN');
    const foreign = await createProject(owner.browser, (await createOrganization(owner)).id);
    const own = await createProject(owner.browser, acme.id);
    const [last, twice] = [address(), address()];
    const requestId = randomUUID();
    const results = await invite(
      admin,
      [
        { email: twice, role: 'VIEWER' },
        { email: 'nobody', role: 'VIEWER' },
        { email: address(), role: 'OWNER' },
        { email: admin.email, role: 'VIEWER' },
        { email: ` ${twice.toUpperCase()} `, role: 'ADMIN' },
        { email: address(), role: 'VIEWER', projectId: foreign.id, projectRole: 'VIEWER' },
        { email: address(), role: 'VIEWER', projectId: randomUUID(), projectRole: 'VIEWER' },
        { email: address(), role: 'VIEWER', projectId: own.id },
        { email: address(), role: 'VIEWER', ssoException: true },
        { email: last, role: 'MEMBER', projectId: own.id, projectRole: 'ADMIN' },
      ],
      requestId,
    );
    expect(told(results)).toEqual([
      'VIEWER',
      'VALIDATION_FAILED',
      'CANNOT_GRANT',
      'CONFLICT',
      'CONFLICT',
      'NOT_FOUND',
      'NOT_FOUND',
      'VALIDATION_FAILED',
      'CANNOT_GRANT',
      'MEMBER',
    ]);
    expect(results[5]!.error).toEqual(results[6]!.error);
    expect(results[1]!.error).toMatchObject({ field: 'email', message: expect.stringContaining('one email address') });
    expect(results[7]!.error).toMatchObject({ field: 'projectRole' });

    await sink.next(({ to }) => to.includes(last));
    expect(mailsTo(twice)).toHaveLength(1);
    const trail = await trailOfRequest(app, requestId);
    expect(trail.map(({ action, outcome, after }) => [action, outcome, after?.code])).toEqual([
      ['invitation.created', 'SUCCEEDED', undefined],
      ['invitation.refused', 'REFUSED', 'CANNOT_GRANT'],
      ['invitation.refused', 'REFUSED', 'NOT_FOUND'],
      ['invitation.refused', 'REFUSED', 'NOT_FOUND'],
      ['invitation.refused', 'REFUSED', 'CANNOT_GRANT'],
      ['invitation.created', 'SUCCEEDED', undefined],
    ]);
  });

  it('goes on after a line that the database refuses: a project that went meanwhile', async () => {
    const email = address();
    // For the administrator of the instance nothing but the foreign key says that there is no such project.
    const results = await invite({ browser: app.admin() }, [
      { email: address(), role: 'VIEWER', projectId: randomUUID(), projectRole: 'VIEWER' },
      { email, role: 'VIEWER' },
    ]);
    expect(told(results)).toEqual(['NOT_FOUND', 'VIEWER']);
    expect((await sink.next(({ to }) => to.includes(email))).to).toEqual([email]);
  });

  it('gives the seats that are left in the order of the list, and keeps the invitation that a refused one would replace', async () => {
    const kept = address();
    await bookPlan(app, acme.id, 'hobby', 3);
    expect(told(await invite(owner, [{ email: kept, role: 'VIEWER' }]))).toEqual(['VIEWER']);
    const results = await invite(owner, [
      { email: address(), role: 'MEMBER' },
      { email: address(), role: 'VIEWER' },
      { email: kept, role: 'VIEWER', projectId: randomUUID(), projectRole: 'NONE' },
    ]);
    expect(told(results)).toEqual(['MEMBER', 'ENTITLEMENT_REQUIRED', 'NOT_FOUND']);
    expect(results[1]!.error!.message).toBe(
      'All 3 seats are taken. Free one, or book more; these plans have more: core, pro, pro+teams, enterprise, self-hosted.',
    );
    const { rows } = await app.database.query<{ email: string; role: string }>(
      'select role from invitations where organization_id = $1 and revoked_at is null order by role',
      [acme.id],
    );
    expect(rows).toEqual([{ role: 'MEMBER' }, { role: 'VIEWER' }]);
  });

  it('mails nobody twice when the call is repeated with its idempotency key', async () => {
    const [email, key] = [address(), randomUUID()];
    const offers = [
      { email, role: 'VIEWER' },
      { email: 'nobody', role: 'VIEWER' },
    ];
    const first = await invite(owner, offers, undefined, key);
    expect(await invite(owner, offers, undefined, key)).toEqual(first);
    await sink.next(({ to }) => to.includes(email));
    const last = address();
    await invite(owner, [{ email: last, role: 'VIEWER' }]);
    await sink.next(({ to }) => to.includes(last));
    expect(mailsTo(email)).toHaveLength(1);
  });

  it.each([
    ['nobody', []],
    ['more than a hundred', Array.from({ length: 101 }, () => ({ email: address(), role: 'VIEWER' }))],
  ])('refuses a list of %s', async (_what, invitations) => {
    await expect(invite(owner, invitations)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('takes a hundred', async () => {
    const offers = Array.from({ length: 100 }, () => ({ email: address(), role: 'VIEWER' }));
    expect(new Set(told(await invite(owner, offers)))).toEqual(new Set(['VIEWER']));
  });
});
