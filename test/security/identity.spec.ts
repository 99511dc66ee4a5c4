import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accountsLike,
  deactivate,
  expectNoSecretOnTrails,
  expectPostRefused,
  expectSignInRefused,
  openInvitation,
  post,
  precreate,
  providerSettings,
  stranger,
} from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createPerson } from '../support/factories.js';
import {
  startHostileProvider,
  type HostilePerson,
  type HostileProvider,
} from '../support/servers/hostile-openid-provider.js';
import { attemptSignIn, configureSso, createTenant, whoIs, type Attempt, type Tenant } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };
const password = 'correct horse battery';

describe('an identity', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let other: HostileProvider;
  let acme: Tenant;
  let rival: Tenant;

  beforeAll(async () => {
    [provider, other] = await Promise.all([startHostileProvider(client), startHostileProvider(client)]);
    const here = { ...client, issuer: provider.issuer };
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      ...providerSettings('CUSTOM', here),
      ...providerSettings('KEYCLOAK', here, { ALLOW_ACCOUNT_LINKING: 'true' }),
      ...providerSettings('AZURE_AD', here),
      ...providerSettings('GITLAB', { ...client, issuer: other.issuer }),
    });
    acme = await createTenant(app, 'acme.test', here);
    rival = await createTenant(app, 'rival.test', { ...client, issuer: other.issuer });
  });
  afterEach(() => [provider, other].forEach((each) => each.reset()));
  afterAll(async () => {
    await expectNoSecretOnTrails(app, [client.clientSecret, password]);
    await app.stop();
    await Promise.all([provider.stop(), other.stop()]);
  });

  const at = (key: string, who: Partial<HostilePerson>): Promise<Attempt> => attemptSignIn(app, provider, key, who);
  const throughAcme = (who: Partial<HostilePerson>) => at(acme.connection.key, who);
  const throughRival = (who: Partial<HostilePerson>) => attemptSignIn(app, other, rival.connection.key, who);

  async function expectSignedIn(attempt: Attempt, email: string): Promise<void> {
    expect([attempt.answer.location, await whoIs(attempt.browser)]).toEqual([`${app.url}/`, email]);
  }

  describe('40. is (connection, issuer, subject)', () => {
    it('and not the email: another tenant’s provider that names it opens nothing (nOAuth)', async () => {
      const alice = stranger('acme.test');
      await expectSignedIn(await throughAcme(alice), alice.email);
      for (const sub of [alice.sub, 'another']) {
        const refusal = { reason: 'EMAIL_OUTSIDE_DOMAIN', trail: rival.organizationId };
        await expectSignInRefused(app, () => throughRival({ ...alice, sub }), refusal);
      }
    });

    it('and not the email: a provider of the instance that names it opens nothing', async () => {
      const [alice, bob] = [stranger('acme.test'), stranger('example.test')];
      await throughAcme(alice);
      await at('custom', bob);
      const elsewhere = (who: Partial<HostilePerson>) => attemptSignIn(app, other, 'gitlab', who);
      await expectSignInRefused(app, () => elsewhere(alice), { reason: 'ACCOUNT_EXISTS', trail: acme.organizationId });
      await expectSignInRefused(app, () => elsewhere(bob), { reason: 'ACCOUNT_EXISTS', trail: 'instance' });
    });

    it('and not the subject: the same one at another issuer is somebody else', async () => {
      const [alice, mallory, bob] = [stranger('acme.test'), stranger('example.test'), stranger('rival.test')];
      await throughAcme(alice);
      await expectSignedIn(await at('custom', { ...mallory, sub: alice.sub }), mallory.email);
      await expectSignedIn(await throughRival({ ...bob, sub: alice.sub }), bob.email);
      const owners = await accountsLike(app, '%');
      expect(
        owners.filter(({ identities }) => identities.join().includes(alice.sub)).map(({ email }) => email),
      ).toEqual([alice.email, mallory.email, bob.email].sort());
    });

    it('and not the connection alone: given another issuer, it knows nobody by their old subject, and each by their email once', async () => {
      const moving = await createTenant(app, 'moving.test', { ...client, issuer: provider.issuer });
      const { key } = moving.connection;
      const [alice, mallory] = [stranger('moving.test'), stranger('moving.test')];
      await at(key, alice);
      await configureSso(moving.owner, {
        domainId: moving.domainId,
        provider: 'OKTA',
        issuer: other.issuer,
        ...client,
      });
      const moved = (who: Partial<HostilePerson>) => attemptSignIn(app, other, key, who);
      await expectSignedIn(await moved({ ...mallory, sub: alice.sub }), mallory.email);
      await expectSignedIn(await moved({ ...alice, sub: 'new' }), alice.email);
      await expectSignInRefused(app, () => moved({ ...alice, sub: 'newer' }), {
        reason: 'OTHER_SUBJECT',
        trail: moving.organizationId,
      });
    });

    it('so that whose email changes at the provider stays who they are', async () => {
      for (const [key, domain] of [
        [acme.connection.key, 'acme.test'],
        ['custom', 'example.test'],
      ] as const) {
        const before = stranger(domain);
        await at(key, before);
        await expectSignedIn(await at(key, { ...stranger(domain), sub: before.sub }), before.email);
      }
    });
  });

  describe('41. has an email that counts as verified', () => {
    const words = ['true', 'TRUE', 1, [true], { verified: true }, null, false];
    it.each(words)('by nothing but boolean true: %j is refused', async (word) => {
      provider.misbehave({ idToken: { claims: { email_verified: word } } });
      await expectSignInRefused(app, () => at('custom', stranger('example.test')), {
        reason: 'EMAIL_NOT_VERIFIED',
        trail: 'instance',
      });
    });

    it('not by silence, nor by a word in userinfo on an email that it does not name', async () => {
      provider.misbehave({ idToken: { without: ['email_verified'] } });
      const refusal = { reason: 'EMAIL_NOT_VERIFIED', trail: 'instance' };
      await expectSignInRefused(app, () => at('custom', stranger('example.test')), refusal);

      provider.misbehave({ idToken: { without: ['email'] }, userinfo: { without: ['email_verified'] } });
      await expectSignInRefused(app, () => at('custom', stranger('example.test')), refusal);
    });

    it('each time anew: who has entered before, and is no longer verified, is refused', async () => {
      const bob = stranger('example.test');
      await expectSignedIn(await at('custom', bob), bob.email);
      await expectSignInRefused(app, () => at('custom', { ...bob, email_verified: false }), {
        reason: 'EMAIL_NOT_VERIFIED',
        trail: 'instance',
      });
    });

    it('at Entra ID by the directory’s own word on the domain, where it sends no email_verified', async () => {
      const refusal = { reason: 'EMAIL_NOT_VERIFIED', trail: 'instance' };
      for (const word of ['1', 1, false, null]) {
        provider.misbehave({ idToken: { without: ['email_verified'], claims: { xms_edov: word } } });
        await expectSignInRefused(app, () => at('azure-ad', stranger('example.test')), refusal);
      }
      provider.misbehave({ idToken: { claims: { xms_edov: true, email_verified: false } } });
      await expectSignInRefused(app, () => at('azure-ad', stranger('example.test')), refusal);
      provider.misbehave({ idToken: { without: ['email_verified'], claims: { xms_edov: true } } });
      const carol = stranger('example.test');
      await expectSignedIn(await at('azure-ad', carol), carol.email);
      await expectSignInRefused(app, () => at('custom', stranger('example.test')), refusal);
    });

    it('by its organization’s own proof of the domain, whatever the connection’s provider says', async () => {
      for (const word of [false, 'no', null]) {
        provider.misbehave({ idToken: { claims: { email_verified: word } } });
        const alice = stranger('acme.test');
        await expectSignedIn(await throughAcme(alice), alice.email);
        expect(await accountsLike(app, alice.email)).toEqual([expect.objectContaining({ verified: true })]);
      }
    });
  });

  it('42. has an email of the connection’s own domain, and of no other', async () => {
    const bob = stranger('rival.test');
    await throughRival(bob);
    const foreign = ['nobody.test', 'sub.acme.test', 'notacme.test', 'acme.test.evil.test', 'acme.tes', 'аcme.test'];
    for (const email of [bob.email, ...foreign.map((domain) => stranger(domain).email)]) {
      const refusal = { reason: 'EMAIL_OUTSIDE_DOMAIN', trail: acme.organizationId };
      await expectSignInRefused(app, () => throughAcme({ sub: 'mallory', email }), refusal);
    }
  });

  describe('43. has an email of one spelling', () => {
    it('so that no spelling of it makes a second account', async () => {
      const { sub, email } = stranger('acme.test');
      const name = email.split('@')[0] ?? '';
      await expectSignedIn(await throughAcme({ sub, email: `${name.toUpperCase()}@Acme.Test.` }), email);
      const spellings = [` ${email}\n`, `${name}@ACME.TEST`, `${name}@ａｃｍｅ．ｔｅｓｔ`, `${email}.`];
      for (const spelling of spellings) {
        await expectSignedIn(await throughAcme({ sub, email: spelling }), email);
        const refusal = { reason: 'OTHER_SUBJECT', trail: acme.organizationId };
        await expectSignInRefused(app, () => throughAcme({ sub: 'another', email: spelling }), refusal);
        const signUp = { email: spelling, name: 'Mallory', password };
        await expectPostRefused(app, () => post(app, '/api/auth/signup', signUp), {
          status: 409,
          code: 'CONFLICT',
          reason: 'EMAIL_TAKEN',
          trail: acme.organizationId,
        });
      }
      expect(await accountsLike(app, `${name}%`)).toHaveLength(1);
    });

    it('also in a domain of another script', async () => {
      const books = await createTenant(app, 'xn--bcher-kva.test', { ...client, issuer: provider.issuer });
      for (const email of ['dora@bücher.test', 'Dora@BÜCHER.test', 'dora@XN--BCHER-KVA.TEST', 'dora@bücher。test']) {
        await expectSignedIn(await at(books.connection.key, { sub: 'dora', email }), 'dora@xn--bcher-kva.test');
      }
      expect(await accountsLike(app, 'dora@%')).toHaveLength(1);
    });

    it.each([
      '"erin"@acme.test',
      'erin@acme.test@evil.test',
      'erin@@acme.test',
      'erin\0@acme.test',
      'erin@acme.test\0',
      'erin@evil.test,erin@acme.test',
      'erin@acme.test, mallory@evil.test',
      'erin@acme.test\r\nBcc: mallory@evil.test',
      'Erin <erin@acme.test>',
      'érin@acme.test',
      'erin@acme.test\ud800',
      { letters: 20_000 },
    ])('and none that reads in two ways, or has no end: %j is refused', async (claimed) => {
      const email = typeof claimed === 'string' ? claimed : `${'e'.repeat(claimed.letters)}@acme.test`;
      provider.misbehave({ idToken: { claims: { email } } });
      const { trail } = await expectSignInRefused(app, () => throughAcme({ sub: 'erin' }), {
        reason: 'EMAIL_MISSING',
        trail: acme.organizationId,
      });
      expect(String(trail[0]?.after?.email)).toMatch(/^[\x20-\x7eé…]{1,200}$/);
      await expectSignInRefused(app, () => at('custom', { sub: 'erin' }), {
        reason: 'EMAIL_MISSING',
        trail: 'instance',
      });
    });

    it.each([['erin@acme.test'], { email: 'erin@acme.test' }, 7, true, '', null])(
      'and is text, and not %j',
      async (email) => {
        provider.misbehave({ idToken: { claims: { email } }, userinfo: { claims: { email } } });
        const { trail } = await expectSignInRefused(app, () => throughAcme({ sub: 'erin' }), {
          reason: 'EMAIL_MISSING',
          trail: acme.organizationId,
        });
        expect(trail[0]?.after?.email).toBeNull();
      },
    );
  });

  describe('44. of somebody who was given a former colleague’s email', () => {
    it('is another: it opens nothing and is linked to nothing', async () => {
      const alice = stranger('acme.test');
      await throughAcme(alice);
      await expectSignInRefused(app, () => throughAcme({ ...alice, sub: 'rehired' }), {
        reason: 'OTHER_SUBJECT',
        trail: acme.organizationId,
      });
      const bob = stranger('example.test');
      await at('keycloak', bob);
      await expectSignInRefused(app, () => at('keycloak', { ...bob, sub: 'rehired' }), {
        reason: 'OTHER_SUBJECT',
        trail: 'instance',
      });
    });

    it('is another at the very same moment too', async () => {
      const { email } = stranger('acme.test');
      await precreate(app, { email });
      const attempts = await Promise.all(
        Array.from({ length: 8 }, (_, n) => throughAcme({ email, sub: `at-once-${n}` })),
      );
      const reasons = attempts.map(({ trail }) => trail[0]?.after?.reason ?? 'entered').sort();
      expect(reasons).toEqual([...Array.from({ length: 7 }, () => 'OTHER_SUBJECT'), 'entered']);
      expect(await accountsLike(app, email)).toEqual([expect.objectContaining({ identities: [expect.anything()] })]);
    });
  });

  it('is one person’s, who may come for the first time in many tabs at once', async () => {
    const alice = stranger('acme.test');
    const attempts = await Promise.all(Array.from({ length: 8 }, () => throughAcme(alice)));
    for (const attempt of attempts) await expectSignedIn(attempt, alice.email);
    expect(await accountsLike(app, alice.email)).toEqual([expect.objectContaining({ sessions: 8 })]);
  });

  it('may have any name, which is shown as far as it can be', async () => {
    for (const [name, shown] of [
      ['Zoë\0 \u{1f469}\u200d\u{1f680}\ud800', 'Zoë \u{1f469}\u200d\u{1f680}'],
      [`${'x'.repeat(119)}\u{1f680}\u{1f680}`, `${'x'.repeat(119)}\u{1f680}`],
    ] as const) {
      const alice = stranger('acme.test');
      const { browser } = await throughAcme({ ...alice, name });
      expect((await browser.get('/api/auth/session')).json()).toMatchObject({
        user: { email: alice.email, name: shown },
      });
    }
    const nameless = stranger('acme.test');
    const { browser } = await throughAcme({ ...nameless, name: ' \0' });
    expect((await browser.get('/api/auth/session')).json()).toMatchObject({ user: { name: nameless.email } });
  });

  describe('46. of somebody who is deactivated opens nothing', () => {
    const refusal = { reason: 'ACCOUNT_DEACTIVATED', trail: 'instance' };

    it('through the connection or provider that they came by', async () => {
      const [alice, bob] = [stranger('acme.test'), stranger('example.test')];
      const sessions = [await throughAcme(alice), await at('custom', bob)];
      await deactivate(app, alice.email);
      await deactivate(app, bob.email);
      for (const { browser } of sessions) expect(await whoIs(browser)).toBeNull();
      await expectSignInRefused(app, () => throughAcme(alice), { ...refusal, trail: acme.organizationId });
      await expectSignInRefused(app, () => at('custom', bob), refusal);
    });

    it('through another way, by their email', async () => {
      const [alice, bob] = [stranger('acme.test'), stranger('example.test')];
      for (const { email } of [alice, bob]) {
        await precreate(app, { email });
        await deactivate(app, email);
      }
      await expectSignInRefused(app, () => throughAcme(alice), { ...refusal, trail: acme.organizationId });
      for (const key of ['custom', 'keycloak']) await expectSignInRefused(app, () => at(key, bob), refusal);
    });

    it('by their password, in the words for a wrong one; nor by signing up again, invited or not', async () => {
      const { email } = stranger('example.test');
      await post(app, '/api/auth/signup', { email, name: 'Bob', password });
      await deactivate(app, email);
      const login = (typed: string) => () => post(app, '/api/auth/login', { email, password: typed });
      const expected = { status: 401, code: 'INVALID_CREDENTIALS', trail: 'instance' };
      const right = await expectPostRefused(app, login(password), { ...expected, reason: 'ACCOUNT_DEACTIVATED' });
      const wrong = await expectPostRefused(app, login('a wrong password'), { ...expected, reason: 'WRONG_PASSWORD' });
      const told = ({ answer }: typeof right) => ({ ...answer.json<object>(), requestId: '' });
      expect(told(right)).toEqual(told(wrong));

      const invitation = await openInvitation(app, acme.owner, acme.organizationId, email);
      for (const more of [{}, { invitation }]) {
        const signUp = { email, name: 'Bob', password: 'another long password', ...more };
        await expectPostRefused(app, () => post(app, '/api/auth/signup', signUp), {
          status: 409,
          code: 'CONFLICT',
          reason: 'EMAIL_TAKEN',
          trail: 'instance',
        });
      }
    });
  });

  describe('50. is nothing that its person writes', () => {
    it.each<object>([
      { emailVerified: true },
      { email_verified_at: '2020-01-01T00:00:00.000Z' },
      { role: 'OWNER' },
      { isInstanceAdministrator: true },
      { id: 'mine' },
      { identities: [{ source: 'provider:custom', issuer: 'i', subject: 's' }] },
      { organizationId: 'theirs' },
    ])('when they sign up with %j', async (more) => {
      const { email } = stranger('example.test');
      const { answer, code } = await post(app, '/api/auth/signup', { email, name: 'Eve', password, ...more });
      expect([answer.status, code, answer.setCookies]).toEqual([400, 'VALIDATION_FAILED', []]);
      expect(await accountsLike(app, email)).toEqual([]);
    });

    it.each([
      ['CreateUserInput', 'createUser', 'user { id }', { email: 'eve@example.test', emailVerified: true }],
      ['CreateUserInput', 'createUser', 'user { id }', { email: 'eve@example.test', isInstanceAdministrator: true }],
      ['CreateOrganizationInput', 'createOrganization', 'organization { id }', { name: 'Mine', plan: 'enterprise' }],
      ['CreateOrganizationInput', 'createOrganization', 'organization { id }', { name: 'Mine', id: 'instance' }],
      ['AcceptInvitationInput', 'acceptInvitation', 'organization { id }', { token: 't', role: 'OWNER' }],
      ['AcceptInvitationInput', 'acceptInvitation', 'organization { id }', { token: 't', email: 'eve@acme.test' }],
    ])('in %s: %s { %s } with %j', async (type, name, selection, input) => {
      const eve = await createPerson(app);
      const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
      for (const browser of [eve.browser, app.admin()]) {
        const { status, errors } = await browser.graphql(query, { input });
        expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['VALIDATION_FAILED']]);
      }
    });

    it('when a form of the sign-up page has more fields than were asked for', async () => {
      const { email } = stranger('example.test');
      const typed = {
        email,
        name: 'Eve',
        password,
        emailVerified: 'true',
        role: 'OWNER',
        isInstanceAdministrator: 'true',
      };
      expect((await app.browser().postForm('/sign-up', typed)).status).toBe(303);
      expect(await accountsLike(app, email)).toEqual([
        expect.objectContaining({ verified: false, administrator: false, identities: [] }),
      ]);
    });
  });
});
