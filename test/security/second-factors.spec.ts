import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { Authenticator, type Lies } from '../support/authenticator.js';
import type { Person } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import {
  addPasskey,
  ageProof,
  beginTotp,
  codeOf,
  enrolTotp,
  FACTORS,
  isSignedIn,
  optionsIn,
  passkeyOptions,
  recoveryCodesIn,
  signInByPasskey,
  signUp,
  typePassword,
  waitForNextCode,
  wrongCodeOf,
  type Enrolled,
} from '../support/second-factors.js';
import { trailOfRequest } from '../support/trail.js';

const SECOND = '/api/auth/second-factor';

describe('second factors', () => {
  let app: TestApp;
  let mia: Person & Enrolled;
  let device: Authenticator;

  beforeAll(async () => {
    app = await startTestApp();
    device = new Authenticator(app.url);
    const person = await signUp(app);
    mia = { ...person, ...(await enrolTotp(person.browser)) };
    expect((await addPasskey(mia.browser, device)).status).toBe(303);
  });
  afterAll(() => app.stop());

  /** A POST, and the reasons that it has left on the trail. */
  async function post(browser: HttpClient, path: string, body: object): Promise<[HttpAnswer, unknown[]]> {
    const requestId = randomUUID();
    const answer = await browser.postJson(path, body, { headers: { 'x-request-id': requestId } });
    const trail = await trailOfRequest(app, requestId);
    return [answer, trail.map(({ action, after }) => [action, after?.reason])];
  }

  /** No session, the same words for whatever was wrong, and one event with the reason. */
  async function expectRefused(
    browser: HttpClient,
    body: object,
    code: string,
    reason: string,
    path = SECOND,
  ): Promise<void> {
    const [answer, trail] = await post(browser, path, body);
    expect([answer.status, answer.json<{ code: string }>().code, trail]).toEqual([
      code === 'RATE_LIMITED' ? 429 : 401,
      code,
      [['signIn.refused', reason]],
    ]);
    expect(answer.setCookies.filter((cookie) => cookie.startsWith('gatehouse='))).toEqual([]);
    expect(await isSignedIn(browser)).toBe(false);
  }

  const pendingBrowser = async (person: Pick<Person, 'email'> = mia): Promise<HttpClient> =>
    (await typePassword(app, person)).browser;

  describe('90: a code', () => {
    it('is accepted once, and none from before it', async () => {
      await waitForNextCode(app);
      const first = await pendingBrowser();
      const [later, earlier] = [codeOf(mia.key), codeOf(mia.key, -30)];
      expect((await first.postJson(SECOND, { code: later })).status).toBe(200);
      const second = await pendingBrowser();
      await expectRefused(second, { code: later }, 'INVALID_CODE', 'USED_CODE');
      await expectRefused(second, { code: earlier }, 'INVALID_CODE', 'USED_CODE');
    });

    it('is accepted once, even of eight at a time', async () => {
      await waitForNextCode(app);
      const code = codeOf(mia.key);
      const browsers = await Promise.all(Array.from({ length: 8 }, () => pendingBrowser()));
      const answers = await Promise.all(browsers.map((browser) => browser.postJson(SECOND, { code })));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      await app.database.query(`delete from code_attempts`);
    });

    it('of an hour ago, of another person, or of no kind is refused', async () => {
      const eve = await signUp(app);
      const { key } = await enrolTotp(eve.browser);
      await waitForNextCode(app);
      const browser = await pendingBrowser();
      await expectRefused(browser, { code: codeOf(mia.key, -3600) }, 'INVALID_CODE', 'WRONG_CODE');
      await expectRefused(browser, { code: codeOf(key) }, 'INVALID_CODE', 'WRONG_CODE');
      await expectRefused(browser, { code: '' }, 'INVALID_CODE', 'WRONG_CODE');
      await expectRefused(browser, { code: "' or 1=1 --" }, 'INVALID_CODE', 'WRONG_CODE');
    });
  });

  describe('90: a guesser who knows the password', () => {
    it('has five attempts for each sign-in, and ten codes for the account in a day, from wherever', async () => {
      const person = await signUp(app);
      const { key, recoveryCodes } = await enrolTotp(person.browser);
      await waitForNextCode(app);
      const first = await pendingBrowser(person);
      for (let attempt = 0; attempt < 5; attempt += 1)
        await expectRefused(first, { code: wrongCodeOf(key) }, 'INVALID_CODE', 'WRONG_CODE');
      await expectRefused(first, { code: codeOf(key) }, 'UNAUTHENTICATED', 'SIGN_IN_OVER');

      const second = await pendingBrowser(person);
      for (let attempt = 0; attempt < 5; attempt += 1)
        await expectRefused(second, { code: wrongCodeOf(key) }, 'INVALID_CODE', 'WRONG_CODE');
      const third = await pendingBrowser(person);
      await expectRefused(third, { code: codeOf(key) }, 'RATE_LIMITED', 'TOO_MANY_CODES');
      // The person themselves is not kept out: nobody guesses a recovery code.
      expect((await third.postJson(SECOND, { code: recoveryCodes[0] })).status).toBe(200);
    });

    it('has no more of them by asking all at once', async () => {
      const person = await signUp(app);
      const { key } = await enrolTotp(person.browser);
      const browser = await pendingBrowser(person);
      const [wrong, before] = [wrongCodeOf(key), Date.now()];
      const answers = await Promise.all(Array.from({ length: 20 }, () => browser.postJson(SECOND, { code: wrong })));
      const codes = answers.map((answer) => answer.json<{ code: string }>().code);
      expect(codes.filter((code) => code === 'INVALID_CODE')).toHaveLength(5);
      expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(15);
      expect(Date.now() - before).toBeLessThan(5_000);
    });

    it('does not learn from a session that was left open either', async () => {
      const person = await signUp(app);
      const { key } = await enrolTotp(person.browser);
      await app.database.query('update sessions set second_factor = null where user_id = $1', [person.id]);
      const tries = [];
      for (let attempt = 0; attempt < 11; attempt += 1)
        tries.push((await person.browser.postForm(`${FACTORS}/prove`, { code: wrongCodeOf(key) })).status);
      expect(tries).toEqual([...Array<number>(10).fill(401), 429]);
    });
  });

  describe('23: the cookie of a sign-in without its second factor', () => {
    it('opens nothing else, under no name', async () => {
      const browser = await pendingBrowser();
      const token = browser.cookies.get('gatehouse-pending')?.value ?? '';
      expect(token).toHaveLength(43);
      const asSession = app.browser({ headers: { cookie: `gatehouse=${token}` } });
      for (const client of [browser, asSession]) {
        expect(await isSignedIn(client)).toBe(false);
        expect((await client.get(FACTORS)).status).toBe(303);
        expect((await client.graphql('{ viewer { kind } }')).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
      }
      const { rows } = await app.database.query<{ dump: string }>(
        'select json_agg(p)::text as dump from pending_sign_ins p',
      );
      expect(rows[0]?.dump).not.toContain(token);
    });

    it('is for its own person: another’s code does not finish it, nor theirs another’s', async () => {
      const eve = await signUp(app);
      const { key } = await enrolTotp(eve.browser);
      await waitForNextCode(app);
      await expectRefused(await pendingBrowser(eve), { code: codeOf(mia.key) }, 'INVALID_CODE', 'WRONG_CODE');
      await expectRefused(await pendingBrowser(mia), { code: codeOf(key) }, 'INVALID_CODE', 'WRONG_CODE');
      await expectRefused(app.browser(), { code: codeOf(mia.key) }, 'UNAUTHENTICATED', 'SIGN_IN_OVER');
    });

    it('is worth nothing after ten minutes, after another password, and once it was used', async () => {
      await waitForNextCode(app);
      const late = await pendingBrowser();
      await app.database.query(`update pending_sign_ins set expires_at = now() - interval '1 second'`);
      await expectRefused(late, { code: codeOf(mia.key) }, 'UNAUTHENTICATED', 'SIGN_IN_OVER');

      const changed = await pendingBrowser();
      const { rows } = await app.database.query<{ password_hash: string }>(
        'select password_hash from users where id = $1',
        [mia.id],
      );
      await app.database.query(`update users set password_hash = 'another' where id = $1`, [mia.id]);
      await expectRefused(changed, { code: codeOf(mia.key) }, 'UNAUTHENTICATED', 'SIGN_IN_OVER');
      await app.database.query('update users set password_hash = $2 where id = $1', [mia.id, rows[0]?.password_hash]);

      const used = await pendingBrowser();
      const token = used.cookies.get('gatehouse-pending')!;
      expect((await used.postJson(SECOND, { code: codeOf(mia.key) })).status).toBe(200);
      expect(used.cookies.get('gatehouse-pending')).toBeNull();
      await waitForNextCode(app);
      const again = app.browser();
      again.cookies.set(token);
      await expectRefused(again, { code: codeOf(mia.key) }, 'UNAUTHENTICATED', 'SIGN_IN_OVER');
    });

    it('ends with the account', async () => {
      const person = await signUp(app);
      const { key } = await enrolTotp(person.browser);
      await waitForNextCode(app);
      const browser = await pendingBrowser(person);
      await app.database.query('update users set deactivated_at = now() where id = $1', [person.id]);
      await expectRefused(browser, { code: codeOf(key) }, 'INVALID_CREDENTIALS', 'ACCOUNT_DEACTIVATED');
    });
  });

  describe('a recovery code', () => {
    it('signs in once, loudly, and not a second person', async () => {
      const person = await signUp(app);
      const { recoveryCodes } = await enrolTotp(person.browser);
      expect(new Set(recoveryCodes).size).toBe(10);
      const [code = ''] = recoveryCodes;
      await expectRefused(await pendingBrowser(), { code }, 'INVALID_CODE', 'WRONG_CODE');
      const [answer, trail] = await post(await pendingBrowser(person), SECOND, { code: ` ${code.toUpperCase()} ` });
      expect([answer.status, trail]).toEqual([
        200,
        [
          ['recoveryCode.used', undefined],
          ['signIn.succeeded', undefined],
        ],
      ]);
      await expectRefused(await pendingBrowser(person), { code }, 'INVALID_CODE', 'WRONG_CODE');
    });

    it('is accepted once, even of many at a time', async () => {
      const person = await signUp(app);
      const { recoveryCodes } = await enrolTotp(person.browser);
      const browsers = await Promise.all(Array.from({ length: 6 }, () => pendingBrowser(person)));
      const answers = await Promise.all(
        browsers.map((browser) => browser.postJson(SECOND, { code: recoveryCodes[3] })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('is void once new ones are made', async () => {
      const person = await signUp(app);
      const { recoveryCodes } = await enrolTotp(person.browser);
      const renewed = recoveryCodesIn(await person.browser.postForm(`${FACTORS}/recovery-codes`, {}));
      expect(renewed).toHaveLength(10);
      await expectRefused(await pendingBrowser(person), { code: recoveryCodes[1] }, 'INVALID_CODE', 'WRONG_CODE');
      expect((await (await pendingBrowser(person)).postJson(SECOND, { code: renewed[1] })).status).toBe(200);
    });
  });

  describe('a passkey alone', () => {
    const lies: [string, Lies, string][] = [
      ['of another origin', { origin: 'https://gatehouse.evil.test' }, 'PASSKEY_NOT_VERIFIED'],
      ['of our host on another port', { origin: 'http://localhost:1' }, 'PASSKEY_NOT_VERIFIED'],
      ['of another relying party', { rpId: 'evil.test' }, 'PASSKEY_NOT_VERIFIED'],
      ['asked for in a frame of another origin', { crossOrigin: true }, 'PASSKEY_MALFORMED'],
      ['with a challenge of its own', { challenge: 'bm90IG91cnM' }, 'PASSKEY_CHALLENGE'],
      ['made for a registration', { type: 'webauthn.create' }, 'PASSKEY_NOT_VERIFIED'],
      ['without user verification', { flags: { present: true, verified: false } }, 'PASSKEY_NOT_VERIFIED'],
      ['without anybody present', { flags: { present: false, verified: false } }, 'PASSKEY_NOT_VERIFIED'],
      ['with another key', { withForeignKey: true }, 'PASSKEY_NOT_VERIFIED'],
      ['without a user handle', { userHandle: null }, 'PASSKEY_UNKNOWN'],
      ['with the handle of another person', { userHandle: 'c29tZWJvZHk' }, 'PASSKEY_UNKNOWN'],
      ['whose counter stands still', { counter: 0 }, 'PASSKEY_COUNTER'],
    ];

    it('signs in', async () => {
      const browser = app.browser();
      expect((await signInByPasskey(browser, device)).status).toBe(200);
      expect((await browser.get('/api/auth/session')).json()).toMatchObject({ session: { method: 'passkey' } });
    });

    it.each(lies)('%s is refused', async (_what, lie, reason) => {
      const browser = app.browser();
      const asked = await passkeyOptions(browser);
      await expectRefused(browser, { passkey: device.get(asked, lie) }, 'INVALID_PASSKEY', reason, '/api/auth/passkey');
    });

    it('whose counter goes back is refused: there may be two of it', async () => {
      const browser = app.browser();
      const passkey = device.get(await passkeyOptions(browser), { counter: 1 });
      await expectRefused(browser, { passkey }, 'INVALID_PASSKEY', 'PASSKEY_COUNTER', '/api/auth/passkey');
    });

    it('answers a challenge once', async () => {
      const browser = app.browser();
      const asked = await passkeyOptions(browser);
      expect((await browser.postJson('/api/auth/passkey', { passkey: device.get(asked) })).status).toBe(200);
      await browser.postJson('/api/auth/logout', {});
      await expectRefused(
        browser,
        { passkey: device.get(asked) },
        'INVALID_PASSKEY',
        'PASSKEY_CHALLENGE',
        '/api/auth/passkey',
      );
    });

    it('has one try for a challenge', async () => {
      const browser = app.browser();
      const asked = await passkeyOptions(browser);
      const wrong = device.get(asked, { withForeignKey: true });
      await expectRefused(browser, { passkey: wrong }, 'INVALID_PASSKEY', 'PASSKEY_NOT_VERIFIED', '/api/auth/passkey');
      await expectRefused(
        browser,
        { passkey: device.get(asked) },
        'INVALID_PASSKEY',
        'PASSKEY_CHALLENGE',
        '/api/auth/passkey',
      );
    });

    it('answers the challenge of its own browser, purpose and five minutes', async () => {
      const [browser, other] = [app.browser(), app.browser()];
      const asked = await passkeyOptions(browser);
      await passkeyOptions(other);
      await expectRefused(
        other,
        { passkey: device.get(asked) },
        'INVALID_PASSKEY',
        'PASSKEY_CHALLENGE',
        '/api/auth/passkey',
      );

      const pending = await pendingBrowser();
      const second = await passkeyOptions(pending, `${SECOND}/passkey-options`);
      await expectRefused(
        pending,
        { passkey: device.get(second) },
        'INVALID_PASSKEY',
        'PASSKEY_CHALLENGE',
        '/api/auth/passkey',
      );
      const alone = await passkeyOptions(pending);
      await expectRefused(pending, { passkey: device.get(alone) }, 'INVALID_PASSKEY', 'PASSKEY_CHALLENGE');

      const late = app.browser();
      const old = await passkeyOptions(late);
      await app.database.query(`update passkey_challenges set expires_at = now() - interval '1 second'`);
      await expectRefused(
        late,
        { passkey: device.get(old) },
        'INVALID_PASSKEY',
        'PASSKEY_CHALLENGE',
        '/api/auth/passkey',
      );
    });

    it.each([
      {},
      { id: 'x' },
      { id: 'x', response: { clientDataJSON: 'x' } },
      { id: {}, response: { clientDataJSON: {} } },
    ])('%j is none', async (passkey) => {
      await expectRefused(app.browser(), { passkey }, 'INVALID_PASSKEY', 'PASSKEY_MALFORMED', '/api/auth/passkey');
    });

    it('of a deactivated person is refused', async () => {
      const [person, own] = [await signUp(app), new Authenticator(app.url)];
      await addPasskey(person.browser, own);
      await app.database.query('update users set deactivated_at = now() where id = $1', [person.id]);
      const browser = app.browser();
      const passkey = own.get(await passkeyOptions(browser));
      await expectRefused(browser, { passkey }, 'INVALID_CREDENTIALS', 'ACCOUNT_DEACTIVATED', '/api/auth/passkey');
    });
  });

  describe('a passkey after a password', () => {
    it('is one of that person’s', async () => {
      const [eve, hers] = [await signUp(app), new Authenticator(app.url)];
      await addPasskey(eve.browser, hers);
      const browser = await pendingBrowser();
      const options = () => passkeyOptions(browser, `${SECOND}/passkey-options`);
      expect((await options()).allowCredentials?.map(({ id }) => id)).toEqual(device.passkeys.map(({ id }) => id));
      await expectRefused(browser, { passkey: hers.get(await options()) }, 'INVALID_PASSKEY', 'PASSKEY_UNKNOWN');
      const disguised = hers.get(await options(), { userHandle: device.passkeys[0]!.userHandle });
      await expectRefused(browser, { passkey: disguised }, 'INVALID_PASSKEY', 'PASSKEY_UNKNOWN');
      expect((await browser.postJson(SECOND, { passkey: device.get(await options()) })).status).toBe(200);
    });

    it('is not asked for without a right password', async () => {
      expect((await app.browser().postJson(`${SECOND}/passkey-options`, {})).status).toBe(401);
    });
  });

  describe('a new passkey', () => {
    it.each<[string, Lies]>([
      ['of another origin', { origin: 'https://gatehouse.evil.test' }],
      ['of another relying party', { rpId: 'evil.test' }],
      ['without user verification', { flags: { present: true, verified: false } }],
      ['with a challenge of its own', { challenge: 'bm90IG91cnM' }],
    ])('%s is refused', async (_what, lie) => {
      const person = await signUp(app);
      const asked = optionsIn(await person.browser.postForm(`${FACTORS}/passkeys`, { name: '' }));
      const credential = JSON.stringify(new Authenticator(app.url).create(asked, lie));
      const answer = await person.browser.postForm(`${FACTORS}/passkeys/register`, { name: '', credential });
      expect(answer.status).toBe(401);
      expect((await typePassword(app, person)).answer.status).toBe(200);
    });

    it('is nobody else’s already', async () => {
      const person = await signUp(app);
      const asked = optionsIn(await person.browser.postForm(`${FACTORS}/passkeys`, { name: '' }));
      const stolen = new Authenticator(app.url);
      const answer = stolen.create(asked) as { id: string; rawId: string };
      await app.database.query('update passkeys set credential_id = $1 where user_id = $2', [answer.id, mia.id]);
      const made = await person.browser.postForm(`${FACTORS}/passkeys/register`, {
        name: '',
        credential: JSON.stringify(answer),
      });
      expect(made.status).toBe(409);
      await app.database.query('update passkeys set credential_id = $1 where user_id = $2', [
        device.passkeys[0]!.id,
        mia.id,
      ]);
    });
  });

  describe('a change', () => {
    const changes: [string, (person: Person) => Promise<HttpAnswer>][] = [
      [
        'removes a factor',
        async ({ browser, id }) => browser.postForm(`${FACTORS}/remove`, { id: await factorOf(id) }),
      ],
      ['makes recovery codes', ({ browser }) => browser.postForm(`${FACTORS}/recovery-codes`, {})],
      ['shows a key', ({ browser }) => browser.get(`${FACTORS}/totp`)],
      ['asks for a passkey', ({ browser }) => browser.postForm(`${FACTORS}/passkeys`, { name: 'Mine' })],
      ['adds a provider', ({ browser }) => browser.postForm('/account/link', { key: 'google' })],
    ];

    it.each(changes)('that %s needs a proof of the last ten minutes', async (_what, change) => {
      const person = await signUp(app);
      await enrolTotp(person.browser);
      await ageProof(app, person, 11);
      const before = await stateOf(person);
      const answer = await change(person);
      expect([answer.status, answer.location]).toEqual([303, expect.stringMatching(/\/confirm\?returnTo=%2Faccount/)]);
      expect(await stateOf(person)).toEqual(before);
    });

    it.each(changes)(
      'that %s needs the second factor that there is, be the password ever so fresh',
      async (_what, change) => {
        const person = await signUp(app);
        await enrolTotp(person.browser);
        await app.database.query('update sessions set second_factor = null where user_id = $1', [person.id]);
        const before = await stateOf(person);
        const answer = await change(person);
        expect([answer.status, answer.location]).toEqual([303, `${app.url}${FACTORS}`]);
        expect(await stateOf(person)).toEqual(before);
      },
    );

    it('is for oneself', async () => {
      const eve = await signUp(app);
      await enrolTotp(eve.browser);
      const before = await Promise.all([stateOf(eve), stateOf(mia)]);
      const { rows } = await app.database.query<{ id: string }>('select id from passkeys where user_id = $1', [mia.id]);
      const id = rows[0]!.id;
      expect((await eve.browser.get(`${FACTORS}/passkeys/${id}`)).status).toBe(404);
      expect((await eve.browser.postForm(`${FACTORS}/passkeys/${id}`, { name: 'Eve' })).status).toBe(404);
      expect((await eve.browser.postForm(`${FACTORS}/remove`, { id })).status).toBe(404);
      expect((await eve.browser.postForm(`${FACTORS}/remove`, { id: await factorOf(mia.id) })).status).toBe(404);
      expect((await app.browser().postForm(`${FACTORS}/remove`, { id })).location).toContain('/sign-in');
      expect(await Promise.all([stateOf(eve), stateOf(mia)])).toEqual(before);
    });

    it('by an app whose key was shown to another person, or that shows another code, is none', async () => {
      const [ada, eve] = [await signUp(app), await signUp(app)];
      const { key, enrolment } = await beginTotp(eve.browser);
      const answer = await ada.browser.postForm(`${FACTORS}/totp`, { enrolment, code: codeOf(key) });
      expect([answer.status, answer.location]).toEqual([303, `${app.url}${FACTORS}/totp`]);
      const wrong = await eve.browser.postForm(`${FACTORS}/totp`, { enrolment, code: wrongCodeOf(key) });
      expect(wrong.status).toBe(400);
      for (const person of [ada, eve]) expect((await typePassword(app, person)).answer.status).toBe(200);
    });

    it('from another site is refused', async () => {
      const foreign = app.browser({ cookies: mia.browser.cookies, origin: 'https://evil.test' });
      expect((await foreign.postForm(`${FACTORS}/recovery-codes`, {})).status).toBe(403);
    });
  });

  describe('49, 110: what is secret', () => {
    it('is nowhere in the database, on the trail, or in an answer that need not hold it', async () => {
      const person = await signUp(app);
      const own = new Authenticator(app.url);
      const { key, recoveryCodes } = await enrolTotp(person.browser);
      await addPasskey(person.browser, own);
      await waitForNextCode(app);
      const { browser, answer } = await typePassword(app, person);
      await browser.postJson(SECOND, { code: codeOf(key) });
      const { data } = await browser.graphql(
        '{ viewer { secondFactors { id kind name createdAt lastUsedAt } recoveryCodesLeft } }',
      );
      const page = await browser.get(FACTORS);

      const tables = [
        'totp_factors',
        'passkeys',
        'recovery_codes',
        'audit_events',
        'sessions',
        'users',
        'idempotency_keys',
      ];
      const dumps = tables.map((table) =>
        app.database.query<{ dump: string | null }>(`select json_agg(t)::text as dump from ${table} t`),
      );
      const told = [
        ...(await Promise.all(dumps)).map(({ rows }) => rows[0]?.dump ?? ''),
        answer.text,
        JSON.stringify(data),
        page.text,
      ];
      expect(data).toMatchObject({
        viewer: { secondFactors: [{ kind: 'totp' }, { kind: 'passkey', name: 'Laptop' }], recoveryCodesLeft: 10 },
      });
      const secrets = [key, Buffer.from(key).toString('hex'), Buffer.from(key).toString('base64'), ...recoveryCodes];
      const spelt = [...secrets, ...recoveryCodes.map((code) => code.replaceAll('-', ''))];
      expect(spelt.filter((secret) => told.some((text) => text.includes(secret)))).toEqual([]);
      expect(told[3]).toContain('secondFactor.added');
    });

    it('cannot be read in another row', async () => {
      const [ada, eve] = [await signUp(app), await signUp(app)];
      const { key } = await enrolTotp(eve.browser);
      await enrolTotp(ada.browser);
      await app.database.query(
        'update totp_factors set secret = (select secret from totp_factors where user_id = $1), last_used_step = 0 where user_id = $2',
        [eve.id, ada.id],
      );
      const answer = await (await pendingBrowser(ada)).postJson(SECOND, { code: codeOf(key) });
      expect(answer.status).toBe(500);
    });
  });

  const factorOf = async (userId: string): Promise<string> => {
    const { rows } = await app.database.query<{ id: string }>('select id from totp_factors where user_id = $1', [
      userId,
    ]);
    return rows[0]?.id ?? '';
  };

  /** All that a person could sign in with, and how they are signed in. */
  async function stateOf({ id }: Person): Promise<unknown> {
    const { rows } = await app.database.query<object>(
      `select (select json_agg(t) from totp_factors t where user_id = $1) as totp,
         (select json_agg(c order by code_digest) from recovery_codes c where user_id = $1) as codes,
         (select json_agg(p) from passkeys p where user_id = $1) as passkeys`,
      [id],
    );
    return rows[0];
  }
});
