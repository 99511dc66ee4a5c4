import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { accountsLike, expectNoSecretOnTrails, post } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createPerson, type Person } from '../support/factories.js';
import { behindProxy, jobsDone, nextLink, strangersBrowser } from '../support/mailbox.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { whoIs } from '../support/sso.js';
import { compared } from '../support/timing.js';
import { actionsOf } from '../support/trail.js';

const password = 'correct horse battery';
const better = 'a wholly different phrase';
const someone = () => `${randomBytes(4).toString('hex')}@example.test`;

const changeEmail = (person: Pick<Person, 'browser'>, email: string) =>
  person.browser.graphql<{ changeEmail: { user: { email: string } } }>(
    'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { user { email } } }',
    { input: { email } },
  );

let sink: MailSink;
beforeAll(async () => {
  sink = await startMailSink();
});
afterAll(() => sink.stop());

function actsIn(current: () => TestApp) {
  const at = (path: string, body: object, browser = strangersBrowser(current())) =>
    post(current(), path, body, browser);
  return {
    signUp: (email: string, browser?: HttpClient) =>
      at('/api/auth/signup', { email, name: 'Somebody', password }, browser),
    signIn: (email: string, secret: string) => at('/api/auth/login', { email, password: secret }),
    forgot: (email: string) => at('/api/auth/password/forgot', { email }),
    reset: (token: string, secret: string) => at('/api/auth/password/reset', { token, password: secret }),
    verify: (token: string, browser?: HttpClient) => at('/api/auth/email/verify', { token }, browser),
    account: async (email: string) => (await accountsLike(current(), email))[0],
  };
}

describe('a mailbox', () => {
  let app: TestApp;
  const { signUp, signIn, forgot, reset, verify, account } = actsIn(() => app);

  beforeAll(async () => {
    app = await startTestApp({ ...behindProxy, SMTP_URL: sink.url });
  });
  afterEach(() => jobsDone(app));
  afterAll(async () => {
    await expectNoSecretOnTrails(app, [password, better]);
    await app.stop();
  });

  it('verifies the email of a new account, by a link that works once', async () => {
    const email = someone();
    expect((await signUp(email)).answer.status).toBe(201);
    const { token, path } = await nextLink(sink, email, 'Verify your email');
    expect(path).toBe(`/verify-email?token=${token}`);
    expect(await account(email)).toMatchObject({ verified: false });

    const verified = await verify(token);
    expect([verified.answer.status, verified.answer.text]).toEqual([204, '']);
    expect(await account(email)).toMatchObject({ verified: true, sessions: 1 });
    expect(verified.trail.map(({ action }) => action)).toEqual(['user.emailVerified']);
    const again = await verify(token);
    expect([again.answer.status, again.code]).toEqual([410, 'TOKEN_INVALID']);
  });

  it('sets a new password: ends every session, proves the email, tells of it, and leaves no other link', async () => {
    const email = someone();
    const { browser } = await signUp(email);
    const verification = await nextLink(sink, email, 'Verify your email');
    const asked = await forgot(` ${email.toUpperCase()}`);
    expect([asked.answer.status, asked.answer.text]).toEqual([202, '']);
    const { token } = await nextLink(sink, email, 'Set a new password');
    await jobsDone(app);

    const weak = await reset(token, 'too short');
    expect([weak.answer.status, weak.code]).toEqual([400, 'VALIDATION_FAILED']);
    const done = await reset(token, better);
    expect([done.answer.status, done.answer.text, done.answer.setCookies]).toEqual([204, '', []]);
    expect(done.trail.map(({ action }) => action)).toEqual(['user.passwordSet']);
    expect(await account(email)).toMatchObject({ verified: true, sessions: 0 });
    expect(await whoIs(browser)).toBeNull();
    expect((await signIn(email, password)).code).toBe('INVALID_CREDENTIALS');
    expect((await signIn(email, better)).answer.status).toBe(200);
    const notice = await nextLink(sink, email, 'Your password was changed');
    expect(notice.path).toBe('/forgot-password');
    expect((await verify(verification.token)).code).toBe('TOKEN_INVALID');
    expect(await actionsOf(app, 'instance')).toContain('password.resetRequested');
  });

  it('gives an account that has no password one', async () => {
    const { email } = await createPerson(app, someone());
    expect(await account(email)).toMatchObject({ has_password: false });
    await forgot(email);
    const { token } = await nextLink(sink, email, 'Set a new password');
    expect((await reset(token, better)).answer.status).toBe(204);
    expect((await signIn(email, better)).answer.status).toBe(200);
  });

  it('changes the email when the link to the new address is followed, tells both, and ends the other sessions', async () => {
    const person = await createPerson(app, someone());
    const [old, wanted] = [person.email, someone()];
    const other = await createPerson(app, someone());
    await app.database.query('update sessions set user_id = $1 where user_id = $2', [person.id, other.id]);
    const { data } = await changeEmail(person, wanted.toUpperCase());
    expect(data).toEqual({ changeEmail: { user: { email: old } } });
    const warning = await nextLink(sink, old, 'Your email is about to change');
    expect(warning.path).toBe('/forgot-password');
    const { token } = await nextLink(sink, wanted, 'Confirm your new email');
    expect(await whoIs(person.browser)).toBe(old);

    const changed = await verify(token, person.browser);
    expect(changed.answer.status).toBe(204);
    expect(changed.trail).toEqual([
      expect.objectContaining({
        action: 'user.emailChanged',
        resource_id: person.id,
        before: { email: old },
        after: { email: wanted },
      }),
    ]);
    expect(await whoIs(person.browser)).toBe(wanted);
    expect(await whoIs(other.browser)).toBeNull();
    expect(await account(wanted)).toMatchObject({ id: person.id, verified: true, sessions: 1 });
    for (const to of [old, wanted])
      await sink.next((mail) => mail.subject === 'Your email was changed' && mail.to.includes(to));
  });

  it('does not tell that a wanted email has an account: its owner gets a mail instead of a link', async () => {
    const [person, taken] = [await createPerson(app, someone()), await createPerson(app, someone())];
    expect((await changeEmail(person, taken.email)).data).toEqual({ changeEmail: { user: { email: person.email } } });
    const { path } = await nextLink(sink, taken.email, 'You have an account already');
    expect(path).toBe('/sign-in');
    await jobsDone(app);
    const toTaken = sink.messages.filter(({ to }) => to.includes(taken.email));
    expect(toTaken.map(({ subject }) => subject)).toEqual(['You have an account already']);
  });

  it('refuses a wanted email that is none, or the one that they have', async () => {
    const person = await createPerson(app, someone());
    for (const email of ['ada@example.test, eve@evil.test', person.email]) {
      const { errors } = await changeEmail(person, email);
      expect(errors[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ field: 'email' }] });
    }
  });

  it('gets five mails and then fewer, however many ask from wherever, and the newest link works', async () => {
    const { email } = await createPerson(app, someone());
    for (let n = 0; n < 7; n += 1) expect((await forgot(email)).answer.status).toBe(202);
    await jobsDone(app);
    const mails = sink.messages.filter(({ to }) => to.includes(email));
    expect(mails).toHaveLength(5);
    const tokens = mails.map(({ text }) => /token=(\S+)/.exec(text)?.[1] ?? '');
    const worked = await Promise.all(tokens.map(async (token) => (await reset(token, better)).answer.status));
    expect(worked.filter((status) => status === 204)).toHaveLength(1);
  });

  it('is asked for five times from one network, and then has to wait', async () => {
    const browser = strangersBrowser(app);
    const ask = () => post(app, '/api/auth/password/forgot', { email: 'often@example.test' }, browser);
    for (let n = 0; n < 5; n += 1) expect((await ask()).answer.status).toBe(202);
    const stopped = await ask();
    expect([stopped.answer.status, stopped.code]).toEqual([429, 'RATE_LIMITED']);
    expect(stopped.answer.headers.get('retry-after')).toBe('2');
  });
});

describe('where an email has to be verified (AUTH_EMAIL_VERIFICATION_REQUIRED)', () => {
  let app: TestApp;
  const { signUp, signIn, forgot, reset, verify, account } = actsIn(() => app);

  beforeAll(async () => {
    app = await startTestApp({ ...behindProxy, SMTP_URL: sink.url, AUTH_EMAIL_VERIFICATION_REQUIRED: 'true' });
  });
  afterAll(() => app.stop());

  it('opens no session before, and mails a fresh link at every sign-in with the right password', async () => {
    const email = someone();
    const made = await signUp(email);
    expect([made.answer.status, made.answer.setCookies]).toEqual([201, []]);
    const first = await nextLink(sink, email, 'Verify your email');

    const wrong = await signIn(email, 'not that one');
    expect(wrong.code).toBe('INVALID_CREDENTIALS');
    const early = await signIn(email, password);
    expect([early.answer.status, early.code, early.answer.setCookies]).toEqual([403, 'EMAIL_NOT_VERIFIED', []]);
    expect(early.trail.map(({ after }) => after?.reason)).toEqual(['EMAIL_UNPROVEN']);
    const second = await nextLink(sink, email, 'Verify your email');
    expect(await account(email)).toMatchObject({ verified: false, sessions: 0 });

    expect((await verify(first.token)).code).toBe('TOKEN_INVALID');
    expect((await verify(second.token)).answer.status).toBe(204);
    expect((await signIn(email, password)).answer.status).toBe(200);
  });

  it('answers a sign-up for an email that has an account as any other, and tells its owner by mail', async () => {
    const { email } = await createPerson(app, someone());
    const [taken, free] = [await signUp(email), await signUp(someone())];
    const shape = ({ answer }: typeof taken) => {
      const { user } = answer.json<{ user: Record<string, unknown> }>();
      return [answer.status, answer.setCookies, { ...user, id: typeof user.id, email: '' }];
    };
    expect(shape(taken)).toEqual(shape(free));
    await jobsDone(app);
    expect(await actionsOf(app, 'instance')).toEqual(expect.arrayContaining(['signIn.refused']));
    expect((await nextLink(sink, email, 'You have an account already')).path).toBe('/sign-in');
    expect(await account(email)).toMatchObject({ has_password: false, sessions: 1 });
  });

  it('takes as long for an email that has an account as for another (SECURITY 92)', async () => {
    // Another one in each round, as a free one is: what has been asked for a hundred times has left its traces.
    let taken = (await createPerson(app, someone())).email;
    const sign = (whose: () => string) => async () => expect((await signUp(whose())).answer.status).toBe(201);
    const rest = async () => {
      await jobsDone(app);
      taken = (await createPerson(app, someone())).email;
    };
    const { first, second, apart } = await compared({ first: sign(() => taken), second: sign(someone), rest }, 0.05);
    console.log(`sign-up: ${first.toFixed(1)} ms taken, ${second.toFixed(1)} ms free`);
    expect(apart).toBeLessThan(0.05);
  });

  it('takes a reset of the password for the proof', async () => {
    const email = someone();
    await signUp(email);
    await nextLink(sink, email, 'Verify your email');
    await forgot(email);
    const { token } = await nextLink(sink, email, 'Set a new password');
    expect((await reset(token, better)).answer.status).toBe(204);
    expect((await signIn(email, better)).answer.status).toBe(200);
  });
});
