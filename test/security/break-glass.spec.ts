import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { post } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { Authenticator } from '../support/authenticator.js';
import { addMember, type Person } from '../support/factories.js';
import {
  addPasskey,
  codeOf,
  enrolTotp,
  isSignedIn,
  password,
  signInByPasskey,
  signUp,
  typePassword,
  waitForNextCode,
} from '../support/second-factors.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { createTenant, moveSso, type Tenant } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };

describe('51: on the day when an enforced identity provider is broken', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let mails: MailSink;
  let acme: Tenant;
  let operator: Tenant;
  let keyOf: Map<string, string>;

  beforeAll(async () => {
    [provider, mails] = await Promise.all([startHostileProvider(client), startMailSink()]);
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      SMTP_URL: mails.url,
      AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: 'corp.test',
    });
    const here = { ...client, issuer: provider.issuer };
    acme = await createTenant(app, 'acme.test', here);
    operator = await createTenant(app, 'corp.test', here);
    keyOf = new Map();
  });
  afterAll(async () => {
    await app.stop();
    await mails.stop();
  });

  /** Somebody of Acme with a password and, where `factor` says so, an app. Made before the enforcement, as in life. */
  async function person(name: string, role: 'OWNER' | 'ADMIN', factor: 'app' | 'none'): Promise<Person> {
    const who = await signUp(app, `${name}@acme.test`);
    await app.database.query('update users set email_verified_at = now() where id = $1', [who.id]);
    await addMember(app, acme.organizationId, who, role);
    if (factor === 'app') keyOf.set(who.id, (await enrolTotp(who.browser)).key);
    return who;
  }

  async function name(
    who: Person,
    mutation = 'grantBreakGlass',
    by = acme.owner,
    organizationId = acme.organizationId,
  ) {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const { data, errors } = await by.browser.graphql<Record<string, { member: { breakGlass: boolean } }>>(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { member { breakGlass } } }`,
      { input: { organizationId, userId: who.id } },
    );
    return data?.[mutation]?.member.breakGlass ?? errors[0]?.extensions.code;
  }

  let owner: Person;
  let unnamed: Person;
  let bare: Person;
  let admin: Person;

  it('an owner who was named gets in with password and second factor: on the trail, and told to every owner', async () => {
    owner = await person('grace', 'OWNER', 'app');
    unnamed = await person('heidi', 'OWNER', 'app');
    bare = await person('ivan', 'OWNER', 'none');
    admin = await person('judy', 'ADMIN', 'app');
    expect([await name(owner), await name(bare)]).toEqual([true, true]);
    expect(await name(admin)).toBe('PRECONDITION_FAILED');
    await moveSso(acme.owner, 'enforceSso', acme.connection.id);
    await provider.stop();

    const { browser, answer } = await typePassword(app, owner);
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'SECOND_FACTOR_REQUIRED']);
    expect(await isSignedIn(browser)).toBe(false);
    await waitForNextCode(app);
    const requestId = randomUUID();
    const code = codeOf(keyOf.get(owner.id) ?? '');
    const headers = { 'x-request-id': requestId };
    expect((await browser.postJson('/api/auth/second-factor', { code }, { headers })).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(true);

    const trail = await trailOfRequest(app, requestId);
    expect(trail.map(({ action }) => action)).toEqual(['signIn.glassBroken', 'signIn.succeeded']);
    const { rows } = await app.database.query('select distinct chain_id from audit_events where request_id = $1', [
      requestId,
    ]);
    expect(rows).toEqual([{ chain_id: acme.organizationId }]);
    for (const { email } of [acme.owner, owner, unnamed, bare]) {
      const mail = await mails.next(({ to, subject }) => to.includes(email) && subject.includes('past single sign-on'));
      expect(mail.text).toContain('grace@acme.test');
    }
    expect(mails.messages.some(({ to, subject }) => to.includes(admin.email) && subject.includes('past single'))).toBe(
      false,
    );
  });

  it('the page for a password takes it too, and the first step still says where the others go', async () => {
    const browser = app.browser();
    expect((await browser.get('/sign-in/password')).status).toBe(200);
    const next = await browser.postForm('/sign-in/password', { email: owner.email, password });
    expect(next.location).toBe(`${app.url}/sign-in/second-factor`);
    expect((await browser.postJson('/api/auth/discover', { email: owner.email })).json()).toMatchObject({
      enforced: true,
    });
  });

  it('a passkey of theirs does as well', async () => {
    const device = new Authenticator(app.url);
    const { browser } = await typePassword(app, owner);
    await waitForNextCode(app);
    await browser.postJson('/api/auth/second-factor', { code: codeOf(keyOf.get(owner.id) ?? '') });
    await addPasskey(browser, device);
    const another = app.browser();
    expect((await signInByPasskey(another, device)).status).toBe(200);
    expect(await isSignedIn(another)).toBe(true);
  });

  it.each([
    ['who was not named', () => unnamed],
    ['who has no second factor', () => bare],
    ['who is no owner', () => admin],
  ])('an owner %s is sent to the identity provider as everybody is', async (_, who) => {
    const { answer } = await typePassword(app, who());
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'SSO_REQUIRED']);
  });

  it('a wrong password is told in the words that everybody there is told', async () => {
    const told = async (email: string, typed: string) => {
      const { answer } = await post(app, '/api/auth/login', { email, password: typed });
      return { ...answer.json<object>(), requestId: '' };
    };
    expect(await told(owner.email, 'not that one')).toEqual(await told('nobody@acme.test', 'not that one'));
  });

  it('it is over with the role, or when it is taken back; the second step notices', async () => {
    const { browser } = await typePassword(app, owner);
    await waitForNextCode(app);
    await app.database.query(`update memberships set role = 'ADMIN' where user_id = $1`, [owner.id]);
    const code = codeOf(keyOf.get(owner.id) ?? '');
    expect((await browser.postJson('/api/auth/second-factor', { code })).json()).toMatchObject({
      code: 'SSO_REQUIRED',
    });
    expect((await typePassword(app, owner)).answer.json()).toMatchObject({ code: 'SSO_REQUIRED' });

    await app.database.query(`update memberships set role = 'OWNER' where user_id = $1`, [owner.id]);
    expect((await typePassword(app, owner)).answer.json()).toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
    expect(await name(owner, 'revokeBreakGlass')).toBe(false);
    expect((await typePassword(app, owner)).answer.json()).toMatchObject({ code: 'SSO_REQUIRED' });
  });

  it('naming asks for fresh proof, and for being an owner there', async () => {
    expect(await name(owner, 'grantBreakGlass', admin)).toBe('UNAUTHENTICATED');
    await app.database.query(`update sessions set proven_at = now() - interval '11 minutes'`);
    expect(await name(owner)).toBe('STEP_UP_REQUIRED');
    await app.database.query('update sessions set proven_at = now()');
    expect(await name(owner, 'grantBreakGlass', operator.owner)).toBe('NOT_FOUND');
  });

  it('what the operator enforces by configuration no organization opens', async () => {
    const who = await signUp(app, 'kim@example.test');
    await addMember(app, operator.organizationId, who, 'OWNER');
    keyOf.set(who.id, (await enrolTotp(who.browser)).key);
    expect(await name(who, 'grantBreakGlass', operator.owner, operator.organizationId)).toBe(true);
    await app.database.query(`update users set email = 'kim@corp.test' where id = $1`, [who.id]);
    const { answer } = await typePassword(app, { email: 'kim@corp.test' });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'SSO_REQUIRED']);
  });
});
