import { expect } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { TOTP } from 'otpauth';
import type { TestApp } from './app.js';
import { Authenticator, type AskedOf } from './authenticator.js';
import type { Person } from './factories.js';
import type { HttpAnswer, HttpClient } from './servers/http-client.js';
import { unescapeHtml } from './servers/page.js';

export const password = 'correct horse battery';
export const FACTORS = '/account/second-factor';

/** Somebody with a password, signed in by it. */
export async function signUp(app: TestApp, email = `${randomBytes(4).toString('hex')}@example.test`): Promise<Person> {
  const browser = app.browser();
  const answer = await browser.postJson('/api/auth/signup', { email, name: 'Mia', password });
  return { id: answer.json<{ user: { id: string } }>().user.id, email, browser };
}

/** A browser whose password was right, and what the server has answered. */
export async function typePassword(
  app: TestApp,
  { email }: Pick<Person, 'email'>,
): Promise<{ browser: HttpClient; answer: HttpAnswer }> {
  const browser = app.browser();
  return { browser, answer: await browser.postJson('/api/auth/login', { email, password }) };
}

/** The code that an app with this key shows, now or some seconds from now. */
export function codeOf(key: string, inSeconds = 0): string {
  return new TOTP({ secret: key, algorithm: 'SHA1', digits: 6, period: 30 }).generate({
    timestamp: Date.now() + inSeconds * 1000,
  });
}

/** Six digits that are no code of this key for the minutes around now. */
export function wrongCodeOf(key: string): string {
  const right = [-90, -60, -30, 0, 30, 60, 90].map((seconds) => codeOf(key, seconds));
  return ['000000', '111111', '222222'].find((code) => !right.includes(code)) ?? '333333';
}

/** Codes that were used may be used again: the thirty seconds until the next one have passed, as far as the server knows. */
export async function waitForNextCode(app: TestApp): Promise<void> {
  await app.database.query('update totp_factors set last_used_step = 0');
}

export interface Enrolled {
  readonly key: string;
  /** Empty where the person had some. */
  readonly recoveryCodes: readonly string[];
}

/** What the page that sets up an app shows. */
export async function beginTotp(browser: HttpClient): Promise<{ key: string; enrolment: string; answer: HttpAnswer }> {
  const answer = await browser.get(`${FACTORS}/totp`);
  const key = /<dd><code>([A-Z2-7 ]+)</.exec(answer.text)?.[1]?.replaceAll(' ', '') ?? '';
  const enrolment = /name="enrolment" value="([^"]+)"/.exec(answer.text)?.[1] ?? '';
  return { key, enrolment, answer };
}

export async function enrolTotp(browser: HttpClient): Promise<Enrolled> {
  const { key, enrolment } = await beginTotp(browser);
  const answer = await browser.postForm(`${FACTORS}/totp`, { enrolment, code: codeOf(key) });
  expect([200, 303]).toContain(answer.status);
  return { key, recoveryCodes: recoveryCodesIn(answer) };
}

export const recoveryCodesIn = ({ text }: HttpAnswer): string[] =>
  [...text.matchAll(/<li><code>([a-z2-9-]{19})<\/code><\/li>/g)].map(([, code = '']) => code);

/** What a page gives to the script that asks for a passkey. */
export function optionsIn({ text }: HttpAnswer): AskedOf {
  return JSON.parse(unescapeHtml(/data-options="([^"]*)"/.exec(text)?.[1] ?? 'null')) as AskedOf;
}

/** Adds a passkey by the pages, as their script does. @returns the answer to the form that brings it */
export async function addPasskey(browser: HttpClient, device: Authenticator, name = 'Laptop'): Promise<HttpAnswer> {
  const asked = optionsIn(await browser.postForm(`${FACTORS}/passkeys`, { name }));
  const credential = JSON.stringify(device.create(asked));
  return browser.postForm(`${FACTORS}/passkeys/register`, { name, credential });
}

export async function passkeyOptions(browser: HttpClient, path = '/api/auth/passkey/options'): Promise<AskedOf> {
  return (await browser.postJson(path, {})).json<AskedOf>();
}

/** Signs in by a passkey alone. */
export async function signInByPasskey(browser: HttpClient, device: Authenticator): Promise<HttpAnswer> {
  const asked = await passkeyOptions(browser);
  return browser.postJson('/api/auth/passkey', { passkey: device.get(asked) });
}

/** Whether the browser is signed in. */
export async function isSignedIn(browser: HttpClient): Promise<boolean> {
  return (await browser.get('/api/auth/session')).status === 200;
}

/** The last proof of a person is as old as this. */
export async function ageProof(app: TestApp, { id }: Pick<Person, 'id'>, minutes: number): Promise<void> {
  await app.database.query(`update sessions set proven_at = now() - make_interval(mins => $2) where user_id = $1`, [
    id,
    minutes,
  ]);
}
