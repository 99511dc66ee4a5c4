import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { freePort } from '../support/free-port.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import { redirectTarget, type HttpClient } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { signInAtProvider, startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';

const password = 'correct horse battery';
const oktaClient = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789-0123456789' };
const everybody = [
  { sub: 'okta-1', email: 'mia@acme.test', emailVerified: true, name: 'Mia' },
  { sub: 'okta-2', email: 'eve@elsewhere.test', emailVerified: true, name: 'Eve' },
];

/** The whole job, in the order in which a company meets it. Each step stands on those before it. */
describe('the main job', () => {
  let [app, dns, mail, okta]: [TestApp, DnsServer, MailSink, OpenIdProvider] = [] as never;
  /** The owner, a colleague at Acme, and the owner of another organization. */
  let [owner, mia, stranger]: [HttpClient, HttpClient, HttpClient] = [] as never;
  const ids = { organization: '', other: '', domain: '', connection: '', project: '', key: '', colleague: '' };
  const key = { publicKey: '', secretKey: '' };

  beforeAll(async () => {
    [dns, mail] = await Promise.all([startDnsServer(), startMailSink()]);
    okta = await startOpenIdProvider({ name: "Acme's Okta", clients: [], accounts: everybody });
    const allowed = new URL(okta.issuer).host;
    app = await startTestApp({
      DNS_RESOLVERS: dns.address,
      SMTP_URL: mail.url,
      OUTBOUND_ALLOWED_HOSTS: `${allowed},127.0.0.1:${await freePort()}`,
    });
    okta.registerClient({ ...oktaClient, redirectUris: [`${app.url}/api/auth/callback/acme.test.okta`] });
    [owner, mia, stranger] = [app.browser(), app.browser(), app.browser()];
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([dns.stop(), mail.stop(), okta.stop()]);
  });

  /** One mutation. @returns the payload, or the code of the refusal */
  async function mutate<Payload>(
    by: HttpClient,
    name: string,
    selection: string,
    input: object,
  ): Promise<Payload | string> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const { data, errors } = await by.graphql<Record<string, Payload>>(
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`,
      { input },
    );
    return data?.[name] ?? errors[0]?.extensions.code ?? 'no answer';
  }

  async function done<Payload>(by: HttpClient, name: string, selection: string, input: object): Promise<Payload> {
    const payload = await mutate<Payload>(by, name, selection, input);
    if (typeof payload === 'string') throw new Error(`${name} was refused: ${payload}`);
    return payload;
  }

  /** Types an email on the sign-in page, and follows to the identity provider as whoever that is there. */
  async function throughOkta(browser: HttpClient, email: string, sub: string): Promise<string | null> {
    const typed = await browser.postForm('/sign-in', { email, returnTo: '/console' });
    const toProvider = redirectTarget(await browser.follow(typed));
    expect(toProvider).toContain(okta.issuer);
    return (await browser.get(await signInAtProvider(toProvider ?? '', { sub }))).location;
  }

  it('signs people up, with a password', async () => {
    for (const [browser, email] of [
      [owner, 'olivia@example.test'],
      [stranger, 'sam@example.test'],
      [mia, 'mia@acme.test'],
    ] as const) {
      const answer = await browser.postJson('/api/auth/signup', { email, name: 'Somebody', password });
      expect(answer.status).toBe(201);
    }
  });

  it('makes the owner’s organization, and the stranger’s', async () => {
    interface Made {
      organization: { id: string };
    }
    ids.organization = (
      await done<Made>(owner, 'createOrganization', 'organization { id }', { name: 'Acme' })
    ).organization.id;
    ids.other = (
      await done<Made>(stranger, 'createOrganization', 'organization { id }', { name: 'Other' })
    ).organization.id;
  });

  it('holds the domain PENDING with a diagnosis until DNS really has the record, then VERIFIED', async () => {
    interface Added {
      domain: { id: string; recordName: string; recordValue: string; status: string };
    }
    const added = await done<Added>(owner, 'addDomain', 'domain { id recordName recordValue status }', {
      organizationId: ids.organization,
      name: 'acme.test',
    });
    const { id, recordName, recordValue, status } = added.domain;
    ids.domain = id;
    expect(status).toBe('PENDING');
    expect(recordName).toBe('_gatehouse-verification.acme.test');
    expect(recordValue).toMatch(/^gatehouse-verify=[\w-]{20,}$/);

    const verify = () => done(owner, 'verifyDomain', 'domain { status diagnosis { code } }', { domainId: id });
    const verdict = (state: string, code: string) => ({ domain: { status: state, diagnosis: { code } } });
    expect(await verify()).toEqual(verdict('PENDING', 'NOT_FOUND'));
    dns.setTxt(recordName, ['gatehouse-verify=somebody-else']);
    expect(await verify()).toEqual(verdict('PENDING', 'DIFFERENT'));
    dns.setTxt(recordName, [`"${recordValue}"`]);
    expect(await verify()).toEqual(verdict('PENDING', 'QUOTED'));

    const claimed = await done<Added>(stranger, 'addDomain', 'domain { id recordName recordValue status }', {
      organizationId: ids.other,
      name: 'ACME.test.',
    });
    expect(claimed.domain.status).toBe('PENDING');

    dns.setTxt(recordName, [[recordValue.slice(0, 20), recordValue.slice(20)], claimed.domain.recordValue]);
    expect(await verify()).toEqual(verdict('VERIFIED', 'MATCHED'));
    expect(await mutate(stranger, 'verifyDomain', 'domain { status }', { domainId: claimed.domain.id })).toBe(
      'DOMAIN_TAKEN',
    );
  });

  it('checks the issuer by discovery at save, and saves nothing that does not pass', async () => {
    const configure = (issuer: string) =>
      mutate(owner, 'configureSso', 'connection { id }', {
        domainId: ids.domain,
        provider: 'OKTA',
        issuer,
        ...oktaClient,
      });
    const closed = app.url.replace(/\d+$/, String(await freePort()));
    expect(await configure(`${okta.issuer}/`)).toBe('ISSUER_MISMATCH');
    expect(await configure(closed)).toBe('ISSUER_NOT_ALLOWED');
    expect(await configure('https://10.0.0.1')).toBe('ISSUER_NOT_ALLOWED');
    const { rows } = await app.database.query('select 1 from sso_connections');
    expect(rows).toEqual([]);

    interface Configured {
      connection: { id: string; key: string; state: string; callbackUrl: string };
    }
    const { connection } = await done<Configured>(owner, 'configureSso', 'connection { id key state callbackUrl }', {
      domainId: ids.domain,
      provider: 'OKTA',
      issuer: okta.issuer,
      ...oktaClient,
    });
    ids.connection = connection.id;
    expect(connection).toMatchObject({
      key: 'acme.test.okta',
      state: 'DRAFT',
      callbackUrl: `${app.url}/api/auth/callback/acme.test.okta`,
    });
    const stored = await app.database.query<{ client_secret: string }>('select client_secret from sso_connections');
    expect(stored.rows[0]?.client_secret).toMatch(/^v1\.[0-9a-f]{8}\./);
    expect(stored.rows[0]?.client_secret).not.toContain(oktaClient.clientSecret);
  });

  it('tests the connection by a sign-in that changes nothing, and lets people use it', async () => {
    const { testUrl } = await done<{ testUrl: string }>(owner, 'testSso', 'testUrl', { connectionId: ids.connection });
    const browser = app.browser();
    const { location } = await browser.get(testUrl);
    await browser.get(await signInAtProvider(location ?? '', { sub: 'okta-1' }));
    expect((await browser.get(testUrl)).text).toMatch('The test passed');
    expect((await browser.get('/api/auth/session')).status).toBe(401);
    interface Activated {
      connection: { state: string; lastTest: object };
    }
    const { connection } = await done<Activated>(
      owner,
      'activateSso',
      'connection { state lastTest { outcome email emailMatches account role } }',
      { connectionId: ids.connection },
    );
    expect(connection).toEqual({
      state: 'ACTIVE',
      lastTest: { outcome: 'PASSED', email: 'mia@acme.test', emailMatches: true, account: 'JOINED', role: null },
    });
  });

  it('signs the colleague in at the company’s provider, and takes over the password account nobody had proven', async () => {
    const browser = app.browser();
    expect(await throughOkta(browser, 'mia@acme.test', 'okta-1')).toBe(`${app.url}/console`);
    const session = (await browser.get('/api/auth/session')).json<{ user: { id: string }; session: object }>();
    expect(session).toMatchObject({
      user: { email: 'mia@acme.test', emailVerified: true },
      session: { method: 'oidc', connection: 'acme.test.okta' },
    });
    ids.colleague = session.user.id;

    // The browser that had signed up with a password for an address it never proved is signed out, and its password gone.
    expect((await mia.get('/api/auth/session')).status).toBe(401);
    const byPassword = await app.browser().postJson('/api/auth/login', { email: 'mia@acme.test', password });
    expect(byPassword.status).toBe(401);
    mia = browser;
  });

  it('gives no role to whoever only signed in', async () => {
    const { data } = await mia.graphql('{ viewer { organizations { totalCount } } organizations { totalCount } }');
    expect(data).toEqual({ viewer: { organizations: { totalCount: 0 } }, organizations: { totalCount: 0 } });
  });

  it('refuses an email outside the connection’s domain, whatever the provider says', async () => {
    const browser = app.browser();
    expect(await throughOkta(browser, 'somebody@acme.test', 'okta-2')).toMatch(
      /\/auth-error\?code=EMAIL_OUTSIDE_DOMAIN&ref=/,
    );
    expect((await browser.get('/api/auth/session')).status).toBe(401);
  });

  it('refuses the colleague’s password once the connection is enforced, and says where to go', async () => {
    await done(owner, 'enforceSso', 'connection { state }', { connectionId: ids.connection });
    const refused = await app.browser().postJson('/api/auth/login', { email: ' MIA@acme.test ', password });
    expect([refused.status, refused.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'SSO_REQUIRED', loginUrl: '/api/auth/login/acme.test.okta' }),
    ]);
  });

  it('gives the colleague a role by invitation: they read, and create nothing', async () => {
    interface Made {
      project: { id: string };
    }
    ids.project = (
      await done<Made>(owner, 'createProject', 'project { id }', { organizationId: ids.organization, name: 'Chat' })
    ).project.id;
    await done(owner, 'inviteMember', 'invitation { id }', {
      organizationId: ids.organization,
      email: 'Mia@Acme.Test',
      role: 'MEMBER',
      projectId: ids.project,
      projectRole: 'VIEWER',
    });
    const { text } = await mail.next(
      ({ to, subject }) => to.includes('mia@acme.test') && subject.startsWith('Invitation'),
    );
    const token = /accept-invitation\?token=([\w-]+)/.exec(text)?.[1] ?? '';
    await done(mia, 'acceptInvitation', 'organization { id }', { token });

    const read = await mia.graphql('query ($id: ID!) { project(id: $id) { name } }', { id: ids.project });
    expect(read.data).toEqual({ project: { name: 'Chat' } });
    for (const [name, selection, input] of [
      ['createApiKey', 'publicKey', { projectId: ids.project, name: 'mine' }],
      ['createProject', 'project { id }', { organizationId: ids.organization, name: 'mine' }],
      ['inviteMember', 'invitation { id }', { organizationId: ids.organization, email: 'a@b.test', role: 'VIEWER' }],
    ] as const) {
      expect([name, await mutate(mia, name, selection, input)]).toEqual([name, 'FORBIDDEN']);
    }
  });

  it('verifies a key, refuses what it lacks, and refuses it altogether once revoked', async () => {
    interface Made {
      apiKey: { id: string };
      publicKey: string;
      secretKey: string;
    }
    const made = await done<Made>(owner, 'createApiKey', 'apiKey { id } publicKey secretKey', {
      projectId: ids.project,
      name: 'Backend',
      permissions: ['traces.read'],
    });
    ids.key = made.apiKey.id;
    Object.assign(key, made);
    const program = app.browser({ basic: { user: key.publicKey, password: key.secretKey } });
    const verify = async (body: object) => {
      const answer = await program.postJson('/api/keys/verify', body);
      return [answer.status, answer.json()];
    };
    expect(await verify({ permission: 'traces.read', projectId: ids.project })).toEqual([
      200,
      {
        valid: true,
        keyId: ids.key,
        scope: 'PROJECT',
        organizationId: ids.organization,
        projectId: ids.project,
        permissions: ['traces.read'],
        expiresAt: null,
      },
    ]);
    expect(await verify({ permission: 'traces.create' })).toEqual([403, { valid: false, code: 'FORBIDDEN' }]);
    await done(owner, 'revokeApiKey', 'apiKey { revokedAt }', { apiKeyId: ids.key });
    expect(await verify({})).toEqual([401, { valid: false, code: 'INVALID_KEY' }]);
  });

  it('tells a member of another organization of each of these things what it tells of things that never were', async () => {
    const absent = 'never-existed';
    const attempts: [string, string, (id: string) => object, string][] = [
      ['updateOrganization', 'organization { id }', (id) => ({ organizationId: id, name: 'mine' }), ids.organization],
      ['addDomain', 'domain { id }', (id) => ({ organizationId: id, name: 'new.test' }), ids.organization],
      ['verifyDomain', 'domain { id }', (id) => ({ domainId: id }), ids.domain],
      [
        'configureSso',
        'connection { id }',
        (id) => ({ domainId: id, provider: 'OKTA', issuer: okta.issuer }),
        ids.domain,
      ],
      ['enforceSso', 'connection { id }', (id) => ({ connectionId: id }), ids.connection],
      [
        'inviteMember',
        'invitation { id }',
        (id) => ({ organizationId: id, email: 'a@b.test', role: 'VIEWER' }),
        ids.organization,
      ],
      [
        'updateMemberRole',
        'member { role }',
        (id) => ({ organizationId: id, userId: ids.colleague, role: 'VIEWER' }),
        ids.organization,
      ],
      ['createProject', 'project { id }', (id) => ({ organizationId: id, name: 'mine' }), ids.organization],
      [
        'setProjectRole',
        'member { role }',
        (id) => ({ projectId: id, userId: ids.colleague, role: 'VIEWER' }),
        ids.project,
      ],
      ['createApiKey', 'publicKey', (id) => ({ projectId: id, name: 'mine' }), ids.project],
      ['revokeApiKey', 'apiKey { id }', (id) => ({ apiKeyId: id }), ids.key],
    ];
    for (const [name, selection, input, id] of attempts) {
      expect([name, await mutate(stranger, name, selection, input(id))]).toEqual([name, 'NOT_FOUND']);
      expect([name, await mutate(stranger, name, selection, input(absent))]).toEqual([name, 'NOT_FOUND']);
    }
    for (const query of [
      'organization(id: $id) { name }',
      'project(id: $id) { name }',
      'auditEvents(organizationId: $id) { nodes { id } }',
    ]) {
      const id = query.startsWith('project') ? ids.project : ids.organization;
      const told = async (which: string) => {
        const { errors } = await stranger.graphql(`query ($id: ID!) { ${query} }`, { id: which });
        return errors.map(({ message, extensions: { requestId: _, ...extensions } }) => ({ message, extensions }));
      };
      expect(await told(id)).toEqual(await told(absent));
    }
  });

  it('has all of it on the organization’s trail, unbroken, with who, what, whence and how it ended', async () => {
    interface Trail {
      verifyAuditTrail: { intact: boolean };
      auditEvents: {
        nodes: { action: string; outcome: string; actor: { label: string }; ip: string | null; requestId: string }[];
      };
    }
    const { data } = await owner.graphql<Trail>(
      `query ($id: ID!) {
        verifyAuditTrail(organizationId: $id) { intact }
        auditEvents(organizationId: $id, first: 100) { nodes { action outcome actor { label } ip requestId before after } }
      }`,
      { id: ids.organization },
    );
    expect(data?.verifyAuditTrail.intact).toBe(true);
    const nodes = data?.auditEvents.nodes.toReversed() ?? [];
    expect(nodes.every(({ ip, requestId }) => ip !== null && requestId !== '')).toBe(true);
    const olivia = 'olivia@example.test';
    expect(nodes.map(({ action, outcome, actor }) => `${action} ${outcome} ${actor.label}`)).toEqual([
      `organization.created SUCCEEDED ${olivia}`,
      `member.added SUCCEEDED ${olivia}`,
      `domain.added SUCCEEDED ${olivia}`,
      ...Array.from({ length: 3 }, () => `domain.verificationFailed REFUSED ${olivia}`),
      `domain.verified SUCCEEDED ${olivia}`,
      ...Array.from({ length: 3 }, () => `operation.refused REFUSED ${olivia}`),
      `ssoConnection.created SUCCEEDED ${olivia}`,
      `ssoTest.started SUCCEEDED ${olivia}`,
      'ssoTest.finished SUCCEEDED anonymous',
      `ssoConnection.activated SUCCEEDED ${olivia}`,
      'identity.linked SUCCEEDED anonymous',
      'signIn.succeeded SUCCEEDED mia@acme.test',
      'signIn.refused REFUSED anonymous',
      'signIn.refused REFUSED anonymous',
      // Her address is of elsewhere, and she goes on to work there.
      `member.ssoExceptionGranted SUCCEEDED ${olivia}`,
      `ssoConnection.enforced SUCCEEDED ${olivia}`,
      'signIn.refused REFUSED anonymous',
      `project.created SUCCEEDED ${olivia}`,
      `invitation.created SUCCEEDED ${olivia}`,
      'member.added SUCCEEDED mia@acme.test',
      'project.roleSet SUCCEEDED mia@acme.test',
      'invitation.accepted SUCCEEDED mia@acme.test',
      ...Array.from({ length: 3 }, () => 'operation.refused REFUSED mia@acme.test'),
      `apiKey.created SUCCEEDED ${olivia}`,
      `apiKey.revoked SUCCEEDED ${olivia}`,
    ]);
  });
});

describe('a program that holds nothing but ADMIN_API_KEY', () => {
  let [app, dns, okta]: [TestApp, DnsServer, OpenIdProvider] = [] as never;
  beforeAll(async () => {
    dns = await startDnsServer();
    okta = await startOpenIdProvider({ name: 'Okta', clients: [], accounts: [] });
    app = await startTestApp({ DNS_RESOLVERS: dns.address, OUTBOUND_ALLOWED_HOSTS: new URL(okta.issuer).host });
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([dns.stop(), okta.stop()]);
  });

  /** The set-up half, each call with a key of its own. @returns every answer, in order */
  async function setUp(): Promise<unknown[]> {
    const answers: unknown[] = [];
    const call = async (
      name: string,
      selection: string,
      input: object,
    ): Promise<Record<string, Record<string, string>>> => {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
      const { data, errors } = await app
        .admin()
        .graphql<Record<string, Record<string, Record<string, string>>>>(
          `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`,
          { input: { ...input, idempotencyKey: `set-up ${name}` } },
        );
      answers.push(data ?? errors);
      return data?.[name] ?? {};
    };
    const organizationId = (await call('createOrganization', 'organization { id name createdAt }', { name: 'Acme' }))
      .organization?.id;
    const domain = (
      await call('addDomain', 'domain { id recordName recordValue }', { organizationId, name: 'acme.test' })
    ).domain;
    dns.setTxt(domain?.recordName ?? '', [domain?.recordValue ?? '']);
    await call('verifyDomain', 'domain { status verifiedAt }', { domainId: domain?.id });
    await call('configureSso', 'connection { id state }', {
      domainId: domain?.id,
      provider: 'OKTA',
      issuer: okta.issuer,
      ...oktaClient,
    });
    const projectId = (await call('createProject', 'project { id }', { organizationId, name: 'Chat' })).project?.id;
    await call('createUser', 'user { id email }', { email: 'ada@acme.test', organizationId, role: 'OWNER' });
    await call('createApiKey', 'apiKey { id } publicKey secretKey', { projectId, name: 'Backend' });
    return answers;
  }

  it('sets an organization up by mutations alone, and changes nothing by doing it again', async () => {
    const state = async (): Promise<object[]> =>
      (
        await app.database.query<object>(
          `select (select json_agg(o) from organizations o) as organizations, (select json_agg(d) from domains d) as domains,
             (select json_agg(c) from sso_connections c) as connections, (select json_agg(p) from projects p) as projects,
             (select json_agg(m) from memberships m) as members, (select json_agg(k) from api_keys k) as keys,
             (select count(*) from audit_events) as events`,
        )
      ).rows;
    const first = await setUp();
    const after = await state();
    const second = await setUp();
    expect(await state()).toEqual(after);

    // What was shown once is not kept, so the second run can't be told.
    const { createApiKey } = first.at(-1) as { createApiKey: { secretKey: string } };
    expect(createApiKey.secretKey).toMatch(/^sk-gh-/);
    expect(second).toEqual([...first.slice(0, -1), { createApiKey: { ...createApiKey, secretKey: null } }]);
  });
});
