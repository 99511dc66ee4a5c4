import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { SetupService } from '../../src/onboarding/setup.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { looks, visit, type Visit } from '../support/hosted-pages.js';
import { inviteMember, revokeInvitation, tokenIn } from '../support/invitations.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { actionsOf } from '../support/trail.js';

const password = 'correct horse battery';

describe('the pages that people arrive by', () => {
  let app: TestApp;
  let sink: MailSink;
  let browser: Browser;
  let owner: Person;
  let acme: { id: string };
  let person: Visit;

  beforeAll(async () => {
    sink = await startMailSink();
    // Whoever is invited gets in where sign-up is closed to everybody else.
    [app, browser] = await Promise.all([
      startTestApp({ SMTP_URL: sink.url, AUTH_DISABLE_SIGNUP: 'true' }),
      launchBrowser(),
    ]);
    owner = await createPerson(app, 'olivia@example.test');
    acme = await createOrganization(owner, 'Acme Industries');
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
    await sink.stop();
  });

  const arrive = (url: string) => person.page.goto(url);
  const text = () => person.page.locator('main').innerText();
  const textOf = (selector: string) => person.page.locator(selector).innerText();

  async function invited(email: string): Promise<{ id: string; link: string }> {
    const { id } = await inviteMember(owner, { organizationId: acme.id, email, role: 'MEMBER' });
    const token = tokenIn(await sink.next(({ to }) => to.includes(email)));
    return { id, link: `${app.url}/accept-invitation?token=${token}` };
  }

  async function roleOf(email: string): Promise<string | null> {
    const { rows } = await app.database.query<{ role: string }>(
      `select role from memberships m join users u on u.id = m.user_id where m.organization_id = $1 and u.email = $2`,
      [acme.id, email],
    );
    return rows[0]?.role ?? null;
  }

  describe.each(looks)('$name', (look) => {
    beforeAll(async () => {
      person = await visit(browser, app.url, look);
    });
    afterEach(() => person.forget());
    afterAll(() => person.end());

    it('lead from the mail of an invitation to an account and a membership', async () => {
      const email = `mia-${look.slug}@example.test`;
      const { link } = await invited(email);
      await arrive(link);
      expect(await person.heading()).toBe('Join Acme Industries');
      expect(await text()).toContain('olivia invited you as Member.');
      expect(await person.faults()).toEqual([]);

      await person.go('Create an account');
      expect(await text()).toContain('You were invited to Acme Industries.');
      expect(await person.page.inputValue('#email')).toBe(email);
      expect(await person.page.getAttribute('#email', 'readonly')).toBe('');
      expect(await person.faults()).toEqual([]);

      await person.submit({ name: 'Mia', password: '🔑'.repeat(7) });
      expect(await person.focus()).toMatchObject({ name: 'password', isInvalid: true });
      expect(await person.page.inputValue('#name')).toBe('Mia');
      expect(await person.page.inputValue('#email')).toBe(email);
      await person.submit({ password });
      expect(person.path()).toBe('/console');
      expect(await textOf('.rows li')).toMatch(/^Acme Industries\s.*\sMember$/s);
      expect(await roleOf(email)).toBe('MEMBER');

      await person.page.goto(link);
      expect(await person.heading()).toBe('This invitation is not valid');
    });

    it('lead somebody with an account through sign-in to the invitation, and ask before they join', async () => {
      const email = `noah-${look.slug}@example.test`;
      await signedUp(email);
      const { link } = await invited(email);
      await arrive(link);
      await person.go('Create an account');
      await person.go('Sign in');
      await person.submit({ email });
      await person.submit({ password });
      expect(person.page.url()).toBe(link);
      expect(await roleOf(email)).toBeNull();
      expect(await person.faults()).toEqual([]);
      await person.go('Accept invitation');
      expect(person.path()).toBe('/console');
      expect(await roleOf(email)).toBe('MEMBER');
    });

    it('tell whoever is signed in as somebody else, and let them sign out and go on', async () => {
      const email = `grace-${look.slug}@example.test`;
      const eve = await createPerson(app, `eve-${look.slug}@example.test`);
      const { link } = await invited(email);
      await person.page.context().addCookies([{ name: 'gatehouse', value: eve.token, url: app.url }]);
      await person.page.goto(link);
      expect(await person.page.locator('dd').allInnerTexts()).toEqual([email, eve.email]);
      expect(await person.page.getByRole('button').allInnerTexts()).toEqual(['Sign out and continue']);
      expect(await person.faults()).toEqual([]);

      const token = new URL(link).searchParams.get('token') ?? '';
      expect((await eve.browser.postForm('/accept-invitation', { token })).status).toBe(410);
      expect(await roleOf(eve.email)).toBeNull();
      await person.go('Sign out and continue');
      expect(person.page.url()).toBe(link);
      expect(await person.page.getByRole('link').allInnerTexts()).toEqual(['Sign in to accept', 'Create an account']);
    });

    it('say of an invitation that it has expired, was withdrawn, or never was, wherever its link leads', async () => {
      const expired = await invited(`late-${look.slug}@example.test`);
      await app.database.query(`update invitations set expires_at = now() - interval '1 second' where id = $1`, [
        expired.id,
      ]);
      await arrive(expired.link);
      expect(await person.heading()).toBe('This invitation has expired');
      expect(await person.faults()).toEqual([]);

      const revoked = await invited(`withdrawn-${look.slug}@example.test`);
      await person.page.goto(revoked.link);
      await person.go('Create an account');
      await revokeInvitation(owner, revoked.id);
      await person.submit({ name: 'Max', password });
      expect(await person.heading()).toBe('This invitation is not valid');
      await person.page.goto(`${app.url}/sign-up?invitation=there-is-no-such-token`);
      expect(await person.heading()).toBe('This invitation is not valid');
      expect(await person.faults()).toEqual([]);
    });
  });

  it('tell a visitor without an invitation that sign-up is closed, before they have typed anything', async () => {
    person = await visit(browser, app.url, looks[0]);
    await arrive(`${app.url}/sign-up`);
    expect(await person.heading()).toBe('By invitation only');
    expect(await person.page.getByRole('link').allInnerTexts()).toEqual(['Try again']);
    await person.page.goto(`${app.url}/sign-in`);
    expect(await person.page.getByRole('link', { name: 'Create an account' }).count()).toBe(0);
    await person.end();
  });

  it('make the first administrator by the link that the server prints, once', async () => {
    const link = (await app.nest.get(SetupService, { strict: false }).issueLink()) ?? '';
    person = await visit(browser, app.url, looks[1]);
    await arrive(link);
    expect(await person.focus()).toMatchObject({ name: 'name' });
    expect(await person.faults()).toEqual([]);
    await person.submit({ name: 'Root', email: 'root@example', password });
    expect(await person.focus()).toMatchObject({ name: 'email', isInvalid: true });
    expect(await person.page.inputValue('#name')).toBe('Root');

    const secondTab = await visit(browser, app.url, looks[0]);
    await secondTab.page.goto(link);
    await person.submit({ email: 'root@example.test', password });
    expect(person.path()).toBe('/console');
    expect(await text()).toContain('Administrator of this instance');
    expect((await actionsOf(app, 'instance')).slice(-2)).toEqual(['user.created', 'signIn.succeeded']);

    await secondTab.submit({ name: 'Eve', email: 'eve@example.test', password });
    expect(await secondTab.heading()).toBe('This link no longer works');
    await secondTab.page.goto(link);
    expect(await secondTab.heading()).toBe('This link no longer works');
    expect(await secondTab.faults()).toEqual([]);
    await Promise.all([person.end(), secondTab.end()]);
    const { rows } = await app.database.query(`select email from users where instance_administrator`);
    expect(rows).toEqual([{ email: 'root@example.test' }]);
  });

  /** Through an invitation to another organization, sign-up being closed. */
  async function signedUp(email: string): Promise<void> {
    const other = await createOrganization(owner, 'Other');
    await inviteMember(owner, { organizationId: other.id, email, role: 'VIEWER' });
    const invitation = tokenIn(await sink.next(({ to }) => to.includes(email)));
    const made = await app.browser().postJson('/api/auth/signup', { email, name: 'Noah', password, invitation });
    if (made.status !== 201) throw new Error(made.text);
  }
});
