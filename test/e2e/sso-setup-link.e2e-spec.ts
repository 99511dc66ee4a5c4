import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addDomain } from '../support/domains.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { behindProxy, jobsDone } from '../support/mailbox.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { signInAtProvider, startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { startSamlProvider } from '../support/servers/saml-provider.js';
import {
  copiedFrom,
  createSetupLink,
  errorIn,
  revokeSetupLink,
  setupLinkFields,
  valueIn,
  wordsOf,
  type CreatedSetupLink,
  type SetupLinkAnswer,
} from '../support/setup-links.js';
import { configureSso, moveSso, verifiedDomain } from '../support/sso.js';

interface Form {
  readonly provider: string;
  readonly steps: readonly string[];
  readonly fields: readonly {
    readonly name: string;
    readonly kind: string;
    readonly label: string;
    readonly choices: readonly string[] | null;
  }[];
}

const clientSecret = 'a secret of Acme and of nobody else';

describe('a setup link', () => {
  let app: TestApp;
  let dns: DnsServer;
  let sink: MailSink;
  let provider: OpenIdProvider;
  let owner: Person;
  let organizationId: string;
  let domain: string;
  /** Of somebody in the customer's IT. */
  let visitor: HttpClient;

  beforeAll(async () => {
    [dns, sink] = [await startDnsServer(), await startMailSink()];
    provider = await startOpenIdProvider({ name: 'Okta', clients: [], accounts: [] });
    app = await startTestApp({
      ...behindProxy,
      DNS_RESOLVERS: dns.address,
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      SMTP_URL: sink.url,
    });
  });
  beforeEach(async () => {
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner, 'Acme')).id;
    domain = `${randomUUID().slice(0, 8)}.test`;
    visitor = app.browser();
    provider.setAccounts([{ sub: 'mia', email: `mia@${domain}`, emailVerified: true, name: 'Mia' }]);
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([dns.stop(), sink.stop(), provider.stop()]);
  });

  const make = (input: object = {}) => createSetupLink(owner, { organizationId, ...input });
  const post = async (path: string, fields: Readonly<Record<string, string>>): Promise<HttpAnswer> => {
    const answer = await visitor.postForm(path, fields);
    return answer.status === 303 ? visitor.follow(answer) : answer;
  };
  const statusOf = async (path: string) => (await visitor.get(path)).status;

  async function linksSeenBy(person: Person): Promise<readonly SetupLinkAnswer[]> {
    const { data } = await person.browser.graphql<{ organization: { ssoSetupLinks: SetupLinkAnswer[] } }>(
      `query ($id: ID!) { organization(id: $id) { ssoSetupLinks { ${setupLinkFields} } } }`,
      { id: organizationId },
    );
    return data!.organization.ssoSetupLinks;
  }

  async function actsOf(linkId: string) {
    const { rows } = await app.database.query<{ action: string; outcome: string; chain_id: string; label: string }>(
      `select action, outcome, chain_id, actor_label as label from audit_events
       where actor_kind = 'setupLink' and actor_id = $1 order by sequence`,
      [linkId],
    );
    return rows;
  }

  async function connectionIn(vendor: string) {
    const { rows } = await app.database.query<{ id: string; state: string; client_id: string; name: string }>(
      'select id, state, client_id, name from sso_connections where organization_id = $1 and provider = $2',
      [organizationId, vendor],
    );
    return rows[0];
  }

  /** Runs the test that the page has begun, as a browser does. @returns the page that tells what came of it */
  async function runTest(begun: HttpAnswer, sub = 'mia'): Promise<HttpAnswer> {
    expect(begun.status).toBe(200);
    const browser = visitor;
    const out = await browser.follow(begun);
    expect(out.location).toMatch(new RegExp(`^${provider.issuer}/`));
    return browser.follow(await browser.get(await signInAtProvider(out.location!, { sub })));
  }

  it('leads somebody without an account from a name to a sign-in that passed its test, and switches nothing on', async () => {
    const link = await make({ note: 'IT of Acme' });
    const start = await visitor.get(link.path);
    expect(start.status).toBe(200);
    expect(wordsOf(start)).toMatch(
      /^Set up single sign-on For Acme\. You have until .* UTC for three steps; .*1\. Your domain Domain .*2\. Your identity provider Comes after/,
    );

    const mistyped = await post(`${link.path}/domain`, { name: 'no domain at all' });
    expect([mistyped.status, valueIn(mistyped, 'name')]).toEqual([400, 'no domain at all']);
    expect(errorIn(mistyped, 'name')).toMatch(/domain/i);
    expect(mistyped.text).toContain('<title>Error: ');

    const added = await post(`${link.path}/domain`, { name: ` ${domain.toUpperCase()}. ` });
    expect(added.status).toBe(200);
    const [type, name, value, shortName] = copiedFrom(added);
    expect([type, name, shortName]).toEqual(['TXT', `_gatehouse-verification.${domain}`, '_gatehouse-verification']);
    expect(value).toMatch(/^gatehouse-verify=[\w-]{43}$/);
    const domainId = valueIn(added, 'domain')!;

    dns.setTxt(name!, ['gatehouse-verify=another']);
    const early = await post(`${link.path}/check`, { domain: domainId });
    expect(wordsOf(early)).toMatch(/A TXT record is there with another value\. .*Found: gatehouse-verify=another/);
    dns.setTxt(name!, [value!]);
    expect(wordsOf(await post(`${link.path}/check`, { domain: domainId }))).toMatch(
      `1. Your domain Done ${domain} is proven.`,
    );

    const form = `${link.path}/provider`;
    const guide = await visitor.get(`${form}?domain=${domainId}&provider=OKTA`);
    expect(wordsOf(guide)).toContain('under Sign-in redirect URIs');
    const callbackUrl = `${app.url}/api/auth/callback/${domain}.okta`;
    expect(copiedFrom(guide)).toEqual([callbackUrl, `${app.url}/auth/sso-initiate?provider=${domain}.okta`]);
    expect(guide.text).toMatch(/<input id="clientSecret" name="clientSecret" type="password" autocomplete="off"/);

    const which = { domain: domainId, provider: 'OKTA' };
    const empty = await post(form, { ...which, clientSecret });
    expect([empty.status, errorIn(empty, 'issuer'), errorIn(empty, 'clientId')]).toEqual([
      400,
      'Issuer is missing.',
      'Client ID is missing.',
    ]);
    const wrong = await post(form, { ...which, issuer: 'okta', clientId: 'gatehouse', clientSecret });
    expect([wrong.status, valueIn(wrong, 'issuer'), valueIn(wrong, 'clientId')]).toEqual([400, 'okta', 'gatehouse']);
    expect(errorIn(wrong, 'issuer')).toBe('Issuer must be an absolute URL, such as https://login.example.com.');
    const elsewhere = { ...which, issuer: `${provider.issuer}/other`, clientId: 'gatehouse', clientSecret };
    const unreachable = await post(form, elsewhere);
    expect(unreachable.status).toBe(422);
    expect(/role="alert"[^>]*>([^<]*)/.exec(unreachable.text)?.[1]).toMatch(/identity provider|description/);
    const long = await post(form, { ...elsewhere, clientId: 'x'.repeat(600) });
    expect(errorIn(long, 'clientId')).toMatch(/shorter than or equal to 500/);
    for (const page of [empty, wrong, unreachable, long]) {
      expect(page.text).not.toContain(clientSecret);
      expect(valueIn(page, 'clientSecret')).toBeNull();
    }
    expect(await connectionIn('OKTA')).toBeUndefined();

    provider.registerClient({ clientId: 'gatehouse', clientSecret, redirectUris: [callbackUrl] });
    const saved = await post(form, { ...which, issuer: provider.issuer, clientId: ' gatehouse ', clientSecret });
    expect(wordsOf(saved)).toMatch(/2\. Your identity provider Done Okta: saved, and not tested yet\./);
    expect(await connectionIn('OKTA')).toMatchObject({ state: 'DRAFT', client_id: 'gatehouse' });
    const again = await visitor.get(`${form}?domain=${domainId}&provider=OKTA`);
    expect([valueIn(again, 'issuer'), valueIn(again, 'clientId'), valueIn(again, 'clientSecret')]).toEqual([
      provider.issuer,
      'gatehouse',
      null,
    ]);

    const connection = valueIn(saved, 'connection')!;
    provider.setAccounts([{ sub: 'eve', email: 'eve@elsewhere.test', emailVerified: true, name: 'Eve' }]);
    const failed = await runTest(await visitor.postForm(`${link.path}/test`, { connection }), 'eve');
    expect(wordsOf(failed)).toMatch(/^The test failed/);
    const told = wordsOf(await visitor.get(`${link.path}?domain=${domainId}`));
    expect(told).toMatch(/3\. The test The test failed\. .* What to do: /);
    expect(told).not.toContain('Done: your contact');

    provider.setAccounts([{ sub: 'mia', email: `mia@${domain}`, emailVerified: true, name: 'Mia' }]);
    visitor = app.browser();
    const passed = await runTest(await visitor.postForm(`${link.path}/test`, { connection }));
    expect(wordsOf(passed)).toMatch(/^The test passed/);
    const done = wordsOf(await visitor.get(link.path));
    expect(done).toMatch(/3\. The test Done The test passed\..*Done: your contact at Acme can switch it on now\./);
    expect(await connectionIn('OKTA')).toMatchObject({ state: 'TESTED' });

    expect(
      (await actsOf(link.id)).map(({ action, outcome }) => (outcome === 'REFUSED' ? `-${action}` : action)),
    ).toEqual([
      'ssoSetupLink.opened',
      'domain.added',
      '-domain.verificationFailed',
      'domain.verified',
      '-operation.refused',
      'ssoConnection.created',
      'ssoTest.started',
      'ssoTest.started',
    ]);
    for (const { chain_id, label } of await actsOf(link.id)) {
      expect([chain_id, label]).toEqual([organizationId, 'Setup link for IT of Acme']);
    }
  });

  it('is for one domain where one is given, proven or not, and then adds no other', async () => {
    const { id: domainId } = await addDomain(owner, organizationId, domain);
    const link = await make({ domainId, expiresInDays: 2 });
    expect(link).toMatchObject({
      state: 'ACTIVE',
      note: null,
      lastUsedAt: null,
      useCount: 0,
      domain: { name: domain },
    });
    expect(link.createdBy).toBe(owner.email);
    expect(Date.parse(link.expiresAt) - Date.parse(link.createdAt)).toBe(2 * 24 * 3_600_000);

    const page = await visitor.get(link.path);
    expect(copiedFrom(page)).toHaveLength(10);
    expect(page.text).not.toContain('/domain"');
    await app.database.query(`update domains set status = 'LAPSED' where id = $1`, [domainId]);
    expect(wordsOf(await visitor.get(link.path))).toContain('The record that proved this domain is missing.');
    const added = await post(`${link.path}/domain`, { name: `other-${domain}` });
    expect(added.status).toBe(404);
    expect(await linksSeenBy(owner)).toEqual([
      expect.objectContaining({ id: link.id, lastUsedAt: expect.any(String), useCount: 3 }),
    ]);
    expect((await actsOf(link.id)).map(({ action }) => action)).toEqual(['ssoSetupLink.opened', 'operation.refused']);
    expect((await actsOf(link.id))[0]?.label).toBe(`Setup link ${link.id.slice(-8)}`);
  });

  it('works for seven days, or for as many as are asked for, up to thirty', async () => {
    const days = ({ createdAt, expiresAt }: CreatedSetupLink) =>
      (Date.parse(expiresAt) - Date.parse(createdAt)) / (24 * 3_600_000);
    expect(days(await make())).toBe(7);
    expect(days(await make({ expiresInDays: 30 }))).toBe(30);
    for (const expiresInDays of [0, 31]) {
      await expect(make({ expiresInDays })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    }
  });

  it('opens nothing once it is revoked, expired or mistyped, in the same words', async () => {
    const [revoked, expired, kept] = [await make(), await make(), await make()];
    expect(await statusOf(revoked.path)).toBe(200);
    expect(await revokeSetupLink(owner, revoked.id)).toMatchObject({ state: 'REVOKED' });
    await app.database.query(`update sso_setup_links set expires_at = now() where id = $1`, [expired.id]);

    const over = [
      await visitor.get(revoked.path),
      await visitor.get(expired.path),
      await visitor.get(`/sso-setup/${'A'.repeat(43)}`),
      await visitor.get(`${revoked.path}/provider?domain=x&provider=OKTA`),
      await visitor.postForm(`${revoked.path}/domain`, { name: domain }),
      await visitor.postForm(`${expired.path}/check`, { domain: 'x' }),
    ];
    expect(new Set(over.map(({ text }) => text)).size).toBe(1);
    for (const { status } of over) expect(status).toBe(410);
    expect(wordsOf(over[0]!)).toMatch(/^This link does not work It may be incomplete, too old, or withdrawn\./);

    expect(await statusOf(kept.path)).toBe(200);
    const states = (await linksSeenBy(owner)).map(({ id, state }) => [id, state]);
    expect(Object.fromEntries(states)).toEqual({
      [revoked.id]: 'REVOKED',
      [expired.id]: 'EXPIRED',
      [kept.id]: 'ACTIVE',
    });
    expect(await revokeSetupLink(owner, expired.id)).toMatchObject({ state: 'EXPIRED' });
  });

  it('is mailed where an address is given', async () => {
    const to = `it@${domain}`;
    await expect(make({ sendTo: 'not an address' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const { id: domainId } = await addDomain(owner, organizationId, domain);
    const link = await make({ domainId, sendTo: to });
    const mail = await sink.next((one) => one.to.includes(to));
    expect(mail.subject).toBe('Set up single sign-on for Acme');
    expect(mail.text).toContain(link.url);
    expect(mail.text).toContain(`single sign-on for ${domain}`);
    await jobsDone(app);
  });

  it('shows its address once, also to who repeats the call', async () => {
    const document = `mutation ($input: CreateSsoSetupLinkInput!) { createSsoSetupLink(input: $input) { setupLink { id } url } }`;
    const input = { organizationId, idempotencyKey: randomUUID() };
    const first = await owner.browser.graphql<{ createSsoSetupLink: object }>(document, { input });
    const second = await owner.browser.graphql<{ createSsoSetupLink: object }>(document, { input });
    expect(first.data?.createSsoSetupLink).toMatchObject({ url: expect.stringContaining('/sso-setup/') });
    expect(second.data?.createSsoSetupLink).toEqual({ ...first.data?.createSsoSetupLink, url: null });
  });

  it('changes nothing that is in use: an active connection not at all, an enforced one by its candidate', async () => {
    const domainId = await verifiedDomain(app, organizationId, domain);
    const settings = { domainId, provider: 'CUSTOM', issuer: provider.issuer, clientId: 'gatehouse', clientSecret };
    const { id } = await configureSso(owner, { ...settings, name: 'Acme login' });
    const link = await make({ domainId });
    const form = `${link.path}/provider`;
    const typed = { domain: domainId, provider: 'CUSTOM', clientId: 'changed', name: 'Evil login' };

    const refused = await post(form, typed);
    expect([refused.status, wordsOf(refused)]).toEqual([412, expect.stringContaining('This connection is in use')]);
    expect(wordsOf(await visitor.get(link.path))).toContain('Acme login (Another OpenID provider): in use');
    expect(await connectionIn('CUSTOM')).toEqual({ id, state: 'ACTIVE', client_id: 'gatehouse', name: 'Acme login' });

    await moveSso(owner, 'enforceSso', id);
    const saved = await post(form, typed);
    expect(wordsOf(saved)).toContain('New settings are saved beside it, until your contact lets them take over.');
    expect(await connectionIn('CUSTOM')).toEqual({ id, state: 'ENFORCED', client_id: 'gatehouse', name: 'Acme login' });
    const { rows } = await app.database.query('select client_id from sso_candidates where connection_id = $1', [id]);
    expect(rows).toEqual([{ client_id: 'changed' }]);

    await moveSso(owner, 'disableSso', id);
    expect((await visitor.postForm(form, { ...typed, clientId: 'third' })).status).toBe(303);
    expect(await connectionIn('CUSTOM')).toMatchObject({ state: 'DISABLED', client_id: 'third', name: 'Evil login' });
  });

  it('has a page for each vendor, with its own steps and fields, of less than 10 kB', async () => {
    const { id: domainId } = await addDomain(owner, organizationId, domain);
    const link = await make({ domainId });
    const { data } = await owner.browser.graphql<{ ssoProviderForms: Form[] }>(
      '{ ssoProviderForms { provider steps fields { name kind label choices } } }',
    );
    const forms = data!.ssoProviderForms;
    expect(forms).toHaveLength(15);
    for (const { provider: vendor, steps, fields } of forms) {
      const page = await visitor.get(`${link.path}/provider?domain=${domainId}&provider=${vendor}`);
      expect([vendor, page.status, Buffer.byteLength(page.text) < 10_000]).toEqual([vendor, 200, true]);
      expect(page.text.match(/<li>/g)).toHaveLength(steps.length);
      expect(page.text).not.toContain('{{');
      expect(copiedFrom(page)).toContain(
        `${app.url}/api/auth/callback/${domain}.${vendor.toLowerCase().replace('_', '-')}`,
      );
      for (const { name, kind, label, choices } of fields) {
        expect(wordsOf(page)).toContain(label);
        expect(page.text).toContain(`id="${name}" name="${name}"${kind === 'SECRET' ? ' type="password"' : ''}`);
        for (const choice of choices ?? []) expect(page.text).toContain(`<option>${choice}</option>`);
      }
    }
    const early = await post(`${link.path}/provider`, {
      domain: domainId,
      provider: 'GOOGLE',
      clientId: 'a',
      clientSecret,
    });
    expect([early.status, wordsOf(early)]).toEqual([
      412,
      expect.stringContaining('The domain must be verified first.'),
    ]);
  });

  it('takes a choice as the form offers it, and no other', async () => {
    const domainId = await verifiedDomain(app, organizationId, domain);
    const link = await make({ domainId });
    const typed = {
      domain: domainId,
      provider: 'CUSTOM',
      issuer: provider.issuer,
      clientId: 'gatehouse',
      clientSecret,
    };
    const wrong = await post(`${link.path}/provider`, { ...typed, clientAuthMethod: 'TELEPATHY' });
    expect([wrong.status, errorIn(wrong, 'clientAuthMethod')]).toEqual([400, expect.stringMatching(/must be one of/)]);
    await post(`${link.path}/provider`, { ...typed, clientAuthMethod: 'CLIENT_SECRET_POST' });
    const { rows } = await app.database.query(
      'select client_auth_method as method from sso_connections where domain_id = $1',
      [domainId],
    );
    expect(rows).toEqual([{ method: 'client_secret_post' }]);
  });

  it('takes a SAML identity provider by the address of its metadata, and says what is wrong with what was pasted', async () => {
    const saml = await startSamlProvider();
    const domainId = await verifiedDomain(app, organizationId, domain);
    const link = await make({ domainId });
    const save = (fields: Readonly<Record<string, string>>) =>
      post(`${link.path}/provider`, { domain: domainId, provider: 'SAML', ...fields });

    const nothing = await save({});
    expect([nothing.status, errorIn(nothing, 'metadataUrl')]).toEqual([400, expect.stringMatching('is missing')]);
    const pasted = await save({ metadataXml: '<!doctype html><html></html>' });
    expect([pasted.status, errorIn(pasted, 'metadataXml')]).toEqual([400, expect.stringMatching('web page')]);
    expect(pasted.text).toContain('&lt;!doctype html&gt;');
    const unreachable = await save({ metadataUrl: 'https://10.0.0.1/metadata' });
    expect(unreachable.status).toBe(422);
    expect(valueIn(unreachable, 'metadataUrl')).toBe('https://10.0.0.1/metadata');

    const saved = await save({ metadataUrl: saml.metadataUrl });
    expect([saved.status, wordsOf(saved)]).toEqual([200, expect.stringMatching(/saved, and not tested yet/)]);
    const connection = await connectionIn('SAML');
    expect(connection).toMatchObject({ state: 'DRAFT' });
    const again = await visitor.get(`${link.path}/provider?domain=${domainId}&provider=SAML`);
    expect(valueIn(again, 'metadataUrl')).toBe(saml.metadataUrl);
    expect(copiedFrom(again)).toContain(connection!.client_id);
    await saml.stop();
  });
});
