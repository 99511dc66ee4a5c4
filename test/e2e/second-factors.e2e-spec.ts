import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openInvitation, post } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { Authenticator } from '../support/authenticator.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import {
  addPasskey,
  ageProof,
  codeOf,
  enrolTotp,
  FACTORS,
  isSignedIn,
  passkeyOptions,
  password,
  recoveryCodesIn,
  signInByPasskey,
  signUp,
  typePassword,
  waitForNextCode,
} from '../support/second-factors.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { actionsOf, trailOfRequest } from '../support/trail.js';

const SECOND = '/api/auth/second-factor';

describe('second factors', () => {
  let app: TestApp;
  let mails: MailSink;

  beforeAll(async () => {
    mails = await startMailSink();
    app = await startTestApp({ SMTP_URL: mails.url, AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: 'enforced.test' });
  });
  afterAll(async () => {
    await app.stop();
    await mails.stop();
  });

  const mailTo = ({ email }: Pick<Person, 'email'>, subject: string) =>
    mails.next((mail) => mail.to.includes(email) && mail.subject === subject);

  describe('a sign-in with a password', () => {
    it('asks for the code, and then answers as it always does', async () => {
      const mia = await signUp(app);
      const { key } = await enrolTotp(mia.browser);
      await waitForNextCode(app);
      const { browser, answer } = await typePassword(app, mia);
      expect(answer.json()).toMatchObject({
        status: 403,
        code: 'SECOND_FACTOR_REQUIRED',
        factors: ['totp', 'recoveryCode'],
      });
      expect(answer.setCookies).toEqual([
        expect.stringMatching(/^gatehouse-pending=[\w-]{43}; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/),
      ]);
      expect(await isSignedIn(browser)).toBe(false);

      const done = await post(app, SECOND, { code: codeOf(key).replace(/(...)/, '$1 ') }, browser);
      expect(done.answer.json()).toEqual({ user: { id: mia.id, email: mia.email, name: 'Mia', emailVerified: false } });
      expect(done.trail.map(({ action, after }) => [action, after])).toEqual([
        ['signIn.succeeded', { method: 'password', connection: null, secondFactor: 'totp' }],
      ]);
      const { data } = await browser.graphql<{ viewer: { session: object } }>(
        '{ viewer { session { method secondFactor } } }',
      );
      expect(data?.viewer.session).toEqual({ method: 'password', secondFactor: 'totp' });
    });

    it('says on the trail that the password was right, whatever comes of it', async () => {
      const mia = await signUp(app);
      await enrolTotp(mia.browser);
      const requestId = randomUUID();
      const body = { email: mia.email, password };
      await app.browser().postJson('/api/auth/login', body, { headers: { 'x-request-id': requestId } });
      expect(await trailOfRequest(app, requestId)).toEqual([
        expect.objectContaining({
          action: 'signIn.secondFactorAsked',
          resource_id: mia.id,
          after: { factors: ['totp', 'recoveryCode'] },
        }),
      ]);
    });

    it('takes a passkey, or on paper what was kept for the day without one, and tells of that by mail', async () => {
      const [mia, device] = [await signUp(app), new Authenticator(app.url)];
      const codes = recoveryCodesIn(await addPasskey(mia.browser, device));
      const first = await typePassword(app, mia);
      expect(first.answer.json()).toMatchObject({ factors: ['passkey', 'recoveryCode'] });
      const passkey = device.get(await passkeyOptions(first.browser, `${SECOND}/passkey-options`), {
        userHandle: null,
      });
      expect((await first.browser.postJson(SECOND, { passkey })).status).toBe(200);

      const second = await typePassword(app, mia);
      expect((await second.browser.postJson(SECOND, { code: codes[7] })).status).toBe(200);
      const { text } = await mailTo(mia, 'A recovery code was used');
      expect(text).toContain('9 are left.');
      expect(text).toContain(`${app.url}${FACTORS}`);
    });

    it('is asked for either, and for nothing else', async () => {
      const mia = await signUp(app);
      await enrolTotp(mia.browser);
      const { browser } = await typePassword(app, mia);
      const answers = await Promise.all(
        [{}, { code: 1 }, { passkey: 'x' }, { code: '1', admin: true }].map((body) => browser.postJson(SECOND, body)),
      );
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    });

    it('asks nobody who has none', async () => {
      expect((await typePassword(app, await signUp(app))).answer.status).toBe(200);
    });

    it('warns the person by mail when the tenth code was wrong', async () => {
      const mia = await signUp(app);
      await enrolTotp(mia.browser);
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const { browser } = await typePassword(app, mia);
        await browser.postJson(SECOND, { code: '000000' });
      }
      expect((await mailTo(mia, 'Wrong codes for your account')).text).toContain('ten wrong codes');
    });
  });

  describe('a passkey alone', () => {
    it('signs in as whoever it belongs to, with nothing more asked', async () => {
      const [mia, device] = [await signUp(app), new Authenticator(app.url)];
      await enrolTotp(mia.browser);
      await addPasskey(mia.browser, device);
      const browser = app.browser();
      const requestId = randomUUID();
      const passkey = device.get(await passkeyOptions(browser));
      const answer = await browser.postJson(
        '/api/auth/passkey',
        { passkey },
        { headers: { 'x-request-id': requestId } },
      );
      expect(answer.json()).toMatchObject({ user: { id: mia.id, email: mia.email } });
      expect((await trailOfRequest(app, requestId)).map(({ action, after }) => [action, after])).toEqual([
        ['signIn.succeeded', { method: 'passkey', connection: null, secondFactor: null }],
      ]);
      expect(await isSignedIn(browser)).toBe(true);
    });

    it('45: goes past enforced single sign-on no more than a password does, nor does the second step', async () => {
      const [mia, device] = [await signUp(app), new Authenticator(app.url)];
      const { key } = await enrolTotp(mia.browser);
      await addPasskey(mia.browser, device);
      await waitForNextCode(app);
      const { browser } = await typePassword(app, mia);
      await app.database.query(`update users set email = $2 where id = $1`, [mia.id, `${randomUUID()}@enforced.test`]);

      const second = await post(app, SECOND, { code: codeOf(key) }, browser);
      expect([second.answer.status, second.code, second.trail.map(({ after }) => after?.reason)]).toEqual([
        403,
        'SSO_REQUIRED',
        ['SSO_REQUIRED'],
      ]);
      const alone = await signInByPasskey(browser, device);
      expect([alone.status, alone.json<{ code: string }>().code]).toEqual([403, 'SSO_REQUIRED']);
      expect(await isSignedIn(browser)).toBe(false);
      await ageProof(app, mia, 11);
      const prove = await mia.browser.postForm(`${FACTORS}/prove`, { code: codeOf(key) });
      expect([prove.status, (await mia.browser.get(`${FACTORS}/totp`)).location]).toEqual([
        403,
        expect.stringContaining('/confirm'),
      ]);
    });
  });

  describe('the pages of a person', () => {
    it('tell by mail and on the trail of everything that changes', async () => {
      const [mia, device] = [await signUp(app), new Authenticator(app.url)];
      await enrolTotp(mia.browser);
      await mailTo(mia, 'A second factor was added');
      await addPasskey(mia.browser, device, '  Blue\u202e\nkey ');
      await mailTo(mia, 'A second factor was added');
      await mia.browser.postForm(`${FACTORS}/recovery-codes`, {});
      await mailTo(mia, 'New recovery codes');
      const { rows } = await app.database.query<{ id: string; name: string; transports: string[] }>(
        'select id, name, transports from passkeys where user_id = $1',
        [mia.id],
      );
      const [passkey] = rows;
      expect(passkey).toMatchObject({ name: 'Blue key', transports: ['internal'] });
      expect((await mia.browser.postForm(`${FACTORS}/passkeys/${passkey?.id}`, { name: ' ' })).status).toBe(400);
      expect((await mia.browser.postForm(`${FACTORS}/passkeys/${passkey?.id}`, { name: 'Green' })).status).toBe(303);
      await mia.browser.postForm(`${FACTORS}/remove`, { id: passkey?.id ?? '' });
      expect((await mailTo(mia, 'A second factor was removed')).text).toContain('passkey');

      const { rows: trail } = await app.database.query<{
        action: string;
        before: object;
        after: object;
        actor_id: string;
      }>(
        `select action, before, after, actor_id from audit_events where resource_id = $1 and action not like 'user.%' order by sequence`,
        [mia.id],
      );
      expect(trail.map(({ action, before, after }) => [action, before, after])).toEqual([
        ['secondFactor.added', null, { kind: 'totp', name: 'Authenticator app' }],
        ['recoveryCodes.created', null, { count: 10 }],
        ['secondFactor.added', null, { kind: 'passkey', name: 'Blue key' }],
        ['recoveryCodes.created', null, { count: 10 }],
        ['secondFactor.renamed', { kind: 'passkey', name: 'Blue key' }, { kind: 'passkey', name: 'Green' }],
        ['secondFactor.removed', { kind: 'passkey', name: 'Green' }, { left: 1 }],
      ]);
      expect(new Set(trail.map(({ actor_id }) => actor_id))).toEqual(new Set([mia.id]));
    });

    it('leave nothing behind when the last one goes: no codes, and no session that counts as proven', async () => {
      const mia = await signUp(app);
      await enrolTotp(mia.browser);
      const { rows } = await app.database.query<{ id: string }>('select id from totp_factors where user_id = $1', [
        mia.id,
      ]);
      await mia.browser.postForm(`${FACTORS}/remove`, { id: rows[0]?.id ?? '' });
      const { data } = await mia.browser.graphql(
        '{ viewer { secondFactors { id } recoveryCodesLeft session { secondFactor } } }',
      );
      expect(data).toEqual({ viewer: { secondFactors: [], recoveryCodesLeft: 0, session: { secondFactor: null } } });
      expect((await typePassword(app, mia)).answer.status).toBe(200);
    });

    it('move to another app, whose codes count from then on, and keep the recovery codes', async () => {
      const mia = await signUp(app);
      const old = await enrolTotp(mia.browser);
      const moved = await enrolTotp(mia.browser);
      expect(moved.recoveryCodes).toEqual([]);
      await waitForNextCode(app);
      const { browser } = await typePassword(app, mia);
      expect((await browser.postJson(SECOND, { code: codeOf(old.key) })).status).toBe(401);
      expect((await browser.postJson(SECOND, { code: codeOf(moved.key) })).status).toBe(200);
    });

    it('give recovery codes to nobody without a factor, and no eleventh passkey', async () => {
      const [mia, device] = [await signUp(app), new Authenticator(app.url)];
      expect((await mia.browser.postForm(`${FACTORS}/recovery-codes`, {})).status).toBe(412);
      for (let count = 0; count < 10; count += 1)
        expect((await addPasskey(mia.browser, device, '')).status).toBeLessThan(400);
      const page = await addPasskey(mia.browser, device, '');
      expect([page.status, page.text]).toEqual([
        400,
        expect.stringContaining('You have 10 passkeys. Remove one first.'),
      ]);
      expect(page.text).toContain('Passkey 10');
    });
  });

  describe('an account that was made for an email which nobody had proven', () => {
    it('keeps none of its second factors when the owner of the email arrives', async () => {
      const [email, device] = [`${randomUUID()}@example.test`, new Authenticator(app.url)];
      const squatter = await signUp(app, email);
      await addPasskey(squatter.browser, device);
      const owner = await createPerson(app);
      const organization = await createOrganization(owner);
      const invitation = await openInvitation(app, owner, organization.id, email);
      const arrived = await app.browser().postJson('/api/auth/signup', { email, name: 'Owner', password, invitation });
      expect(arrived.status).toBe(201);

      expect((await signInByPasskey(app.browser(), device)).json<{ code: string }>().code).toBe('INVALID_PASSKEY');
      expect(await isSignedIn(squatter.browser)).toBe(false);
      expect((await typePassword(app, { email })).answer.status).toBe(200);
    });
  });

  describe('an organization that asks for one', () => {
    const members = 'query ($id: ID!) { organization(id: $id) { name members(first: 5) { nodes { role } } } }';

    it('refuses a member with a password alone until they have one, in this session or by signing in again', async () => {
      const [owner, mia] = [await signUp(app), await signUp(app)];
      const organization = await createOrganization(owner, 'Strict & Sons');
      await addMember(app, organization.id, mia, 'MEMBER');
      const policy =
        'mutation ($input: UpdateSecurityPolicyInput!) { updateSecurityPolicy(input: $input) { securityPolicy { secondFactorRequired } } }';
      const input = { organizationId: organization.id, secondFactorRequired: true };
      expect((await owner.browser.graphql(policy, { input })).errors[0]?.extensions).toMatchObject({
        code: 'PRECONDITION_FAILED',
        setUpUrl: FACTORS,
      });
      await enrolTotp(owner.browser);
      expect((await owner.browser.graphql(policy, { input })).errors).toEqual([]);

      const ask = async (person: Person) => {
        const requestId = randomUUID();
        const answer = await person.browser.graphql(
          members,
          { id: organization.id },
          { headers: { 'x-request-id': requestId } },
        );
        const trail = await trailOfRequest(app, requestId);
        return { codes: answer.errors.map(({ extensions }) => [extensions.code, extensions.setUpUrl]), trail };
      };
      const refused = await ask(mia);
      expect(refused.codes).toEqual([['SECOND_FACTOR_REQUIRED', FACTORS]]);
      expect(refused.trail).toEqual([
        expect.objectContaining({
          action: 'operation.refused',
          after: expect.objectContaining({ code: 'SECOND_FACTOR_REQUIRED' }),
        }),
      ]);
      expect((await mia.browser.get(FACTORS)).text).toContain('Strict &amp; Sons</bdi> asks for a second factor.');

      const earlier = { ...mia, browser: (await typePassword(app, mia)).browser };
      const { key, recoveryCodes } = await enrolTotp(mia.browser);
      expect((await ask(mia)).codes).toEqual([]);
      // A session that was there before is asked for it, and then it is worth as much.
      expect((await ask(earlier)).codes).toEqual([['SECOND_FACTOR_REQUIRED', FACTORS]]);
      expect((await earlier.browser.get(FACTORS)).text).toContain('Prove yours below to go on.');
      expect((await earlier.browser.postForm(`${FACTORS}/prove`, { code: recoveryCodes[0] ?? '' })).status).toBe(303);
      expect((await ask(earlier)).codes).toEqual([]);

      await waitForNextCode(app);
      const again = { ...mia, browser: (await typePassword(app, mia)).browser };
      await again.browser.postJson(SECOND, { code: codeOf(key) });
      expect((await ask(again)).codes).toEqual([]);
    });

    it('takes a passkey alone for two factors in one', async () => {
      const [owner, mia, device] = [await signUp(app), await signUp(app), new Authenticator(app.url)];
      const organization = await createOrganization(owner);
      await addMember(app, organization.id, mia, 'MEMBER');
      await app.database.query(
        'insert into security_policies (organization_id, second_factor_required) values ($1, true)',
        [organization.id],
      );
      await addPasskey(mia.browser, device);
      const browser = app.browser();
      await signInByPasskey(browser, device);
      expect((await browser.graphql(members, { id: organization.id })).errors).toEqual([]);
    });
  });

  describe('resetSecondFactors', () => {
    const reset =
      'mutation ($input: ResetSecondFactorsInput!) { resetSecondFactors(input: $input) { member { role user { id } } } }';
    const ask = async (by: Person, organizationId: string, userId: string) => {
      const { data, errors } = await by.browser.graphql(reset, { input: { organizationId, userId } });
      return errors[0] ? [errors[0].extensions.code, errors[0].message] : data;
    };

    async function team(role: 'MEMBER' | 'OWNER' = 'MEMBER') {
      const [owner, mia] = [await createPerson(app), await signUp(app)];
      const organization = await createOrganization(owner);
      await addMember(app, organization.id, mia, role);
      const enrolled = await enrolTotp(mia.browser);
      return { owner, mia: { ...mia, ...enrolled }, organizationId: organization.id };
    }

    async function verify(organizationId: string, { email }: Person): Promise<void> {
      await app.database.query(
        `insert into domains (id, organization_id, name, token, status, verified_at, next_check_at)
       values ($1, $2, $3, 'token', 'VERIFIED', now(), now() + interval '1 day')`,
        [randomUUID(), organizationId, email.split('@')[1]],
      );
    }

    it('lets an owner help a member of theirs alone: sessions end, factors go, the member and the trail are told', async () => {
      const { owner, mia, organizationId } = await team();
      const { browser: pending } = await typePassword(app, mia);
      expect(await ask(owner, organizationId, mia.id)).toEqual({
        resetSecondFactors: { member: { role: 'MEMBER', user: { id: mia.id } } },
      });
      expect(await isSignedIn(mia.browser)).toBe(false);
      await waitForNextCode(app);
      expect((await pending.postJson(SECOND, { code: codeOf(mia.key) })).status).toBe(401);
      expect((await pending.postJson(SECOND, { code: mia.recoveryCodes[0] })).status).toBe(401);
      expect((await typePassword(app, mia)).answer.status).toBe(200);
      expect((await mailTo(mia, 'Your second factors were taken off')).text).toContain('All your sessions have ended.');
      expect((await actionsOf(app, organizationId)).at(-1)).toBe('secondFactors.reset');
    });

    it('is refused where another organization counts on the factor, until the email lies in a domain of one’s own', async () => {
      const { owner, organizationId } = await team();
      const mia = await signUp(app, `${randomUUID()}@d${randomUUID()}.test`);
      await enrolTotp(mia.browser);
      await addMember(app, organizationId, mia, 'MEMBER');
      await createOrganization(mia, 'Other');
      expect(await ask(owner, organizationId, mia.id)).toEqual([
        'FORBIDDEN',
        expect.stringContaining('An administrator of the instance can do it.'),
      ]);
      expect((await typePassword(app, mia)).answer.status).toBe(403);
      await verify(organizationId, mia);
      expect(await ask(owner, organizationId, mia.id)).toHaveProperty('resetSecondFactors');
    });

    it('is always the instance administrator’s to do, and never an owner’s upon one', async () => {
      const { owner, mia, organizationId } = await team();
      await createOrganization(mia, 'Other');
      await app.database.query('update users set instance_administrator = true where id = $1', [mia.id]);
      expect(await ask(owner, organizationId, mia.id)).toEqual([
        'FORBIDDEN',
        expect.stringContaining('administers the instance'),
      ]);
      const { errors } = await app.admin().graphql(reset, { input: { organizationId, userId: mia.id } });
      expect(errors).toEqual([]);
    });

    it('is for owners, for members, with a fresh proof, and never for oneself', async () => {
      const { owner, mia, organizationId } = await team();
      const [admin, stranger] = [await createPerson(app), await createPerson(app)];
      await addMember(app, organizationId, admin, 'ADMIN');
      expect(((await ask(admin, organizationId, mia.id)) as string[])[0]).toBe('FORBIDDEN');
      expect(((await ask(stranger, organizationId, mia.id)) as string[])[0]).toBe('NOT_FOUND');
      expect(((await ask(owner, organizationId, stranger.id)) as string[])[0]).toBe('NOT_FOUND');
      expect(await ask(owner, organizationId, owner.id)).toEqual(['FORBIDDEN', expect.stringContaining('their own')]);
      await ageProof(app, owner, 11);
      expect(((await ask(owner, organizationId, mia.id)) as string[])[0]).toBe('STEP_UP_REQUIRED');
      expect(await isSignedIn(mia.browser)).toBe(true);
    });

    it('lets owners help each other', async () => {
      const { owner, mia, organizationId } = await team('OWNER');
      expect(await ask(owner, organizationId, mia.id)).toHaveProperty('resetSecondFactors');
    });
  });
});
