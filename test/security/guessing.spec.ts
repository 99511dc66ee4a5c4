import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes, randomInt } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import type { HttpClient } from '../support/servers/http-client.js';

const password = 'correct horse battery';
const unique = () => `${randomBytes(4).toString('hex')}@example.test`;
/** Reserved for documentation, so nobody's (RFC 2544, RFC 3849). */
const anywhere = () => `198.18.${randomInt(256)}.${randomInt(256)}`;

interface Guess {
  readonly email: string;
  readonly from: string;
  readonly password?: string;
  readonly browser?: HttpClient;
}

describe('90, 91: guessing passwords', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ TRUST_PROXY: '127.0.0.1' });
  });
  afterAll(() => app.stop());

  async function guess({ email, from, password: guessed = 'not that one', browser = app.browser() }: Guess) {
    const headers = { 'x-forwarded-for': from };
    const answer = await browser.postJson('/api/auth/login', { email, password: guessed }, { headers });
    return { status: answer.status, wait: Number(answer.headers.get('retry-after') ?? 0) };
  }

  const guesses = async (count: number, make: (n: number) => Guess): Promise<number[]> => {
    const statuses: number[] = [];
    for (let n = 0; n < count; n += 1) statuses.push((await guess(make(n))).status);
    return statuses;
  };
  const times = (count: number, status: number) => Array<number>(count).fill(status);

  async function person(email = unique()): Promise<{ email: string; browser: HttpClient }> {
    const browser = app.browser();
    const headers = { 'x-forwarded-for': anywhere() };
    const answer = await browser.postJson('/api/auth/signup', { email, name: 'Ada', password }, { headers });
    expect(answer.status).toBe(201);
    await browser.postJson('/api/auth/logout', {});
    return { email, browser };
  }

  /** As if so many seconds had gone by. */
  const later = (seconds: number) =>
    app.database.query(`update attempts set allowed_at = allowed_at - $1 * interval '1 second'`, [seconds]);

  /** Makes the waits that there are long ones, so that a slow machine does not wait them out between two guesses. */
  const hold = () =>
    app.database.query(`update attempts set allowed_at = now() + interval '10 minutes' where beyond >= 0`);

  it('90: at one account from one address, is slowed from the sixth on, the right password included', async () => {
    const { email } = await person();
    const from = anywhere();
    expect(await guesses(5, () => ({ email, from }))).toEqual(times(5, 401));
    await hold();
    expect(await guesses(2, () => ({ email, from }))).toEqual(times(2, 429));
    expect((await guess({ email, from, password })).status).toBe(429);

    await later(600);
    expect((await guess({ email, from })).status).toBe(401);
    expect(await guess({ email, from })).toEqual({ status: 429, wait: 4 });
    await later(4);
    expect((await guess({ email, from, password })).status).toBe(200);
    expect(await guesses(5, () => ({ email, from }))).toEqual(times(5, 401));
  });

  it('90: at an account that is nobody’s, is slowed as at any other', async () => {
    const [email, from] = [unique(), anywhere()];
    expect(await guesses(6, () => ({ email, from }))).toEqual([...times(5, 401), 429]);
  });

  it('90: at many accounts from one address, is slowed after a hundred', async () => {
    const from = anywhere();
    const many = Array.from({ length: 100 }, () => guess({ email: unique(), from }));
    expect((await Promise.all(many)).map(({ status }) => status)).toEqual(times(100, 401));
    await hold();
    expect((await guess({ email: unique(), from })).status).toBe(429);
    expect((await guess({ email: unique(), from: anywhere() })).status).toBe(401);
  });

  it('90: from all over one IPv6 customer’s network, counts as one', async () => {
    const email = unique();
    const address = (n: number) => `2001:db8:7:7:${n}::${randomInt(60_000).toString(16)}`;
    expect(await guesses(6, (n) => ({ email, from: address(n) }))).toEqual([...times(5, 401), 429]);
    expect((await guess({ email, from: '2001:db8:7:8::1' })).status).toBe(401);
  });

  it('90: at one account from everywhere, is slowed after a hundred', async () => {
    const { email } = await person();
    const many = Array.from({ length: 100 }, () => guess({ email, from: anywhere() }));
    expect((await Promise.all(many)).map(({ status }) => status)).toEqual(times(100, 401));
    await hold();
    expect((await guess({ email, from: anywhere(), password })).status).toBe(429);
    expect((await guess({ email: unique(), from: anywhere() })).status).toBe(401);
  });

  it('90: right sign-ins of many colleagues behind one address do not use it up', async () => {
    const { email } = await person();
    const from = anywhere();
    for (let n = 0; n < 105; n += 1) expect((await guess({ email, from, password })).status).toBe(200);
  });

  it.each([
    ['case', (email: string) => email.toUpperCase()],
    ['spaces', (email: string) => `  ${email} `],
    ['a dot at the end', (email: string) => `${email}.`],
  ])('91: at one account is not begun anew by %s', async (_, spelt) => {
    const { email } = await person();
    const from = anywhere();
    await guesses(5, () => ({ email, from }));
    expect((await guess({ email: spelt(email), from })).status).toBe(429);
  });

  it('91: by strangers all over the world does not make somebody wait in a browser of theirs', async () => {
    const { email, browser } = await person();
    await Promise.all(Array.from({ length: 100 }, () => guess({ email, from: anywhere() })));
    await hold();
    expect((await guess({ email, from: anywhere(), password })).status).toBe(429);
    expect((await guess({ email, from: anywhere(), password, browser })).status).toBe(200);
  });

  it('91: in a browser that has been stolen is slowed too', async () => {
    const { email, browser } = await person();
    expect(await guesses(6, () => ({ email, from: anywhere(), browser }))).toEqual([...times(5, 401), 429]);
  });

  it('91: in a browser that somebody knows their own account with counts as any other’s at another', async () => {
    const [mine, theirs] = [await person(), await person()];
    const from = anywhere();
    await guesses(5, () => ({ email: theirs.email, from }));
    expect((await guess({ email: theirs.email, from, browser: mine.browser })).status).toBe(429);
  });
});

describe('90: an address that a visitor claims', () => {
  it('is not believed where no proxy is trusted', async () => {
    const app = await startTestApp();
    const email = unique();
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const headers = { 'x-forwarded-for': anywhere(), forwarded: `for=${anywhere()}` };
      const answer = await app.browser().postJson('/api/auth/login', { email, password: 'a guess' }, { headers });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    await app.stop();
  });
});
