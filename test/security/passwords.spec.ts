import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { randomBytes } from 'node:crypto';
import { accountsOf, expectNoSecretOnTrails, post, precreate } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createPerson } from '../support/factories.js';
import { behindProxy, strangersBrowser } from '../support/mailbox.js';
import { compared, median } from '../support/timing.js';
import { trailOfRequest } from '../support/trail.js';

const password = 'correct horse battery';
const someone = () => `${randomBytes(4).toString('hex')}@example.test`;

interface Problem {
  readonly code: string;
  readonly hint?: string;
  readonly fields?: readonly { readonly field: string; readonly message: string }[];
}

describe('a password', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(behindProxy);
  });
  afterAll(async () => {
    await expectNoSecretOnTrails(app, [password]);
    await app.stop();
  });

  const signUp = (secret: string, email = someone(), name = 'Somebody') =>
    post(app, '/api/auth/signup', { email, name, password: secret }, strangersBrowser(app));
  const signIn = (email: string, secret: string) =>
    post(app, '/api/auth/login', { email, password: secret }, strangersBrowser(app));

  it.each([
    ['under the minimum', 'elevenchars', 'at least 12 characters'],
    ['on the block list', 'password1234', 'too common'],
    ['in disguise', 'P@ssw0rd1234!', 'too common'],
    ['of the email', 'ada.lovelace@example.test', 'made of your name'],
    ['of the name', 'Lovelace-1815-Ada', 'made of your name'],
    ['of the place', 'gatehouse2026', 'made of your name'],
  ])('93: %s is refused with the reason and a hint', async (_, weak, reason) => {
    const before = await accountsOf(app);
    const { answer, code } = await signUp(weak, 'ada.lovelace@example.test', 'Ada Lovelace');
    const { fields, hint } = answer.json<Problem>();
    expect([answer.status, code, fields?.length]).toEqual([400, 'VALIDATION_FAILED', 1]);
    expect(fields?.[0]).toEqual({ field: 'password', message: expect.stringContaining(reason) });
    expect(hint).toMatch(/A few words that have nothing to do with each other make a good one\.$/);
    expect(answer.text).not.toContain(weak);
    expect(await accountsOf(app)).toEqual(before);
  });

  it.each([
    ['of 64 characters', 'x'.repeat(64)],
    ['of a thousand', `${'quite long '.repeat(90)}indeed`],
    ['in Unicode', 'пароль из слов 🔑 ünïcödé'],
    ['without a digit, a capital or a sign', 'nothing but small letters'],
  ])('93: %s is accepted, and looked at to its end', async (_, good) => {
    const email = someone();
    expect((await signUp(good, email)).answer.status).toBe(201);
    expect((await signIn(email, good)).answer.status).toBe(200);
    expect((await signIn(email, good.slice(0, -1))).code).toBe('INVALID_CREDENTIALS');
    expect((await signIn(email, `${good}x`)).code).toBe('INVALID_CREDENTIALS');
  });

  it.each(['/api/auth/login', '/api/auth/signup', '/api/auth/password/reset'])(
    '94: of a megabyte is too large at %s',
    async (path) => {
      const body = { email: someone(), name: 'Big', token: 'any', password: 'x'.repeat(1_000_000) };
      const { answer, code } = await post(app, path, body, strangersBrowser(app));
      expect([answer.status, code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    },
  );

  it('92: takes as long to refuse for an unknown account as for a known one', async () => {
    const email = someone();
    await signUp(password, email);
    const guess = (whose: string) => async () => {
      const { status } = await strangersBrowser(app).postJson('/api/auth/login', { email: whose, password: 'a guess' });
      expect(status).toBe(401);
    };
    // A hundred guesses at one account are free, and a noisy machine needs more rounds than that.
    const rest = () => app.database.query('delete from attempts');
    const { first, second, apart } = await compared({ first: guess(email), second: guess(someone()), rest }, 0.05);
    console.log(`sign-in: ${first.toFixed(1)} ms known, ${second.toFixed(1)} ms unknown`);
    expect(apart).toBeLessThan(0.05);
  });

  it('94: five hundred sign-ins at once take turns, all are answered, and the rest of the API stays quick', async () => {
    const person = await createPerson(app);
    const ask = async (): Promise<number> => {
      const started = performance.now();
      expect((await person.browser.get('/api/auth/session')).status).toBe(200);
      return performance.now() - started;
    };
    for (let n = 0; n < 20; n += 1) await ask();

    const started = performance.now();
    let left = 500;
    const flood = Promise.all(
      Array.from({ length: left }, async () => {
        const body = { email: someone(), password: 'a guess' };
        const { status } = await strangersBrowser(app).postJson('/api/auth/login', body, { timeoutMs: 90_000 });
        left -= 1;
        return status;
      }),
    );
    const times: number[] = [];
    while (left > 0) times.push(await ask());
    const statuses = await flood;
    console.log(
      `flood: 500 sign-ins in ${((performance.now() - started) / 1000).toFixed(1)} s; meanwhile ${times.length} session ` +
        `checks, median ${median(times).toFixed(1)} ms, longest ${Math.max(...times).toFixed(0)} ms`,
    );
    expect(statuses.filter((status) => status !== 401)).toEqual([]);
    expect(median(times)).toBeLessThan(150);
  });

  it('110: of another system counts from the first sign-in, and its hash is replaced by one of ours', async () => {
    const [email, stored] = [someone(), await bcrypt(password, 4)];
    const id = await precreate(app, { email, passwordHash: stored });
    const hashOf = async () =>
      (await app.database.query<{ password_hash: string }>('select password_hash from users where id = $1', [id]))
        .rows[0]?.password_hash;
    expect(await hashOf()).toBe(stored);

    expect((await signIn(email, 'not that one')).code).toBe('INVALID_CREDENTIALS');
    expect(await hashOf()).toBe(stored);
    const first = await signIn(email, password);
    expect(first.answer.status).toBe(200);
    expect(first.trail.map(({ action, before }) => [action, before])).toEqual([
      ['user.passwordRehashed', { algorithm: 'bcrypt' }],
      ['signIn.succeeded', null],
    ]);
    const replaced = await hashOf();
    expect(replaced).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await signIn(email, password)).trail.map(({ action }) => action)).toEqual(['signIn.succeeded']);
    expect(await hashOf()).toBe(replaced);
  });

  it('110: a hash is imported by the instance’s administrator alone, in a known form, and told to nobody', async () => {
    const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
    const stored = await bcrypt(password, 4);
    const person = await createPerson(app);
    const requestId = `import-${randomBytes(8).toString('hex')}`;
    const headers = { 'x-request-id': requestId };
    const refused = await person.browser.graphql(create, { input: { email: someone(), passwordHash: stored } });
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN');
    const wrong = await app.admin().graphql(create, { input: { email: someone(), passwordHash: stored.slice(0, -1) } });
    expect(wrong.errors[0]?.extensions).toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ field: 'passwordHash' }],
    });
    const made = await app.admin().graphql(create, { input: { email: someone(), passwordHash: stored } }, { headers });
    expect(made.data).not.toBeNull();
    const told = JSON.stringify([
      refused.answer.text,
      wrong.answer.text,
      made.answer.text,
      await trailOfRequest(app, requestId),
    ]);
    expect(told).toContain('"by":"import"');
    expect(told).not.toContain(stored.slice(7, -1));
  });
});
