import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { startTestApp, type TestApp } from '../support/app.js';
import { createCast, createCompleteTenant, type CompleteTenant } from '../support/complete-tenant.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';

const ROOT_URL = 'https://gatehouse.example';
const EVIL = 'evil.example';

/** Every header by which a proxy, or somebody who plays one, names another host. */
const hostile = {
  host: EVIL,
  forwarded: `host=${EVIL};proto=http`,
  'x-forwarded-host': EVIL,
  'x-forwarded-proto': 'http',
  'x-forwarded-server': EVIL,
  'x-original-host': EVIL,
  'x-host': EVIL,
};

interface Answer {
  readonly status: number;
  /** The head and the body, as they came. */
  readonly text: string;
  readonly location: string;
}

describe('the Host header', () => {
  let app: TestApp;
  let mails: MailSink;
  let provider: OpenIdProvider;
  let tenant: CompleteTenant;

  beforeAll(async () => {
    mails = await startMailSink();
    provider = await startOpenIdProvider({ name: 'Custom', clients: [], accounts: [] });
    app = await startTestApp({
      ROOT_URL,
      SMTP_URL: mails.url,
      OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}`,
      AUTH_CUSTOM_NAME: 'Custom',
      AUTH_CUSTOM_ISSUER: provider.issuer,
      AUTH_CUSTOM_CLIENT_ID: 'gatehouse',
      AUTH_CUSTOM_CLIENT_SECRET: 'a secret of the provider',
    });
    tenant = await createCompleteTenant(app, await createCast(app));
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([mails.stop(), provider.stop()]);
  });

  /** By node:http, since `fetch` writes the Host header itself. */
  function send(method: string, path: string, body?: string, type = 'application/json'): Promise<Answer> {
    const { hostname, port } = new URL(app.url);
    const headers = {
      ...hostile,
      authorization: `Bearer ${app.adminApiKey}`,
      ...(body === undefined ? {} : { 'content-type': type }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path, headers }, (response) => {
        let text = response.rawHeaders.join('\n');
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, location: response.headers.location ?? '' }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const graphql = (query: string, input?: object) =>
    send('POST', '/graphql', JSON.stringify({ query, variables: { input } }));

  it.each<[string, () => Promise<Answer>, number]>([
    ['the way to the sign-in page', () => send('GET', '/'), 303],
    ['the way back from the console', () => send('GET', '/console'), 303],
    ['a page', () => send('GET', '/sign-in?returnTo=%2Fconsole'), 200],
    ['a page that is not there', () => send('GET', '/nothing'), 404],
    ['a page that says what went wrong', () => send('GET', '/api/auth/callback/custom?state=x&code=y'), 303],
    ['what the sign-in page offers', () => send('GET', '/api/auth/providers'), 200],
    [
      'where an email goes on',
      () => send('POST', '/api/auth/discover', JSON.stringify({ email: `ada@connected-${tenant.marker}.test` })),
      200,
    ],
    ['a problem document', () => send('GET', '/api/nothing'), 404],
    ['an error by GraphQL', () => graphql('{ nothing }'), 400],
    ['signing out', () => send('POST', '/sign-out', '', 'application/x-www-form-urlencoded'), 303],
  ])('is nowhere in %s', async (_what, call, status) => {
    const answer = await call();
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain(EVIL);
  });

  it.each(['/api/auth/login/custom', '/api/v1/auth/login/custom', '/auth/sso-initiate?provider=custom'])(
    'is not where the provider is told to send people back to: %s',
    async (path) => {
      const { location } = await send('GET', path);
      const sentTo = new URL(location);
      expect(sentTo.origin).toBe(provider.issuer);
      expect(sentTo.searchParams.get('redirect_uri')).toMatch(new RegExp(`^${ROOT_URL}/api/`));
      expect(location).not.toContain(EVIL);
    },
  );

  it('is not in the addresses that are entered at a provider', async () => {
    const { text } = await graphql(
      `{ organization(id: "${tenant.organizationId}") { ssoConnections { callbackUrl initiateUrl } } }`,
    );
    const urls = [...text.matchAll(/"(?:callbackUrl|initiateUrl)":"([^"]+)"/g)].map(([, url]) => url);
    expect(urls).toHaveLength(4);
    for (const url of urls) expect(url).toMatch(new RegExp(`^${ROOT_URL}/`));
  });

  it('is not in the link of a mail', async () => {
    const invite = 'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { id } } }';
    await graphql(invite, { organizationId: tenant.organizationId, email: 'grace@example.test', role: 'VIEWER' });
    const mail = await mails.next();
    expect(mail.text).toContain(`${ROOT_URL}/accept-invitation?token=`);
    expect(mail.raw).not.toContain(EVIL);
    expect([...`${mail.text}${mail.html}`.matchAll(/https?:\/\/[^/\s"]+/g)].map(([origin]) => origin)).toEqual(
      expect.arrayContaining([ROOT_URL]),
    );
    expect(`${mail.text}${mail.html}`.replaceAll(ROOT_URL, '')).not.toMatch(/https?:\/\//);
  });

  it('does not decide whether the browser must come back by https', async () => {
    const { text } = await send('GET', '/api/auth/providers');
    expect(text).toMatch(/Strict-Transport-Security\nmax-age=\d{8}/);
  });
});
