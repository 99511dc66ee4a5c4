import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  accountsLike,
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
import { attemptSignIn, createTenant, whoIs, type Attempt, type Tenant } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };
const password = 'correct horse battery';

let provider: HostileProvider;
beforeAll(async () => {
  provider = await startHostileProvider(client);
});
afterAll(() => provider.stop());

/** Two providers that only YAML can describe: one that takes an email unverified, and one with nothing but defaults. */
const yamlProviders = (issuer: string) => `
auth:
  oidc:
    providers:
      - { name: Lenient, key: lenient, issuer_url: "${issuer}", client_id: ${client.clientId}, client_secret: ${client.clientSecret},
          allow_sign_up: true, require_email_verified: false }
      - { name: Plain, key: plain, issuer_url: "${issuer}", client_id: ${client.clientId}, client_secret: ${client.clientSecret} }
`;

/** What the tests of both apps do. */
function actsIn(current: () => TestApp) {
  return {
    at: (key: string, who: Partial<HostilePerson>): Promise<Attempt> => attemptSignIn(current(), provider, key, who),
    signUp: (email: string, invitation?: string) =>
      post(current(), '/api/auth/signup', { email, name: 'Somebody', password, invitation }),
    account: async (email: string) => (await accountsLike(current(), email))[0],
    expectEntered: async ({ browser, trail }: Attempt, email: string): Promise<void> => {
      expect(trail.map(({ after }) => after?.reason).filter(Boolean)).toEqual([]);
      expect(await whoIs(browser)).toBe(email);
    },
  };
}

describe('whose account somebody enters', () => {
  let app: TestApp;
  let acme: Tenant;
  const { at, signUp, account, expectEntered } = actsIn(() => app);

  beforeAll(async () => {
    const here = { ...client, issuer: provider.issuer };
    const file = path.join(tmpdir(), `gatehouse-${randomUUID()}.yaml`);
    await writeFile(file, yamlProviders(provider.issuer));
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      CONFIG_FILE: file,
      ...providerSettings('CUSTOM', here),
      ...providerSettings('KEYCLOAK', here, { ALLOW_ACCOUNT_LINKING: 'true' }),
      ...providerSettings('OKTA', here, { ALLOW_SIGN_UP: 'false' }),
      ...providerSettings('CLICKHOUSE_CLOUD', here),
      ...providerSettings('AUTH0', here, { ALLOWED_DOMAINS: 'Partner.Test, bücher.test' }),
    });
    await rm(file);
    acme = await createTenant(app, 'acme.test', here);
  });
  afterAll(async () => {
    await expectNoSecretOnTrails(app, [client.clientSecret, password]);
    await app.stop();
  });

  it.each(['okta', 'plain'])(
    'at a provider without sign-up (%s): a pre-created one, and none for a stranger',
    async (key) => {
      const [expected, unknown] = [stranger('example.test'), stranger('example.test')];
      await expectSignInRefused(app, () => at(key, unknown), { reason: 'SIGN_UP_CLOSED', trail: 'instance' });

      await precreate(app, {
        email: expected.email.toUpperCase(),
        organizationId: acme.organizationId,
        role: 'MEMBER',
      });
      await expectSignInRefused(app, () => at(key, { ...expected, email_verified: false }), {
        reason: 'EMAIL_NOT_VERIFIED',
        trail: 'instance',
      });
      await expectEntered(await at(key, expected), expected.email);
      expect(await account(expected.email)).toMatchObject({
        verified: true,
        identities: [`provider:${key} ${expected.sub}`],
      });
      await expectEntered(await at(key, expected), expected.email);
    },
  );

  it('at a provider that does not verify emails: their own, and nobody’s who was there before', async () => {
    const [own, expected] = [stranger('example.test'), stranger('example.test')];
    await expectEntered(await at('lenient', { ...own, email_verified: false }), own.email);
    expect(await account(own.email)).toMatchObject({ verified: false });

    await precreate(app, { email: expected.email });
    const refusal = { reason: 'ACCOUNT_EXISTS', trail: 'instance' };
    await expectSignInRefused(app, () => at('lenient', { ...expected, email_verified: false }), refusal);
  });

  it('by linking: that of a verified email, at a provider set up for it, and the other ways in stay', async () => {
    const who = stranger('example.test');
    const { browser } = await signUp(who.email, await openInvitation(app, acme.owner, acme.organizationId, who.email));
    await expectSignInRefused(app, () => at('custom', who), { reason: 'ACCOUNT_EXISTS', trail: 'instance' });
    await expectSignInRefused(app, () => at('keycloak', { ...who, email_verified: false }), {
      reason: 'EMAIL_NOT_VERIFIED',
      trail: 'instance',
    });
    const linked = await at('keycloak', who);
    await expectEntered(linked, who.email);
    expect(linked.trail.map(({ action }) => action)).toEqual(['identity.linked', 'signIn.succeeded']);
    expect(linked.trail[0]?.after).toMatchObject({ passwordDropped: false, identitiesDropped: 0 });
    expect(await whoIs(browser)).toBe(who.email);
    expect((await post(app, '/api/auth/login', { email: who.email, password })).answer.status).toBe(200);
    await expectSignInRefused(app, () => at('custom', who), { reason: 'ACCOUNT_EXISTS', trail: 'instance' });
  });

  it('by linking at ClickHouse Cloud, unless it is told otherwise: whoever comes keeps what they have', async () => {
    const who = stranger('example.test');
    const { browser } = await signUp(who.email, await openInvitation(app, acme.owner, acme.organizationId, who.email));
    const memberships = async () => {
      const { rows } = await app.database.query<{ role: string }>(
        'select role from memberships m join users u on u.id = m.user_id where u.email = $1',
        [who.email],
      );
      return rows;
    };
    expect(await memberships()).toEqual([{ role: 'VIEWER' }]);
    const linked = await at('clickhouse-cloud', who);
    await expectEntered(linked, who.email);
    expect([await whoIs(browser), await memberships()]).toEqual([who.email, [{ role: 'VIEWER' }]]);
    await expectSignInRefused(
      app,
      () => at('clickhouse-cloud', { ...stranger('example.test'), email_verified: false }),
      {
        reason: 'EMAIL_NOT_VERIFIED',
        trail: 'instance',
      },
    );
  });

  it('at a provider for certain domains: one with an email there, each time, and in no other', async () => {
    const partner = stranger('partner.test');
    await expectEntered(await at('auth0', { ...partner, email: partner.email.toUpperCase() }), partner.email);
    const book = await at('auth0', { sub: 'book', email: 'dora@BÜCHER.test' });
    await expectEntered(book, 'dora@xn--bcher-kva.test');
    const elsewhere = ['sub.partner.test', 'notpartner.test', 'partner.test.evil.test', 'example.test'].map(stranger);
    for (const who of [...elsewhere, { ...partner, email: stranger('example.test').email }]) {
      await expectSignInRefused(app, () => at('auth0', who), { reason: 'EMAIL_NOT_ALLOWED', trail: 'instance' });
    }
  });

  describe('is not shared with whoever made it for an address that they never proved', () => {
    /** All the ways into an account that somebody can prepare who does not have its mailbox. */
    async function prepared(email: string) {
      const { browser } = await signUp(email);
      const { id } = (await account(email))!;
      // A provider that verifies nothing would not be linked to an account with a password: this is one of before.
      await app.database.query(
        `insert into identities (id, user_id, source, issuer, subject) values ($1, $2, 'provider:lenient', $3, $4)`,
        [randomUUID(), id, provider.issuer, `mallory ${email}`],
      );
      const mallory = { sub: `mallory ${email}`, email, email_verified: false };
      const byProvider = await at('lenient', mallory);
      expect([await whoIs(browser), await whoIs(byProvider.browser)]).toEqual([email, email]);
      return { mallory, browsers: [browser, byProvider.browser] };
    }

    async function expectLockedOut({ mallory, browsers }: Awaited<ReturnType<typeof prepared>>): Promise<void> {
      for (const browser of browsers) expect(await whoIs(browser)).toBeNull();
      const login = await post(app, '/api/auth/login', { email: mallory.email, password });
      expect([login.answer.status, login.answer.setCookies]).toEqual([401, []]);
      expect((await at('lenient', mallory)).error.get('code')).toBe('ACCOUNT_EXISTS');
    }

    it.each([
      ['the connection of its domain', 'acme.test', () => acme.connection.key],
      ['a provider with linking', 'example.test', () => 'keycloak'],
    ])(
      'when its owner comes through %s: password, identities and sessions are dead, and the trail says so',
      async (_, domain, key) => {
        const owner = stranger(domain);
        const attacker = await prepared(owner.email);
        const { browser, trail } = await at(key(), owner);
        expect(await whoIs(browser)).toBe(owner.email);
        expect(trail.map(({ action, after }) => [action, after?.passwordDropped, after?.identitiesDropped])).toEqual([
          ['identity.linked', true, 1],
          ['signIn.succeeded', undefined, undefined],
        ]);
        expect(await account(owner.email)).toMatchObject({ verified: true, has_password: false, sessions: 1 });
        await expectLockedOut(attacker);
        expect(await whoIs(browser)).toBe(owner.email);
      },
    );

    it('when there was no password to it, but only an identity', async () => {
      const owner = stranger('acme.test');
      const mallory = { sub: `mallory ${owner.email}`, email: owner.email, email_verified: false };
      const { browser } = await at('lenient', mallory);
      expect(await whoIs(browser)).toBe(owner.email);
      const { trail } = await at(acme.connection.key, owner);
      expect(trail[0]?.after).toMatchObject({ passwordDropped: false, identitiesDropped: 1 });
      await expectLockedOut({ mallory, browsers: [browser] });
    });

    it('when its owner signs up by an invitation', async () => {
      const { email } = stranger('example.test');
      const attacker = await prepared(email);
      const invitation = await openInvitation(app, acme.owner, acme.organizationId, email);
      const owner = { email, name: 'Owner', password: 'the owner’s own password', invitation };
      const { browser, answer, trail } = await post(app, '/api/auth/signup', owner);
      expect(answer.status).toBe(201);
      expect(trail.map(({ action, after }) => [action, after?.identitiesDropped])).toEqual([
        ['user.passwordSet', 1],
        ['member.added', undefined],
        ['invitation.accepted', undefined],
        ['signIn.succeeded', undefined],
      ]);
      await expectLockedOut(attacker);
      expect([await whoIs(browser), await account(email)]).toEqual([
        email,
        expect.objectContaining({ verified: true }),
      ]);
    });
  });

  it('by an invitation: only with the address that it was sent to, while it is open', async () => {
    const [invited, other] = [stranger('example.test').email, stranger('acme.test').email];
    const token = await openInvitation(app, acme.owner, acme.organizationId, invited);
    const refusal = { status: 410, code: 'INVITATION_INVALID', reason: 'INVITATION_INVALID' };
    await expectPostRefused(app, () => signUp(other, token), { ...refusal, trail: acme.organizationId });
    await expectPostRefused(app, () => signUp(invited, 'no such token'), { ...refusal, trail: 'instance' });
    await app.database.query('update invitations set expires_at = now() where email = $1', [invited]);
    await expectPostRefused(app, () => signUp(invited, token), { ...refusal, trail: 'instance' });

    const person = await createPerson(app);
    const requestId = randomUUID();
    const page = await person.browser.postForm(
      '/accept-invitation',
      { token },
      { headers: { 'x-request-id': requestId } },
    );
    expect(page.status).toBe(410);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'operation.refused',
        actor_id: person.id,
        after: { code: 'INVITATION_INVALID', reason: expect.stringContaining('is for another address') },
      }),
    ]);
  });
});

describe('where sign-up is closed', () => {
  let app: TestApp;
  let acme: Tenant;
  const { at, signUp, account, expectEntered } = actsIn(() => app);

  beforeAll(async () => {
    const here = { ...client, issuer: provider.issuer };
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      AUTH_DISABLE_SIGNUP: 'true',
      ...providerSettings('CUSTOM', here, { REQUIRE_EMAIL_VERIFIED: 'false' }),
    });
    acme = await createTenant(app, 'acme.test', here);
  });
  afterAll(() => app.stop());

  it('no stranger enters, by any way', async () => {
    const refusal = { reason: 'SIGN_UP_CLOSED', trail: 'instance' };
    await expectSignInRefused(app, () => at('custom', stranger('example.test')), refusal);
    await expectSignInRefused(app, () => at(acme.connection.key, stranger('acme.test')), {
      ...refusal,
      trail: acme.organizationId,
    });
    await expectPostRefused(app, () => signUp(stranger('example.test').email), {
      ...refusal,
      status: 403,
      code: 'SIGN_UP_CLOSED',
    });
  });

  it('an invited person enters by a provider that has verified their email, and then accepts', async () => {
    const invited = stranger('example.test');
    const token = await openInvitation(app, acme.owner, acme.organizationId, invited.email);
    await expectSignInRefused(app, () => at('custom', { ...invited, email_verified: false }), {
      reason: 'SIGN_UP_CLOSED',
      trail: 'instance',
    });
    const entered = await at('custom', invited);
    await expectEntered(entered, invited.email);
    expect((await entered.browser.postForm('/accept-invitation', { token })).location).toBe(`${app.url}/console`);
    const { data } = await entered.browser.graphql('{ organizations { nodes { id } } }');
    expect(data).toEqual({ organizations: { nodes: [{ id: acme.organizationId }] } });
  });

  it('an invited person enters through their company’s connection, and by signing up with the invitation', async () => {
    const [colleague, guest] = [stranger('acme.test'), stranger('example.test')];
    await openInvitation(app, acme.owner, acme.organizationId, colleague.email);
    await expectEntered(await at(acme.connection.key, colleague), colleague.email);
    const token = await openInvitation(app, acme.owner, acme.organizationId, guest.email);
    expect((await signUp(guest.email, token)).answer.status).toBe(201);
    expect(await account(guest.email)).toMatchObject({ verified: true, has_password: true });
  });

  it('an invitation that is withdrawn or too old lets nobody in', async () => {
    for (const change of ['revoked_at = now()', 'expires_at = now()', 'accepted_at = now()']) {
      const invited = stranger('example.test');
      await openInvitation(app, acme.owner, acme.organizationId, invited.email);
      await app.database.query(`update invitations set ${change} where email = $1`, [invited.email]);
      await expectSignInRefused(app, () => at('custom', invited), { reason: 'SIGN_UP_CLOSED', trail: 'instance' });
    }
  });

  it('a pre-created person enters', async () => {
    const [colleague, guest] = [stranger('acme.test'), stranger('example.test')];
    for (const { email } of [colleague, guest]) await precreate(app, { email });
    await expectEntered(await at(acme.connection.key, colleague), colleague.email);
    await expectEntered(await at('custom', guest), guest.email);
  });
});
