import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assetUrl, pageAssets } from './page-assets.js';
import type { PageModels } from './page-models.js';
import { pageHeaders, PageRenderer, scriptedPageHeaders } from './page-renderer.js';

type Sample = { [Name in keyof PageModels]: readonly [Name, PageModels[Name]] }[keyof PageModels];

const TEN_KB = 10_000;
const pages = new PageRenderer();

/** Every template in every state, with `text` wherever somebody else's words go and `path` wherever an address goes. */
function samples(text: string, path: string): Sample[] {
  const providers = [{ name: text, loginUrl: path }];
  const invitation = { token: text, organization: text, email: text };
  const invited = { ...invitation, role: text, invitedBy: text };
  const user = { name: text, email: text };
  const session = { method: text, connection: text, expiresAt: new Date('2026-11-22T10:12:00Z') };
  const membership = { name: text, slug: text, role: text };
  const at = session.expiresAt;
  const id = '019abcde-0000-7000-8000-000000000000';
  const place = { id, name: text, slug: text, chosen: true };
  const oneSession = {
    ...{ id, device: text, isCurrent: true, proof: text, connection: text },
    ...{ place: text, createdAt: at, lastSeenAt: at },
  };
  const wrong = { name: text, email: text, password: text };
  const made = new Date('2026-11-22T10:12:00Z');
  const passkey = {
    id: 'id',
    kind: 'passkey',
    name: Array.from(text).slice(0, 60).join(''),
    createdAt: made,
    lastUsedAt: made,
  } as const;
  const app = { ...passkey, kind: 'totp', name: 'Authenticator app', lastUsedAt: null } as const;
  const factors = {
    factors: [app, ...Array<typeof passkey>(10).fill(passkey)],
    recoveryCodesLeft: 7,
    passkeysPossible: true,
  };
  const step = { name: text, at: made, passed: true, expected: null, found: null };
  const trace = {
    outcome: 'REFUSED' as const,
    ...{ purpose: text, connection: text, email: text, redirectUri: text, begunAt: made },
    cause: { code: text, explanation: text, remedy: text, detail: text },
    steps: [...Array<typeof step>(6).fill(step), { ...step, passed: false, expected: text, found: text }],
  } as const;
  const failure = { title: text, explanation: text, reference: text };
  const setup = { path: '/sso-setup/token', organization: text, expiresAt: at };
  const waiting = {
    id,
    name: text,
    state: 'WAITING',
    records: [{ type: 'TXT', name: text, shortName: text, value: text }],
    look: { at, message: text, found: Array<string>(5).fill(text) },
  } as const;
  const others = Array<{ name: string; url: string }>(9).fill({ name: text, url: path });
  const vendors = Array<{ provider: string; name: string }>(15).fill({ provider: 'OKTA', name: 'Okta' });
  const connection = { id, name: text, standing: 'in use.' };
  const form = {
    ...{ path: '/sso-setup/token', backUrl: path, domain: { id, name: text }, provider: 'OKTA', name: 'Okta' },
    steps: [
      [
        { text: 'Enter ', copied: false },
        { text, copied: true },
      ],
    ],
  };
  const field = { label: 'Label', type: 'text', hint: 'Where it is.', optional: false, value: text } as const;
  const asked = [
    { ...field, name: 'issuer' },
    { ...field, name: 'clientSecret', type: 'password', optional: true, value: undefined } as const,
    { ...field, name: 'clientAuthMethod', optional: true, choices: ['CLIENT_SECRET_BASIC', text] },
    { ...field, name: 'metadataXml', type: 'document' } as const,
  ];
  return [
    ['sign-in', { returnTo: text, email: text, notice: text, providers, signUpOpen: true }],
    ['sign-in', { returnTo: text, email: text, errors: { email: text }, providers: [], signUpOpen: false }],
    ['sign-in', { returnTo: text, alert: text, providers, signUpOpen: true, passwordUrl: path, passkeys: true }],
    ['sign-in-password', { returnTo: text, email: text, forgotPasswordUrl: path }],
    ['sign-in-password', { returnTo: text, email: text, errors: { password: text } }],
    ['sign-in-password', { returnTo: text }],
    ['sign-in-password', { returnTo: text, email: text, errors: { email: text } }],
    ['sign-up', { returnTo: text, passwordMinLength: 12, providers, signInUrl: path }],
    [
      'sign-up',
      { returnTo: text, name: text, passwordMinLength: 12, providers: [], signInUrl: path, invitation, errors: wrong },
    ],
    ['setup', { token: text, name: text, email: text, passwordMinLength: 12, errors: wrong }],
    ['accept-invitation', { state: 'ready', ...invited }],
    ['accept-invitation', { state: 'ready', alert: text, loginUrl: path, ...invited }],
    ['accept-invitation', { state: 'other-account', signedInAs: text, ...invited }],
    ['accept-invitation', { state: 'signed-out', signUpOpen: true, alert: text, ...invited }],
    ['accept-invitation', { state: 'invalid' }],
    ['accept-invitation', { state: 'expired' }],
    ['auth-error', { ...failure, code: text, remedy: text, tryAgainUrl: path }],
    ['auth-error', { ...failure, code: text, remedy: text, tryAgainUrl: path, passwordUrl: path }],
    ['console', { user, session, organizations: [], instanceAdministrator: false, notice: text }],
    [
      'console',
      {
        user,
        session,
        organizations: Array<typeof membership>(25).fill(membership),
        instanceAdministrator: true,
        explorerUrl: path,
      },
    ],
    ['confirm', { returnTo: text, email: text, password: true, passkey: true, providers }],
    ['confirm', { returnTo: text, email: text, password: false, passkey: false, providers: [], alert: text }],
    ['confirm', { returnTo: text, email: text, password: true, passkey: false, providers, errors: { password: text } }],
    [
      'account',
      { user: { ...user, emailVerified: true }, hasPassword: false, identities: [], linkable: [], alert: text },
    ],
    [
      'account',
      {
        user: { ...user, emailVerified: false },
        hasPassword: true,
        identities: [
          { id, name: text, lastSignedInAt: at, inUse: true },
          { id, name: text, lastSignedInAt: at, inUse: false },
        ],
        linkable: [{ key: text, name: text }],
        notice: text,
      },
    ],
    ['account-email', { current: text, email: '' }],
    ['account-email', { current: text, email: text, errors: { email: text } }],
    ['account-password', { email: text, passwordMinLength: 12 }],
    ['account-password', { email: text, passwordMinLength: 12, errors: { password: text } }],
    ['choose-organization', { returnTo: text, email: text, organizations: [], alert: text, loginUrl: path }],
    ['choose-organization', { returnTo: text, email: text, organizations: Array<typeof place>(25).fill(place) }],
    ['sessions', { sessions: [], alert: text }],
    ['sessions', { sessions: Array<typeof oneSession>(6).fill(oneSession), olderUrl: path, notice: text }],
    ['continue', { to: path, destination: text }],
    ['continue', { to: path, destination: text, passwordUrl: path }],
    ['confirm', { returnTo: text, email: text, password: false, passkey: true, providers }],
    ['second-step', { returnTo: text, totp: true, passkey: true, errors: { code: text } }],
    ['second-step', { returnTo: text, totp: false, passkey: false, alert: text }],
    [
      'passkey',
      {
        heading: text,
        lead: text,
        ceremony: 'get',
        options: JSON.stringify({ challenge: text }),
        action: '/sign-in/passkey/answer',
        fields: { returnTo: text },
        cancelUrl: path,
      },
    ],
    [
      'second-factors',
      { factors: [], recoveryCodesLeft: 0, passkeysPossible: true, mustProve: false, askedBy: [text] },
    ],
    ['second-factors', { ...factors, mustProve: false, askedBy: [], notice: text }],
    ['second-factors', { ...factors, mustProve: false, askedBy: [], errors: { name: text } }],
    ['second-factors', { ...factors, mustProve: true, askedBy: [text, text], errors: { code: text } }],
    ['second-factors', { ...factors, mustProve: true, askedBy: [], alert: text }],
    ['totp', { key: 'A'.repeat(32), qr: { size: 53, path: 'M4 4.5h7' }, enrolment: 'signed', errors: { code: text } }],
    ['totp', { key: 'A'.repeat(32), qr: { size: 53, path: 'M4 4.5h7' }, enrolment: 'signed' }],
    ['passkey-details', { id: 'id', name: text, errors: { name: text } }],
    ['recovery-codes', { codes: Array<string>(10).fill('bcdf-2345-ghjk-6789'), notice: text }],
    ['auth-error', { ...failure, code: text, remedy: text, tryAgainUrl: path, traceUrl: path }],
    ['sign-in-trace', trace],
    ['sign-in-trace', { ...trace, outcome: 'SUCCEEDED', cause: undefined, email: null, redirectUri: null }],
    ['sso-setup', { ...setup, others: [], providers: [], connections: [], alert: text }],
    ['sso-setup', { ...setup, others: [], providers: [], connections: [], add: { name: text, error: text } }],
    ['sso-setup', { ...setup, domain: waiting, others, add: { name: '' }, providers: vendors, connections: [] }],
    [
      'sso-setup',
      {
        ...setup,
        domain: { ...waiting, state: 'PROVEN' },
        others,
        add: { name: '' },
        providers: vendors,
        connections: [
          { ...connection, passed: true, test: { at, words: text, failed: false } },
          { ...connection, editUrl: path, passed: false, test: { at, words: text, remedy: text, failed: true } },
        ],
      },
    ],
    ['sso-setup-form', { ...form, closed: text, fields: [] }],
    ['sso-setup-form', { ...form, guideUrl: path, notice: text, fields: asked }],
    ['sso-setup-form', { ...form, fields: asked.map((field) => ({ ...field, error: text })) }],
    ['sso-setup-form', { ...form, alert: text, fields: asked.map((field) => ({ ...field, error: text })) }],
    ['problem', failure],
    ['problem', { title: text, explanation: text }],
  ];
}

const render = ([name, model]: Sample): string => pages.render(name, model);

/** The elements and attributes of a page, without what is in them. */
const skeleton = (html: string): string[] =>
  (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));

/** The page that asks for a passkey holds one script, which is ours and comes by its address. */
const withoutOurScript = (html: string): string =>
  html.replace(`<script type="module" src="${assetUrl('passkey.js')}"></script>`, '');

const inputNamed = (html: string, name: string): string =>
  new RegExp(`<input id="${name}"[^>]*>`).exec(html)?.[0] ?? '';

const ordinary = samples('Mia', '/somewhere');

describe('hosted pages', () => {
  it.each(ordinary.map((sample) => [sample[0], sample] as const))(
    '%s (sample %#) is one whole document of less than 10 kB',
    (_name, sample) => {
      const html = render(sample);

      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(html.match(/<h1>/g)).toHaveLength(1);
      expect(html.match(/<(main|header|footer)/g)).toHaveLength(3);
      expect(html).toContain('<title>');
      expect(html).not.toContain('undefined');
      expect(Buffer.byteLength(html)).toBeLessThan(TEN_KB);
    },
  );

  it.each(ordinary.map((sample) => [sample[0], sample] as const))(
    '%s (sample %#) holds nothing that its policy would refuse',
    (name, sample) => {
      const html = name === 'passkey' ? withoutOurScript(render(sample)) : render(sample);

      expect(html).not.toMatch(/<(script|style|iframe|base|object)/);
      expect(html).not.toMatch(/\s(style|on[a-z]+)=/);
      for (const [, action] of html.matchAll(/action="([^"]*)"/g)) expect(action).toMatch(/^\/[a-z]/);
      for (const [, source] of html.matchAll(/src="([^"]*)"/g)) expect(source).toMatch(/^\/assets\//);
    },
  );

  it.each(ordinary.map((sample) => [sample[0], sample] as const))(
    '%s (sample %#) names every field and focuses at most one thing',
    (_name, sample) => {
      const html = render(sample);

      const fields = [...html.matchAll(/<(?:input|select|textarea) id="([^"]*)"/g)].map(([, id]) => id);
      expect([...html.matchAll(/<label for="([^"]*)"/g)].map(([, id]) => id)).toEqual(fields);
      for (const [, ids] of html.matchAll(/aria-(?:describedby|labelledby)="([^"]*)"/g)) {
        for (const id of (ids ?? '').split(' ')) expect(html).toContain(`id="${id}"`);
      }
      expect((html.match(/ autofocus/g) ?? []).length).toBeLessThanOrEqual(1);
    },
  );

  it.each([
    ['markup', `"><script>alert(1)</script><img src=x onerror=alert(1)>`],
    ['a quote of either kind', `' onfocus='alert(1)' x="`],
    ['an entity', `&lt;script&gt;&#39;`],
    ['template syntax', '<%= process.env.SESSION_SECRET %><%~ it.returnTo %>'],
    ['a name of 500 characters', '𝔐'.repeat(500)],
    ['a name of 500 characters that are longest when escaped', '"'.repeat(500)],
    ['a lone surrogate and control characters', '\ud800\u0000\u202e\r\nSet-Cookie: a=b'],
  ])('keeps its elements and attributes whatever people are called: %s', (_kind, hostile) => {
    const pairs = samples(hostile, `/x?${hostile}`).map(
      (sample, index) => [render(sample), render(ordinary[index] ?? sample)] as const,
    );

    for (const [html, usual] of pairs) {
      expect(skeleton(html)).toEqual(skeleton(usual));
      expect(withoutOurScript(html)).not.toContain('<script');
      expect(html).not.toContain('<%');
    }
  });

  it('stays below 10 kB with names of 500 characters', () => {
    for (const sample of samples('m'.repeat(500), '/somewhere'))
      expect(Buffer.byteLength(render(sample))).toBeLessThan(TEN_KB);
  });

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    'console',
  ])('refuses to link to %s', (url) => {
    const addressed = samples('Mia', url).filter((sample, index) =>
      render(ordinary[index] ?? sample).includes('"/somewhere"'),
    );

    expect(addressed.length).toBeGreaterThan(4);
    for (const sample of addressed) expect(() => render(sample)).toThrow('links to a path of ours or to http(s)');
  });

  it('is not rendered at all where its model lacks something', () => {
    expect(() =>
      pages.render('sign-in', { providers: [], signUpOpen: true } as unknown as PageModels['sign-in']),
    ).toThrow('cannot print undefined');
  });

  it('does not compile with another page’s model', () => {
    const problem: PageModels['problem'] = { title: 'T', explanation: 'E' };

    // @ts-expect-error a sign-in page must be told where to go afterwards
    expect(() => pages.render('sign-in', problem)).toThrow();
  });
});

describe('forms', () => {
  it('announce a field in error, tie the message to it, and put the cursor there', () => {
    const html = pages.render('sign-up', {
      returnTo: '/',
      passwordMinLength: 12,
      providers: [],
      signInUrl: '/sign-in',
      errors: { password: 'Too short.' },
    });

    expect(html).toContain('<title>Error: ');
    expect(html).toContain('<p class="error" id="password-error" role="alert">Too short.</p>');
    expect(inputNamed(html, 'password')).toContain('aria-describedby="password-hint password-error"');
    expect(inputNamed(html, 'password')).toMatch(/aria-invalid="true" required autofocus>$/);
    expect(inputNamed(html, 'name')).not.toMatch(/autofocus|aria-invalid/);
  });

  it('announce what is wrong with the whole, and move there first', () => {
    const html = pages.render('sign-in', {
      returnTo: '/',
      alert: 'Too many attempts.',
      providers: [],
      signUpOpen: false,
    });

    expect(html).toContain('<div class="alert" role="alert" tabindex="-1" autofocus>Too many attempts.</div>');
    expect(html).toContain('<title>Error: ');
  });

  it('tell a password manager what each field is', () => {
    const signIn = pages.render('sign-in-password', { returnTo: '/', email: 'mia@acme.test' });
    const signUp = pages.render('sign-up', {
      returnTo: '/',
      passwordMinLength: 15,
      providers: [],
      signInUrl: '/sign-in',
    });

    expect(inputNamed(signIn, 'email')).toMatch(/autocomplete="username"\s.*value="mia@acme\.test".* readonly>/s);
    expect(inputNamed(signIn, 'password')).toContain('autocomplete="current-password"');
    expect(inputNamed(signUp, 'password')).toMatch(/autocomplete="new-password"\s.*minlength="15"/s);
    expect(inputNamed(signUp, 'name')).toContain('autocomplete="name"');
  });

  it('never send a password back to the page', () => {
    for (const sample of ordinary) expect(inputNamed(render(sample), 'password')).not.toContain('value=');
  });

  it('offer the configured providers, and sign-up only where it is open', () => {
    const providers = [{ name: 'Google', loginUrl: '/api/auth/login/google?returnTo=%2Fconsole' }];
    const open = pages.render('sign-in', { returnTo: '/console?a=b&c', providers, signUpOpen: true });
    const closed = pages.render('sign-in', { returnTo: '/console', providers: [], signUpOpen: false });

    expect(open).toContain('href="/api/auth/login/google?returnTo=%2Fconsole">Continue with <bdi>Google</bdi></a>');
    expect(open).toContain('href="/sign-up?returnTo=%2Fconsole%3Fa%3Db%26c"');
    expect(open).toContain('<input type="hidden" name="returnTo" value="/console?a=b&amp;c">');
    expect(closed).not.toMatch(/sign-up|Continue with/);
  });
});

describe('accept-invitation', () => {
  const invitation = { token: 't&k', organization: 'Acme', role: 'MEMBER', email: 'mia@acme.test' };

  it('gives the invited person one button', () => {
    const html = pages.render('accept-invitation', { state: 'ready', ...invitation });

    expect(html).toMatch(/action="\/accept-invitation">\s*<input type="hidden" name="token" value="t&amp;k">/);
    expect(html).toContain('as <strong><bdi>Member</bdi></strong>');
  });

  it('leads to the identity provider whom the organization lets in by it alone, and back', () => {
    const html = pages.render('accept-invitation', { state: 'ready', loginUrl: '/api/auth/login/acme', ...invitation });

    expect(html).toContain('href="/api/auth/login/acme?returnTo=%2Faccept-invitation%3Ftoken%3Dt%2526k"');
    expect(html).not.toContain('<button');
  });

  it('tells another account whose invitation it is, and comes back after signing out', () => {
    const html = pages.render('accept-invitation', {
      state: 'other-account',
      signedInAs: 'eve@other.test',
      ...invitation,
    });

    expect(html).toContain('<dd>mia@acme.test</dd>');
    expect(html).toContain('<dd>eve@other.test</dd>');
    expect(html).toMatch(
      /action="\/sign-out">\s*<input type="hidden" name="returnTo" value="\/accept-invitation\?token=t%26k">/,
    );
    expect(html).not.toContain('action="/accept-invitation"');
  });

  it('keeps the token through sign-in and sign-up', () => {
    const open = pages.render('accept-invitation', { state: 'signed-out', signUpOpen: true, ...invitation });
    const closed = pages.render('accept-invitation', { state: 'signed-out', signUpOpen: false, ...invitation });

    expect(open).toContain('href="/sign-in?returnTo=%2Faccept-invitation%3Ftoken%3Dt%2526k"');
    expect(open).toContain('href="/sign-up?invitation=t%26k"');
    expect(closed).not.toContain('/sign-up');
  });
});

describe('console', () => {
  const model: PageModels['console'] = {
    user: { name: 'Mia', email: 'mia@acme.test' },
    session: { method: 'OpenID Connect', connection: 'acme.test.okta', expiresAt: new Date('2026-11-22T10:12:00Z') },
    organizations: Array.from({ length: 12 }, (_, index) => ({
      name: `Org ${index}`,
      slug: `org-${index}`,
      role: 'OWNER',
    })),
    instanceAdministrator: false,
  };

  it('says who is signed in, how, where they belong, and how to sign out', () => {
    const html = pages.render('console', model);

    for (const told of [
      'mia@acme.test',
      'OpenID Connect',
      'acme.test.okta',
      '2026-11-22 10:12 UTC',
      'Org 9',
      'and 2 more',
    ]) {
      expect(html).toContain(told);
    }
    expect(html).toContain('<form method="post" action="/sign-out">');
    expect(html).not.toMatch(/Administrator of this instance|API explorer/);
  });

  it('speaks of the instance to its administrators, and of the explorer where it is on', () => {
    const html = pages.render('console', { ...model, instanceAdministrator: true, explorerUrl: '/graphiql' });

    expect(html).toContain('Administrator of this instance');
    expect(html).toContain('href="/graphiql"');
  });
});

it('continue leads on by itself and by a link', () => {
  const html = pages.render('continue', { to: 'https://login.acme.test/authorize?a=b&c=d', destination: 'Acme' });

  expect(html).toContain('<meta http-equiv="refresh" content="0;url=https://login.acme.test/authorize?a=b&amp;c=d">');
  expect(html).toContain('href="https://login.acme.test/authorize?a=b&amp;c=d"');
});

it('is sent with a policy that allows scripts of ours and nothing more, where it asks for a passkey', () => {
  expect(scriptedPageHeaders).toEqual({
    ...pageHeaders,
    'Content-Security-Policy': `${pageHeaders['Content-Security-Policy']}; script-src 'self'`,
  });
});

it('is sent with a policy that allows no script, and with the Referrer-Policy under which a form tells its origin', () => {
  expect(pageHeaders['Content-Security-Policy']).toMatch(/^default-src 'none'; /);
  expect(pageHeaders['Content-Security-Policy']).not.toMatch(/script|unsafe/);
  expect(pageHeaders['Referrer-Policy']).toBe('same-origin');
  expect(pageHeaders['Cache-Control']).toBe('no-store');
});

describe('assets', () => {
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    const app = express().use(pageAssets());
    server = await new Promise<Server>((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    });
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('are named by their content in every page, small, and kept by browsers for ever', async () => {
    expect(render(['problem', { title: 'T', explanation: 'E' }])).toContain(
      `<link rel="stylesheet" href="${assetUrl('gatehouse.css')}">`,
    );
    expect(assetUrl('gatehouse.css')).toMatch(/^\/assets\/gatehouse\.css\?v=[0-9a-z]{4,}$/);

    const response = await fetch(origin + assetUrl('gatehouse.css'));
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await response.arrayBuffer()).byteLength).toBeLessThan(TEN_KB);
  });

  it('are not kept when asked for by another version’s name', async () => {
    const response = await fetch(`${origin}/assets/gatehouse.css?v=older`);

    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('leave every other address and method to others', async () => {
    expect((await fetch(`${origin}/assets/..%2Fpage-assets.ts`)).status).toBe(404);
    expect((await fetch(`${origin}/assets/constructor`)).status).toBe(404);
    expect((await fetch(origin + assetUrl('gatehouse.svg'), { method: 'POST' })).status).toBe(404);
  });

  it('include the mark', async () => {
    const response = await fetch(origin + assetUrl('gatehouse.svg'), { method: 'HEAD' });

    expect(response.headers.get('content-type')).toBe('image/svg+xml');
  });
});
