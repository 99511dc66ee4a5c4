import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, CDPSession } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import type { Person } from '../support/factories.js';
import { looks, visit, type Visit } from '../support/hosted-pages.js';
import {
  ageProof,
  codeOf,
  enrolTotp,
  FACTORS,
  password,
  signUp,
  waitForNextCode,
  wrongCodeOf,
} from '../support/second-factors.js';

describe('the pages about second factors', () => {
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

  /** The browser is signed in as this person. */
  async function become({ browser: client }: Person): Promise<void> {
    const { value } = client.cookies.get('gatehouse')!;
    await person.page.context().addCookies([{ name: 'gatehouse', value, url: app.url }]);
  }

  /** As far as a right password leads. */
  async function typePassword({ email }: Person): Promise<void> {
    await arrive('/sign-in?returnTo=%2Fconsole%3Ftab%3D1');
    await person.submit({ email });
    await person.submit({ password });
  }

  describe.each(looks)('$name', (look) => {
    beforeAll(async () => {
      person = await visit(browser, app.url, look);
    });
    afterEach(() => person.forget());
    afterAll(() => person.end());

    it('set up an authenticator app, show the recovery codes once, and ask for a code at the next sign-in', async () => {
      const mia = await signUp(app);
      await become(mia);
      await arrive(FACTORS);
      expect(await text()).toContain('None yet: whoever knows your password can sign in as you.');
      expect(await person.faults()).toEqual([]);

      await person.go('Set up an authenticator app');
      expect(await person.focus()).toMatchObject({ name: 'code', isInvalid: false });
      expect(await person.faults()).toEqual([]);
      const key = (await person.page.locator('dd code').innerText()).replaceAll(' ', '');
      await person.submit({ code: wrongCodeOf(key) });
      expect(await person.focus()).toMatchObject({ name: 'code', isInvalid: true });
      expect((await person.page.locator('dd code').innerText()).replaceAll(' ', '')).toBe(key);
      expect(await person.faults()).toEqual([]);

      await person.submit({ code: codeOf(key) });
      expect(await person.heading()).toBe('Recovery codes');
      const codes = await person.page.locator('.codes code').allInnerTexts();
      expect(codes).toHaveLength(10);
      expect(await person.faults()).toEqual([]);
      await person.go('I have kept them');
      expect(await text()).toMatch(/Authenticator app\s*since 20.*not used yet/);
      expect(await text()).toContain('10 of 10 are left.');
      expect(await text()).not.toContain(codes[0]);
      expect(await person.faults()).toEqual([]);

      await person.forget();
      await waitForNextCode(app);
      await typePassword(mia);
      expect(person.path()).toBe('/sign-in/second-factor');
      expect(await person.focus()).toEqual({
        name: 'code',
        isInvalid: false,
        description: 'Six digits from your authenticator app, or one of your recovery codes.',
      });
      expect(await person.faults()).toEqual([]);
      await person.submit({ code: wrongCodeOf(key) });
      expect(await person.focus()).toMatchObject({ name: 'code', isInvalid: true });
      expect(await person.page.getByRole('alert').innerText()).toBe('The code is not right, or was used before.');
      expect(await person.faults()).toEqual([]);
      await person.submit({ code: codeOf(key) });
      expect(person.page.url()).toBe(`${app.url}/console?tab=1`);
    });

    it('take an app off again, and say so', async () => {
      const mia = await signUp(app);
      await enrolTotp(mia.browser);
      await become(mia);
      await arrive(FACTORS);
      await person.go('Remove Authenticator app');
      expect(await person.page.getByRole('status').innerText()).toBe('That is removed.');
      expect(await text()).toContain('None yet');
      expect(await person.faults()).toEqual([]);
    });

    it('ask for a factor first where a password alone has opened the session', async () => {
      const [mia, other] = [await signUp(app), app.browser()];
      await other.postJson('/api/auth/login', { email: mia.email, password });
      const { recoveryCodes } = await enrolTotp(mia.browser);
      await become({ ...mia, browser: other });
      await arrive(FACTORS);
      expect(await person.page.getByRole('button').allInnerTexts()).toEqual(['Prove']);
      expect(await person.faults()).toEqual([]);
      await person.submit({ code: '12 34' });
      expect(await person.focus()).toMatchObject({ name: 'code', isInvalid: true });
      expect(await person.faults()).toEqual([]);
      await person.submit({ code: recoveryCodes[0] ?? '' });
      expect(await person.page.getByRole('status').innerText()).toContain('Proven.');
      expect(await person.page.getByRole('button').allInnerTexts()).toContain('Make new recovery codes');
    });

    it(`${look.javaScript ? 'offer' : 'do not offer'} passkeys`, async () => {
      const mia = await signUp(app);
      const button = person.page.getByRole('button', { name: 'passkey' });
      await arrive('/sign-in');
      expect(await button.isVisible()).toBe(look.javaScript);
      await become(mia);
      await arrive(FACTORS);
      expect(await button.isVisible()).toBe(look.javaScript);
    });
  });

  describe('without JavaScript, besides', () => {
    beforeAll(async () => {
      person = await visit(browser, app.url, looks[1]);
    });
    afterEach(() => person.forget());
    afterAll(() => person.end());

    it('let in with a recovery code, and say how many are left', async () => {
      const mia = await signUp(app);
      const { recoveryCodes } = await enrolTotp(mia.browser);
      await typePassword(mia);
      await person.submit({ code: recoveryCodes[2] ?? '' });
      expect(person.path()).toBe('/console');
      await arrive(FACTORS);
      expect(await text()).toContain('9 of 10 are left.');
    });

    it('lead back to the password when the sign-in has taken too long', async () => {
      const mia = await signUp(app);
      await enrolTotp(mia.browser);
      await typePassword(mia);
      await app.database.query(`update pending_sign_ins set expires_at = now()`);
      await person.submit({ code: '123456' });
      expect(person.path()).toBe('/sign-in');
      expect(await person.page.getByRole('alert').innerText()).toContain('Enter your password again');
      expect(await person.page.locator('[name=returnTo]').inputValue()).toBe('/console?tab=1');
      expect(await person.faults()).toEqual([]);
    });

    it('lead to a fresh proof when the last one is old', async () => {
      const mia = await signUp(app);
      await become(mia);
      await arrive(FACTORS);
      await ageProof(app, mia, 11);
      const [asked] = await Promise.all([
        person.page.waitForRequest(/\/confirm/),
        person.page.getByRole('link', { name: 'Set up an authenticator app' }).click(),
      ]);
      expect(new URL(asked.url()).searchParams.get('returnTo')).toBe(`${FACTORS}/totp`);
      await person.page.waitForLoadState();
    });
  });

  describe('with an authenticator', () => {
    let devtools: CDPSession;
    let authenticatorId: string;
    let mia: Person;

    beforeAll(async () => {
      person = await visit(browser, app.url, looks[0]);
      devtools = await person.page.context().newCDPSession(person.page);
      await devtools.send('WebAuthn.enable');
      ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      }));
      mia = await signUp(app);
    });
    afterEach(() => person.forget());
    afterAll(() => person.end());

    const press = async (name: string, at: string | RegExp) => {
      await Promise.all([person.page.waitForURL(at), person.page.getByRole('button', { name }).click()]);
    };

    it('add a passkey, and name and list it', async () => {
      await become(mia);
      await arrive(FACTORS);
      await person.page.fill('#name', 'Work laptop');
      await press('Add a passkey', '**/passkeys/register');
      expect(await person.heading()).toBe('Recovery codes');
      expect(await person.faults()).toEqual([]);
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
      expect(credentials).toEqual([
        expect.objectContaining({ isResidentCredential: true, rpId: 'localhost', userName: mia.email }),
      ]);
      await person.go('I have kept them');
      expect(await text()).toMatch(/Work laptop\s*since 20/);
      await person.go('Change Work laptop');
      expect(await person.faults()).toEqual([]);
      await person.submit({ name: 'Old laptop' });
      expect(await text()).toContain('Old laptop');
      expect(await person.faults()).toEqual([]);
    });

    it('sign in by it alone', async () => {
      await arrive('/sign-in?returnTo=%2Fconsole%3Ftab%3D1');
      await press('Use a passkey', '**/console?tab=1');
      expect(await text()).toMatch(/Method\s+Passkey/);
      expect(await person.faults()).toEqual([]);
      await arrive(FACTORS);
      expect(await text()).toMatch(/Old laptop\s*since 20.*last used 20/);
    });

    it('sign in by it after a password', async () => {
      await typePassword(mia);
      expect(person.path()).toBe('/sign-in/second-factor');
      expect(await person.page.getByLabel('Recovery code').isVisible()).toBe(true);
      expect(await person.faults()).toEqual([]);
      await press('Use a passkey', '**/console?tab=1');
      expect(await text()).toMatch(/Method\s+Password/);
    });

    it('prove by it again who somebody is, and go on to what they wanted', async () => {
      await become(mia);
      await ageProof(app, mia, 11);
      await arrive(`${FACTORS}/totp`);
      expect(person.path()).toBe('/confirm');
      expect(await person.faults()).toEqual([]);
      await press('Use a passkey', `**${FACTORS}/totp`);
      expect(await person.heading()).toBe('Set up an authenticator app');
    });

    it('say that it did not work, may be tried again, and lead back', async () => {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
      await arrive('/sign-in');
      await press('Use a passkey', '**/sign-in/passkey');
      const problem = person.page.getByRole('alert');
      await problem.waitFor();
      expect(await problem.innerText()).toContain('That did not work.');
      expect(await person.faults()).toEqual([]);
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
      await press('Try again', '**/console');
      await person.forget();
      await arrive('/sign-in');
    });

    it('say that a passkey which was removed here is not accepted, and how to go on', async () => {
      await become(mia);
      await app.database.query('delete from passkeys where user_id = $1', [mia.id]);
      await person.forget();
      await arrive('/sign-in');
      await press('Use a passkey', '**/auth-error?code=PASSKEY_NOT_VERIFIED&**');
      expect(await person.heading()).toBe('The passkey was not accepted');
      expect(await person.faults()).toEqual([]);
    });
  });

  it('have a page for a passkey that says, without JavaScript, why it can’t ask for one', async () => {
    person = await visit(browser, app.url, looks[1]);
    await arrive('/sign-in');
    // Where the style sheet does not know that scripts are off, the button is there.
    await person.page.evaluate("document.querySelector('button.scripted').click()");
    await person.page.waitForURL('**/sign-in/passkey');
    expect(await text()).toContain('JavaScript is off here');
    expect(await person.page.getByRole('button').count()).toBe(0);
    expect(await person.faults()).toEqual([]);
    await person.go('Go back');
    expect(person.path()).toBe('/sign-in');
    await person.end();
  });
});
