import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { createPerson } from '../support/factories.js';
import { looks, visit, type Visit } from '../support/hosted-pages.js';
import { jobsDone, nextLink } from '../support/mailbox.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';

const password = 'correct horse battery';
const better = 'a wholly different phrase';

describe('the hosted pages that a mailbox proves something to', () => {
  let app: TestApp;
  let sink: MailSink;
  let browser: Browser;
  let person: Visit;

  beforeAll(async () => {
    [sink, browser] = await Promise.all([startMailSink(), launchBrowser()]);
    app = await startTestApp({ SMTP_URL: sink.url, AUTH_EMAIL_VERIFICATION_REQUIRED: 'true' });
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
    await sink.stop();
  });

  const arrive = (path: string) => person.page.goto(app.url + path);
  const text = () => person.page.locator('main').innerText();

  describe.each(looks)('$name', (look) => {
    beforeAll(async () => {
      person = await visit(browser, app.url, look);
    });
    afterEach(async () => {
      await person.forget();
      await app.database.query('delete from attempts');
    });
    afterAll(() => person.end());

    it('lead a new person by way of their mailbox to their first sign-in', async () => {
      const email = `ada-${look.slug}@example.test`;
      await arrive('/sign-up');
      await person.submit({ name: 'Ada', email, password });
      expect(await person.heading()).toBe('Look into your mail');
      expect(await text()).toContain(email);
      expect(await person.faults()).toEqual([]);

      await arrive('/sign-in/password');
      await person.submit({ email, password });
      expect(await person.page.getByRole('alert').innerText()).toContain('This email is not verified yet.');
      expect(await person.faults()).toEqual([]);
      const first = await nextLink(sink, email, 'Verify your email');
      const { path } = await nextLink(sink, email, 'Verify your email');

      await arrive(path);
      expect(await person.heading()).toBe('Verify your email');
      expect(await text()).toMatch(new RegExp(`Address\\s+${email}`));
      expect(await person.faults()).toEqual([]);
      await arrive(path);
      await person.go('Verify this address');
      expect(await person.heading()).toBe('Your email is verified');
      expect(await person.faults()).toEqual([]);

      await person.go('Sign in');
      await person.submit({ email });
      await person.submit({ password });
      expect(person.path()).toBe('/console');
      await arrive(first.path);
      expect(await person.heading()).toBe('This link does not work any more');
      expect(await person.faults()).toEqual([]);
    });

    it('lead a person who has forgotten their password to a new one', async () => {
      const { email } = await createPerson(app, `grace-${look.slug}@example.test`);
      await arrive(`/sign-in/password?email=${email}`);
      await person.go('Forgot it?');
      expect(await person.page.inputValue('#email')).toBe(email);
      expect(await person.faults()).toEqual([]);
      await person.submit({ email: 'grace@localhost' });
      expect(await person.focus()).toMatchObject({ name: 'email', isInvalid: true });
      expect(await person.faults()).toEqual([]);
      await person.submit({ email });
      expect(await text()).toContain(`If ${email} has an account here`);
      expect(await person.faults()).toEqual([]);

      const { path } = await nextLink(sink, email, 'Set a new password');
      await arrive(path);
      expect(await person.page.inputValue('#email')).toBe(email);
      expect(await person.focus()).toMatchObject({ name: 'password', isInvalid: false });
      expect(await person.faults()).toEqual([]);
      await person.submit({ password: '🔑'.repeat(7) });
      expect(await person.focus()).toMatchObject({ name: 'password', isInvalid: true });
      expect(await person.faults()).toEqual([]);
      await person.submit({ password: better });
      expect(await person.heading()).toBe('Your password is set');
      expect(await person.faults()).toEqual([]);

      await person.go('Sign in');
      await person.submit({ email });
      await person.submit({ password: better });
      expect(person.path()).toBe('/console');
      await arrive(path);
      expect(await person.heading()).toBe('This link does not work any more');
      await person.go('Ask for a new link');
      expect(await person.heading()).toBe('Forgot your password?');
      await jobsDone(app);
    });

    it('change the email of who is signed in, and keep them signed in', async () => {
      const owner = await createPerson(app, `old-${look.slug}@example.test`);
      const email = `new-${look.slug}@example.test`;
      await owner.browser.graphql(
        'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { user { id } } }',
        {
          input: { email },
        },
      );
      const { path } = await nextLink(sink, email, 'Confirm your new email');
      await person.page.context().addCookies([{ name: 'gatehouse', value: owner.token, url: app.url }]);
      await arrive(path);
      expect(await text()).toMatch(new RegExp(`New address\\s+${email}\\s+Old address\\s+${owner.email}`));
      expect(await person.faults()).toEqual([]);
      await person.go('Use the new address');
      expect(await person.heading()).toBe('Your email is verified');
      await person.go('Go on');
      expect(await text()).toMatch(new RegExp(`Email\\s+${email}`));
    });
  });
});
