import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  accountsLike,
  accountsOf,
  expectNoSecretOnTrails,
  expectPostRefused,
  expectSignInRefused,
  openInvitation,
  post,
  providerSettings,
  stranger,
} from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { acceptInvitation } from '../support/invitations.js';
import {
  startHostileProvider,
  type HostilePerson,
  type HostileProvider,
} from '../support/servers/hostile-openid-provider.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { attemptSignIn, createTenant, moveSso, whoIs, type Tenant } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };
const password = 'correct horse battery';

/** As people type an address of this domain, and as providers write it. */
const spellings = (email: string): string[] => {
  const [name = '', domain = ''] = email.split('@');
  return [
    email,
    ` ${email.toUpperCase()}\t`,
    `${name}@${domain.toUpperCase()}.`,
    `${name}@${domain.replace('.', '。')}`,
  ];
};

describe('an enforced domain', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let acme: Tenant;
  let other: Tenant;
  let loginUrl: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    const here = { ...client, issuer: provider.issuer };
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: ' Corp.Test., ,bücher.test',
      ...providerSettings('CUSTOM', here),
      ...providerSettings('AUTH0', here, { ALLOWED_DOMAINS: 'Corp.Test' }),
    });
    acme = await createTenant(app, 'acme.test', here);
    other = await createTenant(app, 'other.test', here);
    loginUrl = `/api/auth/login/${acme.connection.key}`;
  });
  afterAll(async () => {
    await expectNoSecretOnTrails(app, [client.clientSecret, password]);
    await app.stop();
    await provider.stop();
  });

  const at = (key: string, who: Partial<HostilePerson>) => attemptSignIn(app, provider, key, who);
  const login = (email: string) => () => post(app, '/api/auth/login', { email, password });
  const signUp = (email: string, invitation?: string) => () =>
    post(app, '/api/auth/signup', { email, name: 'Somebody', password, invitation });

  async function enforce(requestId = randomUUID()): Promise<void> {
    await moveSso(acme.owner, 'activateSso', acme.connection.id);
    await moveSso(acme.owner, 'enforceSso', acme.connection.id, requestId);
  }

  it('45. signs out who came in another way, in the commit of the enforcement, and nobody else', async () => {
    const people = {
      byPassword: stranger('acme.test'),
      byProvider: stranger('acme.test'),
      bySso: stranger('acme.test'),
      below: stranger('sub.acme.test'),
      elsewhere: stranger('example.test'),
    };
    const sessions: Record<keyof typeof people, HttpClient> = {
      byPassword: (await signUp(people.byPassword.email)()).browser,
      byProvider: (await at('custom', people.byProvider)).browser,
      bySso: (await at(acme.connection.key, people.bySso)).browser,
      below: (await signUp(people.below.email)()).browser,
      elsewhere: (await signUp(people.elsewhere.email)()).browser,
    };
    const invitation = await openInvitation(app, other.owner, other.organizationId, people.byPassword.email);
    const signedIn = async () => {
      const names = await Promise.all(Object.values(sessions).map(whoIs));
      return Object.keys(sessions).filter((_, index) => names[index] !== null);
    };
    expect(await signedIn()).toEqual(Object.keys(people));

    const requestId = randomUUID();
    await enforce(requestId);
    expect(await signedIn()).toEqual(['bySso', 'below', 'elsewhere']);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'ssoConnection.enforced',
        before: { key: acme.connection.key, state: 'ACTIVE' },
        after: { key: acme.connection.key, state: 'ENFORCED', isTested: false, sessionsEnded: 2 },
      }),
    ]);
    await expect(acceptInvitation({ browser: sessions.byPassword }, invitation)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('45. ends nobody’s session where the enforcement is refused', async () => {
    const requestId = randomUUID();
    const { email } = stranger('other.test');
    const { browser } = await signUp(email)();
    await moveSso(other.owner, 'disableSso', other.connection.id);
    await expect(moveSso(other.owner, 'enforceSso', other.connection.id, requestId)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(await whoIs(browser)).toBe(email);
  });

  it('45. refuses a password, a sign-up and a sign-up by invitation, in any spelling, and says where to go', async () => {
    await moveSso(acme.owner, 'activateSso', acme.connection.id);
    const [known, unknown] = [stranger('acme.test').email, stranger('acme.test').email];
    await signUp(known)();
    await enforce();
    const invitation = await openInvitation(app, other.owner, other.organizationId, unknown);
    const attempts = [
      ...spellings(known).map(login),
      ...spellings(unknown).map(login),
      ...spellings(known).map((email) => signUp(email)),
      ...spellings(unknown).flatMap((email) => [signUp(email), signUp(email, invitation)]),
    ];
    for (const attempt of attempts) {
      const { answer } = await expectPostRefused(app, attempt, {
        status: 403,
        code: 'SSO_REQUIRED',
        reason: 'SSO_REQUIRED',
        trail: acme.organizationId,
      });
      expect(answer.json()).toMatchObject({ loginUrl });
    }
    expect(await accountsLike(app, unknown)).toEqual([]);
  });

  it('45. refuses them on the hosted pages too', async () => {
    await moveSso(acme.owner, 'activateSso', acme.connection.id);
    const { email } = stranger('acme.test');
    await signUp(email)();
    await enforce();
    const before = await accountsOf(app);
    for (const typed of spellings(email)) {
      for (const [path, more] of [
        ['/sign-in/password', {}],
        ['/sign-up', { name: 'Somebody' }],
      ] as const) {
        const requestId = randomUUID();
        const form = { email: typed, password, ...more };
        const answer = await app.browser().postForm(path, form, { headers: { 'x-request-id': requestId } });
        expect([path, answer.status, answer.setCookies]).toEqual([path, 403, []]);
        expect((await trailOfRequest(app, requestId)).map(({ after }) => after?.reason)).toEqual(['SSO_REQUIRED']);
      }
      const discovered = await app.browser().postJson('/api/auth/discover', { email: typed });
      expect(discovered.json()).toMatchObject({ next: 'sso', enforced: true, connection: acme.connection.key });
    }
    expect(await accountsOf(app)).toEqual(before);
  });

  it('45. refuses the providers of the instance, whether or not they have signed the person in before', async () => {
    await moveSso(acme.owner, 'activateSso', acme.connection.id);
    const [known, unknown, elsewhere] = [stranger('acme.test'), stranger('acme.test'), stranger('example.test')];
    await at('custom', known);
    await at('custom', elsewhere);
    await enforce();
    const refusal = { reason: 'SSO_REQUIRED', trail: acme.organizationId };
    for (const email of [...spellings(known.email), ...spellings(unknown.email)]) {
      await expectSignInRefused(app, () => at('custom', { ...known, email }), refusal);
      await expectSignInRefused(app, () => at('custom', { ...unknown, email }), refusal);
      await expectSignInRefused(app, () => at('custom', { ...elsewhere, email }), refusal);
    }
    // The provider calls them by an email of elsewhere now: the account is still of the enforced domain.
    const renamed = { ...known, email: stranger('example.test').email };
    await expectSignInRefused(app, () => at('custom', renamed), { ...refusal, trail: 'instance' });

    expect(await whoIs((await at(acme.connection.key, known)).browser)).toBe(known.email);
  });

  it('45. lets passwords count again once it is enforced no more', async () => {
    await moveSso(acme.owner, 'activateSso', acme.connection.id);
    const { email } = stranger('acme.test');
    expect(await whoIs((await signUp(email)()).browser)).toBe(email);
    expect((await login(email)()).answer.status).toBe(200);
  });

  it('45. may be one of AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: no password, in any spelling, but any provider of the instance', async () => {
    const owner = stranger('corp.test');
    const invitation = await openInvitation(app, other.owner, other.organizationId, owner.email);
    const attempts = spellings(owner.email).flatMap((email) => [
      login(email),
      signUp(email),
      signUp(email, invitation),
    ]);
    for (const attempt of [...attempts, ...['dora@BÜCHER.test', 'dora@xn--bcher-kva.test'].map(login)]) {
      await expectPostRefused(app, attempt, {
        status: 403,
        code: 'SSO_REQUIRED',
        reason: 'SSO_REQUIRED',
        trail: 'instance',
      });
    }
    expect((await login(owner.email)()).answer.json()).toMatchObject({ loginUrl: '/api/auth/login/auth0' });
    for (const key of ['custom', 'auth0']) {
      const person = stranger('corp.test');
      expect(await whoIs((await at(key, person)).browser)).toBe(person.email);
    }
    expect((await login('ann@sub.corp.test')()).code).toBe('INVALID_CREDENTIALS');
  });
});
