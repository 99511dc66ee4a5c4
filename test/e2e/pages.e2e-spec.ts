import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { looks, visit, type Visit } from '../support/hosted-pages.js';

const password = 'correct horse battery';
/** Long enough for a browser, which counts UTF-16 units, and not for us: seven characters. */
const sevenKeys = '🔑'.repeat(7);

describe('the hosted pages', () => {
  let app: TestApp;
  let browser: Browser;
  let person: Visit;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  const arrive = (path: string) => person.page.goto(app.url + path);
  const text = () => person.page.locator('main').innerText();

  describe.each(looks)('$name', (look) => {
    beforeAll(async () => {
      person = await visit(browser, app.url, look);
    });
    afterEach(() => person.forget());
    afterAll(() => person.end());

    const email = `ada-${look.slug}@example.test`;

    it('sign a person up, say who they are, and sign them out', async () => {
      await arrive('/sign-up');
      expect(await person.focus()).toMatchObject({ name: 'name', isInvalid: false });
      expect(await person.faults()).toEqual([]);

      await person.submit({ name: 'Ada Lovelace', email: `  ${email.toUpperCase()}`, password });
      expect(person.path()).toBe('/console');
      expect(await person.heading()).toBe('Hello, Ada Lovelace');
      expect(await text()).toMatch(new RegExp(`Email\\s+${email}\\s+Method\\s+Password\\s+Session ends\\s+20`));
      expect(await text()).toContain('You belong to none yet.');
      expect(await person.faults()).toEqual([]);

      await person.go('Sign out');
      expect(await person.page.getByRole('status').innerText()).toBe('You are signed out.');
      expect(await person.faults()).toEqual([]);
      await person.page.goto(`${app.url}/console`);
      expect(person.path()).toBe('/sign-in');
    });

    it('sign a person in in two steps, announce a wrong password, and keep the email', async () => {
      await arrive('/sign-in?returnTo=%2Fconsole%3Ftab%3D1');
      expect(await person.focus()).toMatchObject({ name: 'email', isInvalid: false });
      await person.submit({ email });
      expect(await person.heading()).toBe('Enter your password');
      expect(await person.focus()).toMatchObject({ name: 'password', isInvalid: false });
      expect(await person.faults()).toEqual([]);

      await person.submit({ password: 'not that one' });
      expect(await person.page.title()).toBe('Error: Enter your password · Gatehouse');
      const words = 'The email or the password is not right.';
      expect(await person.focus()).toEqual({ name: 'password', isInvalid: true, description: words });
      expect(await person.page.getByRole('alert').innerText()).toBe(words);
      expect(await person.page.inputValue('#email')).toBe(email);
      expect(await person.page.inputValue('#password')).toBe('');
      expect(await person.faults()).toEqual([]);

      await person.submit({ password });
      expect(person.page.url()).toBe(`${app.url}/console?tab=1`);
      for (const path of ['/sign-in', '/sign-up']) {
        await person.page.goto(app.url + path);
        expect(person.path()).toBe('/console');
      }
    });

    it('ask again for what is no email, and keep it', async () => {
      await arrive('/sign-in');
      await person.submit({ email: 'ada@localhost' });
      expect(await person.focus()).toEqual({
        name: 'email',
        isInvalid: true,
        description: 'Enter one email address, such as ada@example.com.',
      });
      expect(await person.page.inputValue('#email')).toBe('ada@localhost');
      expect(await person.faults()).toEqual([]);
    });

    it('lose nothing but the password when it is too short', async () => {
      await arrive('/sign-up');
      await person.submit({ name: 'Grace', email: `grace-${look.slug}@example.test`, password: sevenKeys });
      expect(await person.focus()).toEqual({
        name: 'password',
        isInvalid: true,
        description:
          'At least 12 characters. A few unrelated words make a good one. Password must have at least 12 characters.',
      });
      expect(await person.page.inputValue('#name')).toBe('Grace');
      expect(await person.page.inputValue('#email')).toBe(`grace-${look.slug}@example.test`);
      expect(await person.page.inputValue('#password')).toBe('');
      expect(await person.faults()).toEqual([]);
    });

    it('say that an email has an account, above the form, and how to go on', async () => {
      await createPerson(app, `taken-${look.slug}@example.test`);
      await arrive('/sign-up?returnTo=%2Fconsole%3Ftab%3D2');
      await person.submit({ name: 'Eve', email: `taken-${look.slug}@example.test`, password });
      expect(await person.focus()).toMatchObject({ name: 'alert' });
      expect(await person.page.getByRole('alert').innerText()).toBe(
        'An account with this email exists. Sign in instead.',
      );
      expect(await person.faults()).toEqual([]);
      await person.go('Sign in');
      expect(await person.page.locator('[name=returnTo]').inputValue()).toBe('/console?tab=2');
    });

    it('explain a failed sign-in by its code, and nothing of an address but the code and the reference', async () => {
      const failed = 'The sign-in did not work';
      const cases = [
        ['EMAIL_OUTSIDE_DOMAIN', '0f3c-ref.1', ['That email is from elsewhere', 'EMAIL_OUTSIDE_DOMAIN', '0f3c-ref.1']],
        ['no_such_code', 'ref', [failed, 'SIGN_IN_FAILED', 'ref']],
        ['constructor', '../../x', [failed, 'SIGN_IN_FAILED', 'none']],
        ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', [failed, 'SIGN_IN_FAILED', 'none']],
      ] as const;
      for (const [code, ref, shown] of cases) {
        await person.page.goto(`${app.url}/auth-error?${new URLSearchParams({ code, ref }).toString()}`);
        expect(await person.page.locator('h1, dd').allInnerTexts()).toEqual(shown);
        expect(await person.page.content()).not.toMatch(/alert\(1\)|onerror/);
      }
      expect(await person.faults()).toEqual([]);
      await person.go('Try again');
      expect(person.path()).toBe('/sign-in');
    });

    it('tell of an address without a page, and of a form from elsewhere, as a page', async () => {
      await arrive('/no-such-page');
      expect(await person.heading()).toBe('Page not found');
      expect(await person.faults()).toEqual([]);
      await person.page.goto(`${app.url.replace('localhost', '127.0.0.1')}/sign-in`);
      await person.submit({ email: 'ada@example.test' });
      expect(await person.heading()).toBe('That came from elsewhere');
    });

    it('list a person’s organizations with their roles, whatever they are called', async () => {
      const owner = await createPerson(app);
      await createOrganization(owner, '<b>Acme</b> & Söhne');
      await person.page.context().addCookies([{ name: 'gatehouse', value: owner.token, url: app.url }]);
      await arrive('/');
      expect(person.path()).toBe('/console');
      expect(await person.page.locator('.rows li').innerText()).toMatch(
        /^<b>Acme<\/b> & Söhne\s+b-acme-b-sohne-\w+\s+Owner$/,
      );
      expect(await person.faults()).toEqual([]);
    });
  });

  it('can be used with the keyboard alone', async () => {
    person = await visit(browser, app.url, looks[1]);
    await arrive('/sign-in');
    const keys = person.page.keyboard;
    const tabTo = async (name: string): Promise<(string | null)[]> => {
      const passed: (string | null)[] = [];
      for (let presses = 0; presses < 10; presses += 1) {
        await keys.press('Tab');
        const { name: here } = await person.focus();
        if (here === name) return passed;
        passed.push(here);
      }
      throw new Error(`${name} is not reached by Tab, but ${passed.join(', ')}`);
    };
    await person.page.waitForSelector('#email:focus');
    await keys.type('ada-dark@example.test');
    expect(await tabTo('Continue')).toEqual([]);
    await keys.press('Enter');
    await person.page.waitForSelector('#password:focus');
    await keys.type('not that one');
    await keys.press('Enter');
    await person.page.waitForSelector('.wrong');
    await person.page.waitForSelector('#password:focus');
    await keys.type(password);
    expect(await tabTo('Sign in')).toEqual([]);
    await keys.press('Space');
    await person.page.waitForURL('**/console');
    await tabTo('Sign out');
    await keys.press('Enter');
    await person.page.waitForSelector('[role=status]');
    await person.end();
  });
});
