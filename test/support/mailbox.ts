import { randomInt } from 'node:crypto';
import type { TestApp } from './app.js';
import type { HttpClient } from './servers/http-client.js';
import type { Mail, MailSink } from './servers/mail-sink.js';

/** With which an app believes `elsewhere`. */
export const behindProxy = { TRUST_PROXY: 'loopback' };

/** The headers of a request from a network that no test has come from. */
export function elsewhere(): Record<string, string> {
  return { 'x-forwarded-for': [10, randomInt(256), randomInt(256), randomInt(1, 255)].join('.') };
}

/** A new browser in a network of its own. */
export const strangersBrowser = (app: TestApp): HttpClient => app.browser({ headers: elsewhere() });

export interface MailedLink {
  readonly mail: Mail;
  /** Path and query. */
  readonly path: string;
  readonly token: string;
}

/** The next mail with this subject to this address, and the link in it, which must be the same in both parts. */
export async function nextLink(sink: MailSink, to: string, subject: string): Promise<MailedLink> {
  const mail = await sink.next((one) => one.to.includes(to) && one.subject === subject);
  const [inText, inHtml] = [/https?:\S+/.exec(mail.text)?.[0], /href="([^"]+)"/.exec(mail.html)?.[1]];
  if (inText === undefined || inText !== inHtml) throw new Error(`The link is ${inText} and ${inHtml}.`);
  const url = new URL(inText);
  return { mail, path: url.pathname + url.search, token: url.searchParams.get('token') ?? '' };
}

/** Waits until no job is left to do. */
export async function jobsDone(app: TestApp): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
    const { rows } = await app.database.query('select 1 from graphile_worker.jobs where attempts < max_attempts');
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('There are jobs left.');
}
