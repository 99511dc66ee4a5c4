import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { accountsLike, accountsOf, deactivate, expectNoSecretOnTrails, post } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { inviteMember, revokeInvitation } from '../support/invitations.js';
import { behindProxy, elsewhere, jobsDone, nextLink, strangersBrowser } from '../support/mailbox.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { verifiedDomain } from '../support/sso.js';
import { compared } from '../support/timing.js';

const better = 'a wholly different phrase';
const someone = (domain = 'example.test') => `${randomBytes(4).toString('hex')}@${domain}`;

describe('what is proven through a mailbox', () => {
  let app: TestApp;
  let sink: MailSink;

  beforeAll(async () => {
    sink = await startMailSink();
    app = await startTestApp({
      ...behindProxy,
      SMTP_URL: sink.url,
      AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: 'corp.test',
    });
  });
  afterAll(async () => {
    await expectNoSecretOnTrails(app, [better]);
    await app.stop();
    await sink.stop();
  });

  const at = (path: string, body: object, browser = strangersBrowser(app)) => post(app, path, body, browser);
  const forgot = (email: string) => at('/api/auth/password/forgot', { email });
  const reset = (token: string, password = better) => at('/api/auth/password/reset', { token, password });
  const resetLink = async (email: string) => {
    await forgot(email);
    return nextLink(sink, email, 'Set a new password');
  };

  /** Answered as the others, with nothing changed, and one entry on the trail. */
  const expectRefused = async (token: string, code = 'TOKEN_INVALID', status = 410) => {
    const before = await accountsOf(app);
    const { answer, code: told, trail } = await reset(token);
    expect([answer.status, told]).toEqual([status, code]);
    expect(trail).toEqual([
      expect.objectContaining({
        action: 'operation.refused',
        outcome: 'REFUSED',
        after: expect.objectContaining({ code }),
      }),
    ]);
    expect(await accountsOf(app)).toEqual(before);
    return { ...answer.json<Record<string, unknown>>(), requestId: '' };
  };

  it('95: a reset token that was used, replaced, is too old, guessed or of another purpose is refused in one wording', async () => {
    const { email } = await createPerson(app, someone());
    const replaced = await resetLink(email);
    const used = await resetLink(email);
    const answers = [await expectRefused(replaced.token)];
    expect((await reset(used.token)).answer.status).toBe(204);
    answers.push(await expectRefused(used.token));

    const old = await resetLink(email);
    await app.database.query(`update mailbox_tokens set expires_at = now() - interval '1 second' where email = $1`, [
      email,
    ]);
    answers.push(await expectRefused(old.token), await expectRefused(randomBytes(32).toString('base64url')));

    const newcomer = someone();
    await at('/api/auth/signup', { email: newcomer, name: 'New', password: better });
    answers.push(await expectRefused((await nextLink(sink, newcomer, 'Verify your email')).token));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('95: of fifty who use one token at once, one succeeds', async () => {
    const { email } = await createPerson(app, someone());
    const { token } = await resetLink(email);
    const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await reset(token)).answer.status));
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.filter((status) => status !== 204 && status !== 410)).toEqual([]);
  });

  it('95: guesses are counted by network, and stopped', async () => {
    const browser = app.browser({ headers: elsewhere() });
    const statuses = await Promise.all(
      Array.from(
        { length: 55 },
        async () => (await post(app, '/api/auth/email/verify', { token: 'guess' }, browser)).answer.status,
      ),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });

  it('95: a link of somebody who was deactivated, or whose email has changed since, is refused', async () => {
    const [gone, moved] = [await createPerson(app, someone()), await createPerson(app, someone())];
    const links = [await resetLink(gone.email), await resetLink(moved.email)];
    await deactivate(app, gone.email);
    await app.database.query('update users set email = $1 where id = $2', [someone(), moved.id]);
    for (const { token } of links) await expectRefused(token);
  });

  it('46: mails nothing to somebody who was deactivated, nor to a stranger, and says the same to all', async () => {
    const { email: known } = await createPerson(app, someone());
    const { email: gone } = await createPerson(app, someone());
    await deactivate(app, gone);
    const unknown = someone();
    const answers = await Promise.all([known, gone, unknown].map((email) => forgot(email)));
    await jobsDone(app);
    expect(answers.map(({ answer }) => [answer.status, answer.text])).toEqual(Array(3).fill([202, '']));
    expect(sink.messages.filter(({ to }) => to.includes(gone))).toEqual([]);
    const { rows } = await app.database.query<{ told: string }>(
      `select coalesce(after->>'reason', action) as told from audit_events where after->>'email' = any($1)
       and action like 'password.%' order by array_position($1, after->>'email')`,
      [[known, gone, unknown]],
    );
    expect(rows.map(({ told }) => told)).toEqual(['password.resetRequested', 'ACCOUNT_DEACTIVATED', 'UNKNOWN_ACCOUNT']);
  });

  it.each(['corp.test', 'CORP.test.'])(
    '45: no reset in an enforced domain, as %s: not asked for, not by a link from before',
    async (domain) => {
      const email = someone('corp.test');
      await createPerson(app, email);
      const asked = await forgot(email.replace('corp.test', domain));
      expect(asked.answer.status).toBe(202);
      await jobsDone(app);
      expect(sink.messages.filter(({ to }) => to.includes(email))).toEqual([]);

      const token = randomBytes(32).toString('base64url');
      await app.database.query(
        `insert into mailbox_tokens (token_digest, purpose, user_id, email, expires_at)
       select $1, 'resetPassword', id, email, now() + interval '1 hour' from users where email = $2`,
        [createHash('sha256').update(token).digest(), email],
      );
      await expectRefused(token, 'SSO_REQUIRED', 403);
      expect((await accountsLike(app, email))[0]).toMatchObject({ has_password: false });
    },
  );

  it.each([
    ['into', 'example.test', 'corp.test'],
    ['out of', 'corp.test', 'example.test'],
  ])('45: no change of email %s an enforced domain: not asked for, not by a link from before', async (_, from, to) => {
    const person = await createPerson(app, someone(from));
    const wanted = someone(to);
    const mutation = 'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { user { id } } }';
    const { errors } = await person.browser.graphql(mutation, { input: { email: wanted } });
    expect(errors[0]?.extensions.code).toBe('SSO_REQUIRED');

    const token = randomBytes(32).toString('base64url');
    await app.database.query(
      `insert into mailbox_tokens (token_digest, purpose, user_id, email, expires_at)
       values ($1, 'changeEmail', $2, $3, now() + interval '1 hour')`,
      [createHash('sha256').update(token).digest(), person.id, wanted],
    );
    const { answer, code } = await at('/api/auth/email/verify', { token });
    expect([answer.status, code]).toEqual([403, 'SSO_REQUIRED']);
    expect((await accountsLike(app, person.email))[0]).toMatchObject({ id: person.id });
  });

  it('110: a dump of the database holds no token and no address of a mail that waits', async () => {
    const owner = await createPerson(app, someone());
    const acme = await createOrganization(owner);
    await verifiedDomain(app, acme.id, 'acme.test');
    const { token } = await resetLink(owner.email);
    const { rows } = await app.database.query<{ all: string }>(
      `select (select json_agg(t)::text from mailbox_tokens t) || coalesce((select json_agg(j)::text from graphile_worker._private_jobs j), '') as all`,
    );
    expect(rows[0]?.all).not.toContain(token);
  });

  it('92: "forgot password" takes as long for a known address as for an unknown one', async () => {
    const { email: known } = await createPerson(app, someone());
    const unknown = someone();
    const ask = (email: string) => async () => {
      const answer = await strangersBrowser(app).postJson('/api/auth/password/forgot', { email });
      expect([answer.status, answer.text]).toEqual([202, '']);
    };
    const { first, second, apart } = await compared(
      { first: ask(known), second: ask(unknown), rest: () => jobsDone(app) },
      0.05,
    );
    console.log(`forgot: ${first.toFixed(2)} ms known, ${second.toFixed(2)} ms unknown`);
    expect(apart).toBeLessThan(0.05);
  });

  it('92: an invitation answers alike, and takes as long, for an address that has an account as for one that has none', async () => {
    const owner = await createPerson(app, someone());
    const { id: organizationId } = await createOrganization(owner);
    const { email: known } = await createPerson(app, someone());
    const unknown = someone();
    const open: string[] = [];
    const answers: object[] = [];
    const invite = (email: string) => async () => {
      const invitation = await inviteMember(owner, { organizationId, email, role: 'MEMBER' });
      open.push(invitation.id);
      answers.push({ ...invitation, id: '', email: '', expiresAt: '' });
    };
    const rest = async () => {
      for (const id of open.splice(0)) await revokeInvitation(owner, id);
      await jobsDone(app);
    };
    const { first, second, apart } = await compared({ first: invite(known), second: invite(unknown), rest }, 0.05);
    console.log(`invitation: ${first.toFixed(2)} ms known, ${second.toFixed(2)} ms unknown`);
    expect(apart).toBeLessThan(0.05);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});
