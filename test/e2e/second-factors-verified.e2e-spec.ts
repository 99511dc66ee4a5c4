import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { Authenticator } from '../support/authenticator.js';
import { createPerson } from '../support/factories.js';
import { addPasskey, isSignedIn, passkeyOptions, signInByPasskey } from '../support/second-factors.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';

let app: TestApp;
let mails: MailSink;

beforeAll(async () => {
  mails = await startMailSink();
  app = await startTestApp({ SMTP_URL: mails.url, AUTH_EMAIL_VERIFICATION_REQUIRED: 'true' });
});
afterAll(async () => {
  await app.stop();
  await mails.stop();
});

it('a passkey lets nobody in whose email must be proven first, and another link is mailed', async () => {
  const [mia, device] = [await createPerson(app), new Authenticator(app.url)];
  // Challenges are bound to a cookie: this browser keeps what it is given.
  const own = app.browser();
  own.cookies.set({ name: 'gatehouse', value: mia.token, host: 'localhost', path: '/', secure: false, httpOnly: true });
  await addPasskey(own, device);
  const browser = app.browser();
  expect((await signInByPasskey(browser, device)).status).toBe(200);

  await app.database.query('update users set email_verified_at = null where id = $1', [mia.id]);
  const other = app.browser();
  const passkey = device.get(await passkeyOptions(other));
  const refused = await other.postJson('/api/auth/passkey', { passkey });
  expect([refused.status, refused.json<{ code: string }>().code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
  expect(await isSignedIn(other)).toBe(false);
  await mails.next((mail) => mail.to.includes(mia.email) && mail.text.includes('/verify-email'));
});
