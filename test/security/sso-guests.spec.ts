import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { accountsLike, expectPostRefused, openInvitation, post, stranger } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { personOf } from '../support/entry.js';
import { addMember, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, resendInvitation, tokenIn } from '../support/invitations.js';
import { ageProof } from '../support/second-factors.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { attemptSignIn, createTenant, moveSso, verifiedDomain, configureSso, type Tenant } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };
const password = 'correct horse battery';
const required = (loginUrl: string | null) => ({ code: 'SSO_REQUIRED', loginUrl });

describe('guests of an organization that enforces its single sign-on', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let mails: MailSink;
  let acme: Tenant;
  let admin: Person;

  beforeAll(async () => {
    [provider, mails] = await Promise.all([startHostileProvider(client), startMailSink()]);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', SMTP_URL: mails.url });
    acme = await createTenant(app, 'acme.test', { ...client, issuer: provider.issuer });
    await moveSso(acme.owner, 'enforceSso', acme.connection.id);
    admin = await personOf(await attemptSignIn(app, provider, acme.connection.key, stranger('acme.test')));
    await addMember(app, acme.organizationId, admin, 'ADMIN');
  });
  beforeEach(() => ageProof(app, acme.owner, 0));
  afterAll(async () => {
    await app.stop();
    await Promise.all([provider.stop(), mails.stop()]);
  });

  const loginUrl = () => `/api/auth/login/${acme.connection.key}`;
  const codeFor = async ({ browser }: Person, { organizationId } = acme) => {
    const query = 'query ($id: ID!) { organization(id: $id) { name } }';
    return (await browser.graphql(query, { id: organizationId })).errors[0]?.extensions.code;
  };
  const isIn = async (person: Person) => (await codeFor(person)) === undefined;
  const placeOf = async ({ id }: Person) => {
    const { rows } = await app.database.query<{ role: string; exception: boolean }>(
      'select role, sso_exception as exception from memberships where organization_id = $1 and user_id = $2',
      [acme.organizationId, id],
    );
    return rows[0] ?? null;
  };
  const invitationTo = (email: string) => openInvitation(app, acme.owner, acme.organizationId, email);

  async function change(
    by: Person,
    mutation: 'grantSsoException' | 'revokeSsoException',
    who: Person,
    more: object = {},
  ) {
    const requestId = randomUUID();
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const { data, errors } = await by.browser.graphql<Record<string, { member: { ssoException: boolean } }>>(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { member { ssoException } } }`,
      { input: { organizationId: acme.organizationId, userId: who.id, ...more } },
      { headers: { 'x-request-id': requestId } },
    );
    const outcome = data?.[mutation]?.member.ssoException ?? errors[0]?.extensions.code;
    return { outcome, trail: await trailOfRequest(app, requestId) };
  }
  const grant = (who: Person, by = acme.owner, reason = ' Audits our books ') =>
    change(by, 'grantSsoException', who, { reason });

  describe('by an exception that an owner makes', () => {
    it('are in from the next request on, and out again when it is taken back: with the reason on the trail', async () => {
      const guest = await createPerson(app);
      await addMember(app, acme.organizationId, guest, 'MEMBER');
      expect(await isIn(guest)).toBe(false);
      const granted = await grant(guest);
      expect(granted).toEqual({
        outcome: true,
        trail: [
          expect.objectContaining({
            action: 'member.ssoExceptionGranted',
            actor_id: acme.owner.id,
            resource_id: guest.id,
            after: { ssoException: true, reason: 'Audits our books' },
          }),
        ],
      });
      expect(await isIn(guest)).toBe(true);
      expect(await grant(guest)).toEqual({ outcome: true, trail: [] });

      const revoked = await change(acme.owner, 'revokeSsoException', guest);
      expect([revoked.outcome, revoked.trail.map(({ action, before }) => [action, before])]).toEqual([
        false,
        [['member.ssoExceptionRevoked', { ssoException: true }]],
      ]);
      expect(await isIn(guest)).toBe(false);
      expect(await change(acme.owner, 'revokeSsoException', guest)).toEqual({ outcome: false, trail: [] });
    });

    it('which is for owners to make, with fresh proof and a reason, and for guests who are members alone', async () => {
      const [guest, nobody, colleague] = [
        await createPerson(app),
        await createPerson(app),
        await createPerson(app, stranger('acme.test').email),
      ];
      await addMember(app, acme.organizationId, guest, 'MEMBER');
      await addMember(app, acme.organizationId, colleague, 'MEMBER');
      expect((await grant(guest, admin)).outcome).toBe('FORBIDDEN');
      expect((await grant(guest, guest)).outcome).toBe('SSO_REQUIRED');
      expect((await grant(guest, nobody)).outcome).toBe('NOT_FOUND');
      expect((await grant(nobody)).outcome).toBe('NOT_FOUND');
      expect((await grant(colleague)).outcome).toBe('PRECONDITION_FAILED');
      expect((await grant(guest, acme.owner, ' \n ')).outcome).toBe('VALIDATION_FAILED');
      await ageProof(app, acme.owner, 11);
      expect((await grant(guest)).outcome).toBe('STEP_UP_REQUIRED');
      expect((await change(acme.owner, 'revokeSsoException', guest)).outcome).toBe('STEP_UP_REQUIRED');
      expect(await placeOf(guest)).toEqual({ role: 'MEMBER', exception: false });
    });

    it('which is worth nothing once single sign-on is enforced for their own address', async () => {
      const domain = `${randomUUID().slice(0, 8)}.test`;
      const guest = await createPerson(app, `somebody@${domain}`);
      await addMember(app, acme.organizationId, guest, 'MEMBER');
      await grant(guest);
      const domainId = await verifiedDomain(app, acme.organizationId, domain);
      const { id } = await configureSso(acme.owner, { domainId, provider: 'OKTA', issuer: provider.issuer, ...client });
      expect(await isIn(guest)).toBe(true);
      await app.database.query(`update sso_connections set state = 'ENFORCED' where id = $1`, [id]);
      expect(await isIn(guest)).toBe(false);
      await moveSso(acme.owner, 'deleteSso', id);
    });
  });

  describe('by an invitation', () => {
    it('are refused, by the API and by the page, before they are members; the link stays good', async () => {
      const guest = await createPerson(app);
      const token = await invitationTo(guest.email);
      const requestId = randomUUID();
      await expect(acceptInvitation(guest, token, requestId)).rejects.toMatchObject(required(null));
      expect((await trailOfRequest(app, requestId)).map(({ action, after }) => [action, after?.code])).toEqual([
        ['operation.refused', 'SSO_REQUIRED'],
      ]);
      const page = await guest.browser.postForm('/accept-invitation', { token });
      expect(page.status).toBe(403);
      expect(page.text).toContain('Ask one of its owners for an exception.');
      expect(await placeOf(guest)).toBeNull();
      expect((await guest.browser.get(`/accept-invitation?token=${token}`)).text).toContain('Accept invitation');
    });

    it('are refused a sign-up, before they have an account', async () => {
      const { email } = stranger('example.test');
      const token = await invitationTo(email);
      await expectPostRefused(
        app,
        () => post(app, '/api/auth/signup', { email, name: 'Gus', password, invitation: token }),
        { status: 403, code: 'SSO_REQUIRED', reason: 'GUEST_WITHOUT_EXCEPTION', trail: acme.organizationId },
      );
      const page = await app.browser().postForm('/sign-up', { email, name: 'Gus', password, invitation: token });
      expect(page.status).toBe(403);
      expect(await accountsLike(app, email)).toEqual([]);
    });

    it('are in, with an exception that came along: also whoever signs up by it', async () => {
      const arrivals = {
        account: async (email: string, token: string): Promise<Person> => {
          const guest = await createPerson(app, email);
          await acceptInvitation(guest, token);
          return guest;
        },
        signUp: async (email: string, token: string): Promise<Person> => {
          const browser = app.browser();
          const answer = await browser.postJson('/api/auth/signup', {
            email,
            name: 'Gus',
            password,
            invitation: token,
          });
          return { browser, ...answer.json<{ user: { id: string; email: string } }>().user };
        },
      };
      for (const arrive of Object.values(arrivals)) {
        const { email } = stranger('example.test');
        const requestId = randomUUID();
        const input = { organizationId: acme.organizationId, email, role: 'VIEWER', ssoException: true };
        await inviteMember(acme.owner, input, requestId);
        expect(
          (await trailOfRequest(app, requestId)).map(({ action, after }) => [action, after?.ssoException]),
        ).toEqual([['invitation.created', true]]);
        const token = tokenIn(await mails.next(({ to }) => to.includes(email)));
        const guest = await arrive(email, token);
        expect([await placeOf(guest), await isIn(guest)]).toEqual([{ role: 'VIEWER', exception: true }, true]);
        const { rows } = await app.database.query(
          `select after from audit_events where action = 'member.added' and resource_id = $1`,
          [guest.id],
        );
        expect(rows).toEqual([{ after: { role: 'VIEWER', source: 'INVITATION', ssoException: true } }]);
      }
    });

    it('get an exception from an owner alone, with fresh proof, and only who needs one', async () => {
      const { organizationId } = acme;
      const offer = (email = stranger('example.test').email) => ({
        organizationId,
        email,
        role: 'VIEWER',
        ssoException: true,
      });
      await expect(inviteMember(admin, offer())).rejects.toMatchObject({ code: 'CANNOT_GRANT' });
      await expect(inviteMember(acme.owner, offer('new@acme.test'))).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
      });
      const { id } = await inviteMember(acme.owner, offer());
      await expect(resendInvitation(admin, id)).rejects.toMatchObject({ code: 'CANNOT_GRANT' });
      await expect(resendInvitation(acme.owner, id)).resolves.toMatchObject({ state: 'OPEN' });
      await ageProof(app, acme.owner, 11);
      await expect(inviteMember(acme.owner, offer())).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
      await expect(inviteMember(admin, { ...offer(), ssoException: false })).resolves.toMatchObject({ state: 'OPEN' });
    });

    it('of our own are led to the identity provider, and accept when they come from there', async () => {
      const who = stranger('acme.test');
      const colleague = await createPerson(app, who.email);
      const token = await invitationTo(who.email);
      await expect(acceptInvitation(colleague, token)).rejects.toMatchObject(required(loginUrl()));
      const page = await colleague.browser.postForm('/accept-invitation', { token });
      expect(page.status).toBe(403);
      expect(page.text).toContain(
        `href="${loginUrl()}?returnTo=${encodeURIComponent(`/accept-invitation?token=${token}`)}"`,
      );
      expect(await placeOf(colleague)).toBeNull();

      const proven = await personOf(await attemptSignIn(app, provider, acme.connection.key, who));
      await expect(acceptInvitation(proven, token)).resolves.toMatchObject({ state: 'ACCEPTED' });
      expect([await placeOf(proven), await isIn(proven)]).toEqual([{ role: 'VIEWER', exception: false }, true]);
    });

    it('whom another organization’s connection has proven have proven nothing here', async () => {
      const beta = await createTenant(app, 'beta.test', { ...client, issuer: provider.issuer });
      const guest = await personOf(await attemptSignIn(app, provider, beta.connection.key, stranger('beta.test')));
      await expect(acceptInvitation(guest, await invitationTo(guest.email))).rejects.toMatchObject(required(null));
      expect(await placeOf(guest)).toBeNull();
    });

    it('are told nothing of it by an invitation that is not theirs', async () => {
      const guest = await createPerson(app);
      const token = await invitationTo(stranger('example.test').email);
      await expect(acceptInvitation(guest, token)).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
    });
  });

  describe('on the day when it is enforced', () => {
    let gamma: Tenant;
    beforeEach(async () => {
      const domain = `${randomUUID().slice(0, 8)}.test`;
      gamma = await createTenant(app, domain, { ...client, issuer: provider.issuer });
      await app.database.query('update memberships set sso_exception = false where organization_id = $1', [
        gamma.organizationId,
      ]);
    });
    it('stay signed in, since they work elsewhere too, and are out', async () => {
      const guest = await createPerson(app);
      await addMember(app, gamma.organizationId, guest, 'OWNER');
      await moveSso(gamma.owner, 'enforceSso', gamma.connection.id);
      expect(await codeFor(guest, gamma)).toBe('SSO_REQUIRED');
      expect((await guest.browser.get('/api/auth/session')).status).toBe(200);
    });

    it('hear of single sign-on before the second factor, which they owe besides', async () => {
      const guest = await createPerson(app);
      await addMember(app, gamma.organizationId, guest, 'OWNER');
      await app.database.query(
        'insert into security_policies (organization_id, second_factor_required) values ($1, true)',
        [gamma.organizationId],
      );
      expect(await codeFor(guest, gamma)).toBe('SECOND_FACTOR_REQUIRED');
      await app.database.query(`update sso_connections set state = 'ENFORCED' where id = $1`, [gamma.connection.id]);
      expect(await codeFor(guest, gamma)).toBe('SSO_REQUIRED');
      await app.database.query('update memberships set sso_exception = true where user_id = $1', [guest.id]);
      expect(await codeFor(guest, gamma)).toBe('SECOND_FACTOR_REQUIRED');
    });

    it('an owner who enforces it with a foreign address stays in, by an exception on the trail', async () => {
      const requestId = randomUUID();
      await moveSso(gamma.owner, 'enforceSso', gamma.connection.id, requestId);
      expect((await trailOfRequest(app, requestId)).map(({ action, resource_id }) => [action, resource_id])).toEqual([
        ['member.ssoExceptionGranted', gamma.owner.id],
        ['ssoConnection.enforced', gamma.connection.id],
      ]);
      expect(await codeFor(gamma.owner, gamma)).toBeUndefined();
    });

    it('and one with an address of its own gets none: they are signed out, as everybody there', async () => {
      const owner = await createPerson(app, stranger(gamma.connection.domain.name).email);
      await addMember(app, gamma.organizationId, owner, 'OWNER');
      const requestId = randomUUID();
      await moveSso(owner, 'enforceSso', gamma.connection.id, requestId);
      expect((await trailOfRequest(app, requestId)).map(({ action }) => action)).toEqual(['ssoConnection.enforced']);
      expect(await codeFor(owner, gamma)).toBe('UNAUTHENTICATED');
    });

    it('but nobody who could not have made one for themselves', async () => {
      const guest = await createPerson(app);
      await addMember(app, gamma.organizationId, guest, 'ADMIN');
      const requestId = randomUUID();
      await moveSso(guest, 'enforceSso', gamma.connection.id, requestId);
      expect((await trailOfRequest(app, requestId)).map(({ action }) => action)).toEqual(['ssoConnection.enforced']);
      expect([await codeFor(guest, gamma), await codeFor(gamma.owner, gamma)]).toEqual([
        'SSO_REQUIRED',
        'SSO_REQUIRED',
      ]);
    });
  });
});
