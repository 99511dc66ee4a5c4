import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  accountsLike,
  expectNoSecretOnTrails,
  openInvitation,
  post,
  providerSettings,
  stranger,
} from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import {
  startHostileProvider,
  type HostilePerson,
  type HostileProvider,
} from '../support/servers/hostile-openid-provider.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import { Authenticator } from '../support/authenticator.js';
import { addPasskey } from '../support/second-factors.js';
import { attemptSignIn, createTenant, moveSso, whoIs } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };
const password = 'correct horse battery';

let app: TestApp;
let provider: HostileProvider;

beforeAll(async () => {
  provider = await startHostileProvider(client);
  const here = { ...client, issuer: provider.issuer };
  app = await startTestApp({
    OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
    ...providerSettings('KEYCLOAK', here, { ALLOW_ACCOUNT_LINKING: 'true', NAME: 'Our Keycloak' }),
    ...providerSettings('OKTA', here, { ALLOW_ACCOUNT_LINKING: 'true', NAME: 'Our Okta' }),
  });
});
afterAll(async () => {
  await expectNoSecretOnTrails(app, [client.clientSecret, password]);
  await app.stop();
  await provider.stop();
});

const at = (key: string, who: Partial<HostilePerson>) => attemptSignIn(app, provider, key, who);

/** Somebody with a verified email and a password. */
async function signUp(email = stranger('example.test').email): Promise<{ email: string; browser: HttpClient }> {
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

/** Sends a form, and tells what came of it on the trail. */
async function submit(browser: HttpClient, path: string, fields: Record<string, string>) {
  const requestId = randomUUID();
  const answer = await browser.postForm(path, fields, { headers: { 'x-request-id': requestId } });
  return { answer, trail: await trailOfRequest(app, requestId) };
}

const alertIn = ({ text }: HttpAnswer): string =>
  (/role="alert"[^>]*>(.*?)<\//s.exec(text)?.[1] ?? '').replace(/<[^>]+>/g, '').trim();

describe('proving again who one is', () => {
  it('by a password, is fresh for ten minutes, on the trail, and leads back', async () => {
    const { email, browser } = await signUp();
    await proven(email, 60);
    const page = await browser.get('/confirm?returnTo=/account');
    expect(page.status).toBe(200);
    expect(page.text).toContain(email);

    const { answer, trail } = await submit(browser, '/confirm', { password, returnTo: '/account' });
    expect([answer.status, answer.location]).toEqual([303, `${app.url}/account`]);
    expect(trail).toEqual([
      expect.objectContaining({ action: 'session.proven', actor_label: email, after: { method: 'password' } }),
    ]);
    const session = (await browser.get('/api/auth/session')).json<{ session: { provenAt: string } }>().session;
    expect(Date.now() - Date.parse(session.provenAt)).toBeLessThan(60_000);
  });

  it('by a password, through the API', async () => {
    const { email, browser } = await signUp();
    await proven(email, 60);
    expect((await post(app, '/api/auth/confirm', { password }, browser)).answer.status).toBe(204);
    const { session } = (await browser.get('/api/auth/session')).json<{ session: { provenAt: string } }>();
    expect(Date.now() - Date.parse(session.provenAt)).toBeLessThan(60_000);
    expect((await post(app, '/api/auth/confirm', { password })).code).toBe('UNAUTHENTICATED');
  });

  it('by a wrong password, proves nothing, is on the trail, and is slowed as at a sign-in', async () => {
    const { email, browser } = await signUp();
    await proven(email, 60);
    const { answer, trail } = await submit(browser, '/confirm', { password: 'not that one', returnTo: '/account' });
    expect([answer.status, answer.text.includes('The password is not right.')]).toEqual([401, true]);
    expect(trail.map(({ action, after }) => [action, after?.reason])).toEqual([['signIn.refused', 'WRONG_PASSWORD']]);
    for (const body of [{}, { password: 5 }, { password: ['x'] }, { password: 'not that one' }])
      expect((await post(app, '/api/auth/confirm', body, browser)).code).toBe('INVALID_CREDENTIALS');
    expect((await submit(browser, '/confirm', { password })).answer.status).toBe(429);
  });

  it('is asked of nobody who is not signed in', async () => {
    const browser = app.browser();
    expect((await browser.get('/confirm?returnTo=/account')).location).toBe(`${app.url}/sign-in?returnTo=%2Faccount`);
    expect((await submit(browser, '/confirm', { password })).answer.location).toBe(`${app.url}/sign-in`);
  });
});

describe('the ways by which somebody signs in', () => {
  const identities = async (browser: HttpClient) => {
    const { data } = await browser.graphql<{ viewer: { identities: { id: string; key: string; subject: string }[] } }>(
      '{ viewer { identities { id key name issuer subject createdAt lastSignedInAt } } }',
    );
    return data?.viewer.identities ?? [];
  };
  const unlink = async (browser: HttpClient, identityId: string) => {
    const { errors } = await browser.graphql(
      'mutation ($input: UnlinkIdentityInput!) { unlinkIdentity(input: $input) { identity { id } } }',
      { input: { identityId } },
    );
    return errors.map(({ extensions }) => extensions.code);
  };

  it('are told to them, and taken away with the sessions that they have opened', async () => {
    const { email, browser } = await signUp();
    const elsewhere = await at('keycloak', { sub: email, email });
    const [linked] = await identities(browser);
    expect(linked).toMatchObject({ key: 'keycloak', name: 'Our Keycloak', subject: email, issuer: provider.issuer });
    expect((await browser.get('/account')).text).toContain('Our Keycloak');

    const { answer, trail } = await submit(browser, '/account/unlink', { identityId: linked?.id ?? '' });
    expect(answer.location).toBe(`${app.url}/account?done=unlinked`);
    expect(trail).toEqual([
      expect.objectContaining({
        action: 'identity.unlinked',
        before: { source: 'provider:keycloak', issuer: provider.issuer, subject: email },
      }),
    ]);
    expect(await identities(browser)).toEqual([]);
    expect([await whoIs(browser), await whoIs(elsewhere.browser)]).toEqual([email, null]);
    expect((await accountsLike(app, email))[0]).toMatchObject({ has_password: true, identities: [] });
  });

  it('are kept where one would be the last', async () => {
    const who = stranger('example.test');
    const { browser } = await at('keycloak', who);
    const [only] = await identities(browser);
    expect(await unlink(browser, only?.id ?? '')).toEqual(['PRECONDITION_FAILED']);
    const { answer } = await submit(browser, '/account/unlink', { identityId: only?.id ?? '' });
    expect(answer.status).toBe(412);
    expect(alertIn(answer)).toMatch(/^This is the only way/);

    await at('okta', who);
    expect(await unlink(browser, only?.id ?? '')).toEqual([]);
    expect(await whoIs(browser)).toBe(who.email);
  });

  it('may be a passkey alone', async () => {
    const who = stranger('example.test');
    const { browser } = await at('keycloak', who);
    await addPasskey(browser, new Authenticator(app.url));
    const [only] = await identities(browser);
    expect(await unlink(browser, only?.id ?? '')).toEqual([]);
    expect(await identities(browser)).toEqual([]);
  });

  it('are not taken away by a stale session, which is led to prove itself', async () => {
    const { email, browser } = await signUp();
    await at('keycloak', { sub: email, email });
    const [linked] = await identities(browser);
    await proven(email, 11);
    expect(await unlink(browser, linked?.id ?? '')).toEqual(['STEP_UP_REQUIRED']);
    const { answer } = await submit(browser, '/account/unlink', { identityId: linked?.id ?? '' });
    expect(answer.location).toBe(`${app.url}/confirm?returnTo=%2Faccount`);
    expect(await identities(browser)).toHaveLength(1);
  });

  it('of somebody else are out of reach', async () => {
    const [mine, theirs] = [await signUp(), await signUp()];
    await at('keycloak', { sub: theirs.email, email: theirs.email });
    const [linked] = await identities(theirs.browser);
    expect(await unlink(mine.browser, linked?.id ?? '')).toEqual(['NOT_FOUND']);
    expect(await unlink(mine.browser, randomUUID())).toEqual(['NOT_FOUND']);
    expect(await identities(theirs.browser)).toHaveLength(1);
  });

  it('may be a connection that is switched off: it stays on the page, and counts as no way in', async () => {
    const tenant = await createTenant(app, 'acme.test', { ...client, issuer: provider.issuer });
    const who = stranger('acme.test');
    const { browser } = await at('acme.test.okta', who);
    const okta = await at('okta', who);
    expect(await whoIs(okta.browser)).toBe(who.email);
    await moveSso(tenant.owner, 'disableSso', tenant.connection.id);

    expect((await browser.get('/account')).text).toContain('Switched off');
    const [connection, social] = await identities(browser);
    expect([connection?.key, social?.key]).toEqual([null, 'okta']);
    expect(await unlink(browser, social?.id ?? '')).toEqual(['PRECONDITION_FAILED']);
    expect(await unlink(browser, connection?.id ?? '')).toEqual([]);
  });

  it('lead whoever is not signed in to the sign-in page', async () => {
    expect((await app.browser().get('/account')).location).toBe(`${app.url}/sign-in?returnTo=%2Faccount`);
    const { answer } = await submit(app.browser(), '/account/unlink', { identityId: 'x' });
    expect(answer.location).toBe(`${app.url}/sign-in?returnTo=%2Faccount`);
  });
});

describe('changing one’s password', () => {
  const another = 'another battery of horses';
  const signIn = async (email: string, typed: string) =>
    (await post(app, '/api/auth/login', { email, password: typed })).answer.status;

  it('ends what was open elsewhere, leaves the rest of the account, is on the trail and told by mail', async () => {
    const { email, browser } = await signUp();
    await at('keycloak', { sub: email, email });
    const elsewhere = (await post(app, '/api/auth/login', { email, password })).browser;
    expect((await browser.get('/account/password')).text).toContain(email);
    const { answer, trail } = await submit(browser, '/account/password', { password: another });
    expect(answer.location).toBe(`${app.url}/account?done=password`);
    expect(trail).toEqual([
      expect.objectContaining({ action: 'user.passwordSet', actor_label: email, after: { identitiesDropped: 0 } }),
    ]);
    expect([await whoIs(browser), await whoIs(elsewhere)]).toEqual([email, null]);
    expect((await accountsLike(app, email))[0]?.identities).toEqual([`provider:keycloak ${email}`]);
    expect([await signIn(email, password), await signIn(email, another)]).toEqual([401, 200]);
  });

  it('gives a first one to who had none, by the API', async () => {
    const who = stranger('example.test');
    const { browser } = await at('keycloak', who);
    expect((await browser.get('/account')).text).toContain('Set one');
    expect((await post(app, '/api/auth/password/change', { password: another }, browser)).answer.status).toBe(204);
    expect(await signIn(who.email, another)).toBe(200);
  });

  it('takes no weak one, and none from a stale session or from nobody', async () => {
    const { email, browser } = await signUp();
    const { answer } = await submit(browser, '/account/password', { password: 'password1234' });
    expect([answer.status, answer.text.includes('too common')]).toEqual([400, true]);
    await proven(email, 11);
    for (const go of [browser.get('/account/password'), browser.postForm('/account/password', { password: another })])
      expect((await go).location).toBe(`${app.url}/confirm?returnTo=%2Faccount%2Fpassword`);
    const refused = await post(app, '/api/auth/password/change', { password: another }, browser);
    expect([refused.answer.status, refused.code]).toEqual([403, 'STEP_UP_REQUIRED']);
    const nobody = app.browser();
    expect((await nobody.get('/account/password')).location).toContain('/sign-in?returnTo=');
    expect((await nobody.postForm('/account/password', { password: another })).location).toContain('/sign-in?');
    expect((await post(app, '/api/auth/password/change', { password: another })).code).toBe('UNAUTHENTICATED');
    expect(await signIn(email, password)).toBe(200);
  });
});

describe('changing one’s email', () => {
  it('is asked for on a page, and waits for the link that is mailed to the new address', async () => {
    const { email, browser } = await signUp();
    expect((await browser.get('/account/email')).text).toContain(email);
    const wanted = stranger('example.test').email;
    const { answer, trail } = await submit(browser, '/account/email', { email: wanted });
    expect([answer.status, answer.text.includes(`We have sent a mail to ${wanted}.`)]).toEqual([200, true]);
    expect(trail.map(({ action }) => action)).toEqual(['user.emailChangeRequested']);
    expect(await whoIs(browser)).toBe(email);
  });

  it('tells what is no email, beside what was typed', async () => {
    const { browser } = await signUp();
    const { answer } = await submit(browser, '/account/email', { email: 'ada@localhost' });
    expect([answer.status, alertIn(answer)]).toEqual([
      400,
      'Email must be one email address, such as ada@example.com.',
    ]);
    expect(answer.text).toContain('value="ada@localhost"');
  });

  it('asks for fresh proof, and for somebody to be there', async () => {
    const { email, browser } = await signUp();
    await proven(email, 11);
    for (const go of [browser.get('/account/email'), browser.postForm('/account/email', { email: 'a@example.test' })])
      expect((await go).location).toBe(`${app.url}/confirm?returnTo=%2Faccount%2Femail`);
    const nobody = app.browser();
    for (const go of [nobody.get('/account/email'), nobody.postForm('/account/email', { email })])
      expect((await go).location).toBe(`${app.url}/sign-in?returnTo=%2Faccount%2Femail`);
  });
});

describe('the organization in which somebody works', () => {
  const chosen = async ({ browser }: Person) =>
    (await browser.get('/api/auth/session')).json<{ session: { organizationId: string | null } }>().session
      .organizationId;

  async function memberOfTwo() {
    const person = await createPerson(app);
    const own = await createOrganization(person, 'Own');
    const owner = await createPerson(app);
    const other = await createOrganization(owner, 'Other');
    await addMember(app, other.id, person, 'VIEWER');
    return { person, own, other, owner };
  }

  it('is chosen on a page, kept in the session, and on that organization’s trail', async () => {
    const { person, own, other } = await memberOfTwo();
    const page = await person.browser.get('/choose-organization?returnTo=/account');
    expect(page.text).toContain(`value="${own.id}"`);
    expect(page.text).toContain(`value="${other.id}"`);
    expect(await chosen(person)).toBeNull();

    const { answer, trail } = await submit(person.browser, '/choose-organization', {
      organizationId: other.id,
      returnTo: '/account',
    });
    expect(answer.location).toBe(`${app.url}/account`);
    expect(await chosen(person)).toBe(other.id);
    expect(trail.map(({ action, after }) => [action, after])).toEqual([
      ['session.organizationChosen', { organizationId: other.id }],
    ]);
    expect((await person.browser.get('/choose-organization')).text).toMatch(/Other<\/bdi> <span class="badge">Current/);
  });

  it('is none of somebody else’s, nor one that never was', async () => {
    const { person } = await memberOfTwo();
    const foreign = await createOrganization(await createPerson(app));
    const told = async (organizationId: string) => {
      const { answer } = await submit(person.browser, '/choose-organization', { organizationId });
      return [answer.status, alertIn(answer)];
    };
    expect(await told(foreign.id)).toEqual([404, 'There is no such thing, or you may not see it.']);
    expect(await told(randomUUID())).toEqual(await told(foreign.id));
    expect(await chosen(person)).toBeNull();
  });

  it('may ask for a second factor first', async () => {
    const { person, other } = await memberOfTwo();
    await app.database.query(
      'insert into security_policies (organization_id, second_factor_required) values ($1, true)',
      [other.id],
    );
    const { answer } = await submit(person.browser, '/choose-organization', { organizationId: other.id });
    expect(answer.location).toBe(`${app.url}/account/second-factor`);
    expect(await chosen(person)).toBeNull();
  });

  it('is forgotten when they do not belong to it any more', async () => {
    const { person, other, owner } = await memberOfTwo();
    await submit(person.browser, '/choose-organization', { organizationId: other.id });
    const input = { organizationId: other.id, userId: person.id };
    await owner.browser.graphql(
      'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { member { role } } }',
      {
        input,
      },
    );
    expect(await chosen(person)).toBeNull();
  });
});
