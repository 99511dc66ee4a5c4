import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { accountsLike, accountsOf, openInvitation, post, providerSettings, stranger } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson } from '../support/factories.js';
import {
  secondsFromNow,
  startHostileProvider,
  type HostilePerson,
  type HostileProvider,
} from '../support/servers/hostile-openid-provider.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { unescapeHtml } from '../support/servers/page.js';
import { attemptSignIn, comeBack, createTenant, moveSso, whoIs, type Return } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };
const password = 'correct horse battery';

let app: TestApp;
let provider: HostileProvider;
let mails: MailSink;

beforeAll(async () => {
  [provider, mails] = await Promise.all([startHostileProvider(client), startMailSink()]);
  const here = { ...client, issuer: provider.issuer };
  app = await startTestApp({
    OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
    SMTP_URL: mails.url,
    ...providerSettings('KEYCLOAK', here, { NAME: 'Our Keycloak' }),
    ...providerSettings('OKTA', here, { NAME: 'Our Okta', ALLOWED_DOMAINS: 'partner.test' }),
  });
});
afterEach(() => provider.reset());
afterAll(async () => {
  await app.stop();
  await Promise.all([provider.stop(), mails.stop()]);
});

interface Member {
  readonly email: string;
  readonly browser: HttpClient;
}

/** Somebody with a verified email and a password, and no provider. */
async function signUp(email = stranger('example.test').email): Promise<Member> {
  const owner = await createPerson(app);
  const { id } = await createOrganization(owner);
  const invitation = await openInvitation(app, owner, id, email);
  const { browser } = await post(app, '/api/auth/signup', { email, name: 'Ada', password, invitation });
  return { email, browser };
}

const proven = (email: string, minutesAgo: number) =>
  app.database.query(
    `update sessions set proven_at = now() - $2 * interval '1 minute' where user_id = (select id from users where email = $1)`,
    [email, minutesAgo],
  );
const freshness = async ({ browser }: Pick<Member, 'browser'>): Promise<'fresh' | 'stale'> => {
  const { session } = (await browser.get('/api/auth/session')).json<{ session: { provenAt: string } }>();
  return Date.now() - Date.parse(session.provenAt) < 60_000 ? 'fresh' : 'stale';
};
const identitiesOf = async (email: string) => (await accountsLike(app, email))[0]?.identities;
const told = ({ answer, trail }: Return) => ({
  page: new URL(answer.location ?? 'about:blank').searchParams.get('code') ?? answer.location,
  trail: trail.map(({ action, after }) => (action === 'signIn.refused' ? after?.reason : action)),
});

/** Presses "Add" on the account page, and comes back from the provider as `who`. */
async function add(key: string, { browser }: Pick<Member, 'browser'>, who: Partial<HostilePerson>): Promise<Return> {
  const page = await browser.postForm('/account/link', { key });
  const to = unescapeHtml(/http-equiv="refresh" content="0;url=([^"]+)"/.exec(page.text)?.[1] ?? '');
  return comeBack(app, browser, await provider.authorize(to, who));
}

/** Proves again who they are at the provider, as `who`. */
async function prove(key: string, { browser }: Pick<Member, 'browser'>, who: Partial<HostilePerson>): Promise<Return> {
  const begun = await browser.get(`/api/auth/confirm/${key}?returnTo=/account`);
  return comeBack(app, browser, await provider.authorize(begun.location ?? '', who));
}

describe('adding a provider to one’s account', () => {
  it('lets one sign in with it, whatever email it knows; it is on the trail, and told by mail', async () => {
    const ada = await signUp();
    const there = { sub: randomUUID(), email: stranger('elsewhere.test').email };
    expect((await ada.browser.get('/account')).text).toContain('Add <bdi>Our Keycloak</bdi>');
    const back = await add('keycloak', ada, there);
    expect(told(back)).toEqual({ page: `${app.url}/account?done=linked`, trail: ['identity.linked'] });
    expect(back.trail[0]).toMatchObject({ actor_label: ada.email, after: { subject: there.sub } });
    expect(await whoIs(ada.browser)).toBe(ada.email);

    const page = (await ada.browser.get('/account?done=linked')).text;
    expect(page).toContain('From now on you can sign in with it too.');
    expect(page).not.toContain('Add <bdi>Our Keycloak</bdi>');
    expect(await whoIs((await attemptSignIn(app, provider, 'keycloak', there)).browser)).toBe(ada.email);
    const mail = await mails.next(({ to }) => to.includes(ada.email));
    expect(mail.text).toContain('You can sign in with Our Keycloak from now on.');
  });

  it('takes none that is somebody else’s, and no second one of the same provider', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const there = stranger('elsewhere.test');
    await add('keycloak', ada, there);
    const before = await accountsOf(app);
    expect(told(await add('keycloak', eve, there))).toEqual({ page: 'IDENTITY_TAKEN', trail: ['IDENTITY_TAKEN'] });
    expect(told(await add('keycloak', ada, stranger('elsewhere.test')))).toEqual({
      page: 'PROVIDER_LINKED',
      trail: ['PROVIDER_LINKED'],
    });
    expect(told(await add('keycloak', ada, there))).toEqual({ page: `${app.url}/account?done=linked`, trail: [] });
    expect(await accountsOf(app)).toEqual(before);
  });

  it('asks of the provider’s email what it asks at a sign-in', async () => {
    const ada = await signUp();
    const cases = [
      ['okta', stranger('elsewhere.test'), 'EMAIL_NOT_ALLOWED'],
      ['keycloak', { ...stranger('elsewhere.test'), email_verified: false }, 'EMAIL_NOT_VERIFIED'],
    ] as const;
    for (const [key, who, reason] of cases)
      expect(told(await add(key, ada, who))).toEqual({ page: reason, trail: [reason] });
    expect(await identitiesOf(ada.email)).toEqual([]);
  });

  it('asks for fresh proof first', async () => {
    const ada = await signUp();
    await proven(ada.email, 11);
    expect((await ada.browser.postForm('/account/link', { key: 'keycloak' })).location).toBe(
      `${app.url}/confirm?returnTo=%2Faccount`,
    );
    expect((await app.browser().postForm('/account/link', { key: 'keycloak' })).location).toBe(
      `${app.url}/sign-in?returnTo=%2Faccount`,
    );
  });

  it('knows no provider that is not there', async () => {
    const ada = await signUp();
    const answer = await ada.browser.postForm('/account/link', { key: 'nobody' });
    expect(new URL(answer.location!).searchParams.get('code')).toBe('PROVIDER_UNKNOWN');
  });

  it('is not for whose organization enforces its own way, nor by a connection', async () => {
    const tenant = await createTenant(app, 'acme.test', { ...client, issuer: provider.issuer });
    const { key, id } = tenant.connection;
    const ada = await signUp();
    expect(told(await add(key, ada, stranger('acme.test')))).toEqual({
      page: 'ACCOUNT_EXISTS',
      trail: ['ACCOUNT_EXISTS'],
    });
    const colleague = stranger('acme.test');
    const { browser } = await attemptSignIn(app, provider, key, colleague);
    await moveSso(tenant.owner, 'enforceSso', id);
    expect(told(await add('keycloak', { browser }, stranger('elsewhere.test')))).toEqual({
      page: 'SSO_REQUIRED',
      trail: ['SSO_REQUIRED'],
    });
  });

  it('is finished in the session that began it, and in no other', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const page = await ada.browser.postForm('/account/link', { key: 'keycloak' });
    const to = unescapeHtml(/http-equiv="refresh" content="0;url=([^"]+)"/.exec(page.text)?.[1] ?? '');
    const callback = await provider.authorize(to, stranger('elsewhere.test'));
    // The same browser, in which somebody else has signed in meanwhile.
    await ada.browser.postJson('/api/auth/login', { email: eve.email, password });
    expect(told(await comeBack(app, ada.browser, callback))).toEqual({
      page: 'FLOW_EXPIRED',
      trail: ['FLOW_OTHER_BROWSER'],
    });
    expect([await identitiesOf(ada.email), await identitiesOf(eve.email)]).toEqual([[], []]);
  });
});

describe('proving again who one is, at a provider', () => {
  async function byProvider(): Promise<Member & { readonly who: Pick<HostilePerson, 'sub' | 'email'> }> {
    const who = stranger('example.test');
    const { browser } = await attemptSignIn(app, provider, 'keycloak', who);
    await proven(who.email, 60);
    return { email: who.email, browser, who };
  }

  it('is offered to whom it speaks for, asks them anew, is fresh, and leads back', async () => {
    const ada = await byProvider();
    expect((await ada.browser.get('/confirm?returnTo=/account')).text).toMatch(
      /href="\/api\/auth\/confirm\/keycloak\?returnTo=%2Faccount">Continue with <bdi>Our Keycloak/,
    );
    const begun = await ada.browser.get('/api/auth/confirm/keycloak?returnTo=/account');
    expect(Object.fromEntries(new URL(begun.location!).searchParams)).toMatchObject({
      prompt: 'login',
      max_age: '0',
      login_hint: ada.email,
    });
    const back = await comeBack(app, ada.browser, await provider.authorize(begun.location!, ada.who));
    expect(told(back)).toEqual({ page: `${app.url}/account`, trail: ['session.proven'] });
    expect(back.trail[0]).toMatchObject({ actor_label: ada.email, after: { method: 'oidc' } });
    expect(await freshness(ada)).toBe('fresh');
  });

  it('proves nothing where the provider knows them as somebody else, be it somebody whom nobody knows', async () => {
    const [ada, eve] = [await byProvider(), await byProvider()];
    for (const who of [eve.who, stranger('example.test')])
      expect(told(await prove('keycloak', ada, who))).toEqual({ page: 'OTHER_PERSON', trail: ['OTHER_PERSON'] });
    expect([await freshness(ada), await whoIs(ada.browser)]).toEqual(['stale', ada.email]);
  });

  it.each([
    ['an hour ago', -3600, 'PROOF_STALE', 'stale'],
    ['a minute ago', -60, '/account', 'fresh'],
  ] as const)('takes a provider at its word that says it was %s', async (_, seconds, page, expected) => {
    const ada = await byProvider();
    provider.misbehave({ idToken: { claims: { auth_time: secondsFromNow(seconds) } } });
    expect(told(await prove('keycloak', ada, ada.who)).page).toBe(page.startsWith('/') ? app.url + page : page);
    expect(await freshness(ada)).toBe(expected);
  });

  it('is no way for whom the provider may not speak any more', async () => {
    const tenant = await createTenant(app, 'globex.test', { ...client, issuer: provider.issuer });
    const who = stranger('globex.test');
    const { browser } = await attemptSignIn(app, provider, 'keycloak', who);
    const bySso = await attemptSignIn(app, provider, 'globex.test.okta', who);
    await moveSso(tenant.owner, 'enforceSso', tenant.connection.id);
    expect(await whoIs(browser)).toBeNull();
    await proven(who.email, 60);
    expect(told(await prove('keycloak', bySso, who))).toEqual({ page: 'SSO_REQUIRED', trail: ['SSO_REQUIRED'] });
    expect(told(await prove('globex.test.okta', bySso, who)).trail).toEqual(['session.proven']);
  });

  it('leads whoever is not signed in to the sign-in page', async () => {
    expect((await app.browser().get('/api/auth/confirm/keycloak?returnTo=/account')).location).toBe(
      `${app.url}/sign-in?returnTo=%2Faccount`,
    );
  });
});
