import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ApiError } from '../support/api-error.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import {
  configureMutation,
  configureSso,
  connectionFields,
  exceptFromSso,
  moveSso,
  verifiedDomain,
  type ConnectionAnswer,
} from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

describe('configuring single sign-on', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let owner: Person;
  let organizationId: string;
  let domainId: string;
  let domain: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}` });
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    await exceptFromSso(app, organizationId);
  });
  beforeEach(async () => {
    domain = `${randomUUID().slice(0, 8)}.test`;
    domainId = await verifiedDomain(app, organizationId, domain);
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const configure = (input: object = {}) =>
    configureSso(owner, { domainId, provider: 'OKTA', issuer: provider.issuer, ...client, ...input });

  const refusalOf = async (input: object) => {
    const { data, errors } = await owner.browser.graphql(configureMutation, {
      input: { domainId, provider: 'OKTA', issuer: provider.issuer, ...client, ...input },
    });
    expect(data).toBeNull();
    const { rows } = await app.database.query('select 1 from sso_connections where domain_id = $1', [domainId]);
    expect(rows).toEqual([]);
    return { message: errors[0]?.message, ...errors[0]?.extensions };
  };

  const discover = async () => {
    const answer = await app.browser().postJson('/api/auth/discover', { email: `somebody@${domain}` });
    return answer.json<{ next: string; connection?: string; enforced?: boolean; loginUrl?: string }>();
  };

  it('makes a connection that is in use at once', async () => {
    const connection = await configure();
    expect(connection).toEqual({
      id: expect.any(String),
      key: `${domain}.okta`,
      provider: 'OKTA',
      name: 'Okta',
      state: 'ACTIVE',
      issuer: provider.issuer,
      clientId: 'gatehouse',
      hasClientSecret: true,
      clientAuthMethod: 'CLIENT_SECRET_BASIC',
      callbackUrl: `${app.url}/api/auth/callback/${domain}.okta`,
      initiateUrl: `${app.url}/auth/sso-initiate?provider=${domain}.okta`,
      pkce: true,
      scopes: ['openid', 'email', 'profile'],
      domain: { name: domain, status: 'VERIFIED' },
    });
    expect(await discover()).toMatchObject({ next: 'sso', connection: `${domain}.okta`, enforced: false });
  });

  it('tells of the creation, who did it, and nothing of the secret', async () => {
    const requestId = randomUUID();
    const input = { domainId, provider: 'AZURE_AD', issuer: provider.issuer, ...client };
    await owner.browser.graphql(configureMutation, { input }, { headers: { 'x-request-id': requestId } });
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'ssoConnection.created',
        outcome: 'SUCCEEDED',
        actor_id: owner.id,
        resource_type: 'ssoConnection',
        before: null,
        after: {
          key: `${domain}.azure-ad`,
          provider: 'AZURE_AD',
          name: 'Microsoft Entra ID',
          state: 'DRAFT',
          issuer: provider.issuer,
          clientId: 'gatehouse',
          clientAuthMethod: 'client_secret_post',
          hasClientSecret: true,
          clientSecretExpiresAt: null,
          scopes: ['openid', 'email', 'profile'],
          pkce: true,
          signOutAtProvider: false,
        },
      }),
    ]);
  });

  it('changes what is there, and leaves what is not named as it was', async () => {
    const before = await configure({ scopes: ['email', 'groups'], pkce: false, name: 'Acme’s Okta' });
    expect(before).toMatchObject({ scopes: ['openid', 'email', 'groups'], pkce: false, name: 'Acme’s Okta' });
    const requestId = randomUUID();
    const input = { domainId, provider: 'OKTA', clientId: 'other' };
    const { data } = await owner.browser.graphql<{ configureSso: { connection: ConnectionAnswer } }>(
      configureMutation,
      { input },
      { headers: { 'x-request-id': requestId } },
    );
    expect(data?.configureSso.connection).toEqual({ ...before, clientId: 'other' });
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'ssoConnection.updated',
        before: expect.objectContaining({ clientId: 'gatehouse' }),
        after: expect.objectContaining({ clientId: 'other', secretReplaced: false }),
      }),
    ]);
  });

  it('keeps a draft out of use until it is activated', async () => {
    const { id, state } = await configure({ activate: false });
    expect(state).toBe('DRAFT');
    expect(await discover()).toMatchObject({ next: 'password' });
    const answer = await app.browser().get(`/api/auth/login/${domain}.okta`);
    expect(answer.location).toMatch('/auth-error?code=PROVIDER_UNKNOWN');
    expect(await moveSso(owner, 'activateSso', id)).toMatchObject({ state: 'ACTIVE' });
    expect(await discover()).toMatchObject({ next: 'sso' });
  });

  it('goes from one state to the next, and tells of each step once', async () => {
    const { id, key } = await configure();
    const steps = [
      ['enforceSso', 'ENFORCED', 'ssoConnection.enforced', 'ACTIVE'],
      ['activateSso', 'ACTIVE', 'ssoConnection.activated', 'ENFORCED'],
      ['disableSso', 'DISABLED', 'ssoConnection.disabled', 'ACTIVE'],
      ['activateSso', 'ACTIVE', 'ssoConnection.activated', 'DISABLED'],
    ] as const;
    for (const [move, state, action, before] of steps) {
      const requestId = randomUUID();
      expect(await moveSso(owner, move, id, requestId)).toMatchObject({ id, state });
      const told = {
        action,
        outcome: 'SUCCEEDED',
        resource_id: id,
        before: { key, state: before },
        after: expect.objectContaining({ key, state }),
      };
      expect(await trailOfRequest(app, requestId)).toEqual([expect.objectContaining(told)]);
    }
    const again = randomUUID();
    expect(await moveSso(owner, 'activateSso', id, again)).toMatchObject({ state: 'ACTIVE' });
    expect(await trailOfRequest(app, again)).toEqual([]);
  });

  it('enforces nothing that is switched off', async () => {
    const { id } = await configure();
    await moveSso(owner, 'disableSso', id);
    await expect(moveSso(owner, 'enforceSso', id)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  });

  it('accepts that no test is asked for', async () => {
    const { id } = await configure();
    const { data } = await owner.browser.graphql(
      'mutation ($input: EnforceSsoInput!) { enforceSso(input: $input) { connection { state } } }',
      { input: { connectionId: id, skipTest: true } },
    );
    expect(data).toEqual({ enforceSso: { connection: { state: 'ENFORCED' } } });
  });

  it('stays enforced when it is saved again', async () => {
    const { id } = await configure();
    await moveSso(owner, 'enforceSso', id);
    expect(await configure({ name: 'Renamed' })).toMatchObject({ state: 'ENFORCED', name: 'Renamed' });
  });

  it('sends people to the enforced connection of several, else to the newest', async () => {
    const okta = await configure();
    await configure({ provider: 'KEYCLOAK' });
    expect(await discover()).toMatchObject({ connection: `${domain}.keycloak`, enforced: false });
    await moveSso(owner, 'enforceSso', okta.id);
    expect(await discover()).toMatchObject({
      connection: `${domain}.okta`,
      enforced: true,
      loginUrl: expect.stringMatching(`^/api/auth/login/${domain}.okta`),
    });
    await moveSso(owner, 'disableSso', okta.id);
    expect(await discover()).toMatchObject({ connection: `${domain}.keycloak`, enforced: false });
  });

  it('deletes a connection, which is then no more', async () => {
    const { id } = await configure();
    const requestId = randomUUID();
    await moveSso(owner, 'deleteSso', id, requestId);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'ssoConnection.deleted',
        before: expect.objectContaining({ key: `${domain}.okta` }),
        after: null,
      }),
    ]);
    await expect(moveSso(owner, 'activateSso', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('shows an organization its connections, by key', async () => {
    const [one, two] = [await configure({ provider: 'KEYCLOAK' }), await configure({ provider: 'GITLAB' })];
    const { data } = await owner.browser.graphql<{ organization: { ssoConnections: ConnectionAnswer[] } }>(
      `query ($id: ID!) { organization(id: $id) { ssoConnections { ${connectionFields} } } }`,
      { id: organizationId },
    );
    const mine = data?.organization.ssoConnections.filter((connection) => connection.domain.name === domain);
    expect(mine).toEqual([two, one]);
  });

  describe('asks the issuer who it is, and keeps nothing', () => {
    it('when nobody answers', async () => {
      const gone = await startHostileProvider(client);
      await gone.stop();
      const reachable = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
      const person = await createPerson(reachable);
      const { id } = await createOrganization(person);
      const input = {
        domainId: await verifiedDomain(reachable, id, 'acme.test'),
        provider: 'OKTA',
        issuer: gone.issuer,
        ...client,
      };
      await expect(configureSso(person, input)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
      await reachable.stop();
    });

    it.each(['not JSON', 'broken JSON', 'server error', 'silent', 'ten megabytes', 'gzip bomb'] as const)(
      'when the answer is %s',
      async (fault) => {
        provider.misbehave({ discovery: { fault } });
        const started = performance.now();
        expect(await refusalOf({})).toMatchObject({ code: 'ISSUER_UNREACHABLE', host: `127.0.0.1:${provider.port}` });
        expect(performance.now() - started).toBeLessThan(5_000);
      },
    );

    it.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const)(
      'when the answer lacks its %s',
      async (member) => {
        provider.misbehave({ discovery: { without: [member] } });
        expect(await refusalOf({})).toMatchObject({
          code: 'ISSUER_UNREACHABLE',
          message: expect.stringMatching(member),
        });
      },
    );

    it('when it can sign with nothing that its keys would prove', async () => {
      provider.misbehave({ discovery: { members: { id_token_signing_alg_values_supported: ['none', 'HS256'] } } });
      expect(await refusalOf({})).toMatchObject({
        code: 'ISSUER_UNREACHABLE',
        message: expect.stringMatching('signature'),
      });
    });

    const otherNames: [string, (issuer: string) => string][] = [
      ['a slash more', (issuer) => `${issuer}/`],
      ['another case', (issuer) => issuer.replace('http', 'HTTP')],
      ['another scheme', (issuer) => issuer.replace('http:', 'https:')],
      ['another host', () => 'https://evil.test'],
    ];
    it.each(otherNames)('when it calls itself by %s, and says how', async (_name, nameOf) => {
      const found = nameOf(provider.issuer);
      provider.misbehave({ discovery: { members: { issuer: found } } });
      expect(await refusalOf({})).toMatchObject({
        code: 'ISSUER_MISMATCH',
        expected: provider.issuer,
        found,
        message: `The identity provider calls itself "${found}", and the issuer that was given is "${provider.issuer}". They must be the same to the letter.`,
      });
    });

    it('when the issuer was typed with a slash more', async () => {
      expect(await refusalOf({ issuer: `${provider.issuer}/` })).toMatchObject({
        code: 'ISSUER_MISMATCH',
        found: provider.issuer,
      });
    });

    it.each(['https://10.0.0.1', 'http://login.example.com', 'https://localhost:8443'])(
      'when it may not be called: %s',
      async (issuer) => {
        expect(await refusalOf({ issuer })).toMatchObject({ code: 'ISSUER_NOT_ALLOWED' });
      },
    );
  });

  describe('refuses', () => {
    it.each(['PENDING', 'FAILING', 'LAPSED'])('a domain that is %s', async (status) => {
      await app.database.query('update domains set status = $1 where id = $2', [status, domainId]);
      expect(await refusalOf({})).toMatchObject({ code: 'DOMAIN_NOT_VERIFIED' });
      expect(provider.requests).toEqual([]);
    });

    it('to activate or enforce on a domain that is the organization’s no more', async () => {
      const { id } = await configure();
      await app.database.query(`update domains set status = 'LAPSED' where id = $1`, [domainId]);
      await expect(moveSso(owner, 'enforceSso', id)).rejects.toMatchObject({ code: 'DOMAIN_NOT_VERIFIED' });
      expect(await discover()).toMatchObject({ next: 'password' });
      await moveSso(owner, 'disableSso', id);
      await expect(moveSso(owner, 'activateSso', id)).rejects.toMatchObject({ code: 'DOMAIN_NOT_VERIFIED' });
    });

    it('to give up a domain that has a connection', async () => {
      const { id } = await configure();
      const remove = () =>
        owner.browser.graphql(
          'mutation ($input: RemoveDomainInput!) { removeDomain(input: $input) { domain { name } } }',
          {
            input: { domainId },
          },
        );
      expect((await remove()).errors[0]?.extensions.code).toBe('PRECONDITION_FAILED');
      await moveSso(owner, 'deleteSso', id);
      expect((await remove()).data).toEqual({ removeDomain: { domain: { name: domain } } });
    });

    const mistakes: [string, object, string][] = [
      ['no issuer', { issuer: null }, 'issuer'],
      ['no directory', { provider: 'AZURE_AD', issuer: null }, 'tenantId'],
      ['any directory', { provider: 'AZURE_AD', issuer: null, tenantId: 'common' }, 'tenantId'],
      ['an issuer of GitHub', { provider: 'GITHUB' }, 'issuer'],
      ['no address of GitHub Enterprise', { provider: 'GITHUB_ENTERPRISE', issuer: null }, 'baseUrl'],
      ['GitHub as a public client', { provider: 'GITHUB', issuer: null, clientSecret: null }, 'clientSecret'],
      [
        'GitHub by HTTP Basic',
        { provider: 'GITHUB', issuer: null, clientAuthMethod: 'CLIENT_SECRET_BASIC' },
        'clientAuthMethod',
      ],
      ['signing out at GitHub', { provider: 'GITHUB', issuer: null, signOutAtProvider: true }, 'signOutAtProvider'],
      [
        'GitHub Enterprise with a query',
        { provider: 'GITHUB_ENTERPRISE', issuer: null, baseUrl: 'https://github.acme.test/?a=b' },
        'baseUrl',
      ],
      ['no client', { clientId: null }, 'clientId'],
      ['no URL', { issuer: 'okta' }, 'issuer'],
      ['a query in the issuer', { issuer: 'https://login.example.com/?tenant=1' }, 'issuer'],
      ['a fragment in the issuer', { issuer: 'https://login.example.com/#' }, 'issuer'],
      ['no PKCE without a secret', { clientSecret: null, pkce: false }, 'pkce'],
      ['an empty secret', { clientSecret: '' }, 'clientSecret'],
      ['a secret that is not to be used', { clientAuthMethod: 'NONE' }, 'clientAuthMethod'],
      [
        'no secret where it is to be used',
        { clientSecret: null, clientAuthMethod: 'CLIENT_SECRET_POST' },
        'clientSecret',
      ],
      ['a scope of two words', { scopes: ['email profile'] }, 'scopes'],
    ];
    it.each(mistakes)('%s', async (_name, input, field) => {
      expect(await refusalOf(input)).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ field }] });
    });

    it('a plan that has no single sign-on, and names those that do', async () => {
      await app.database.query(`update organizations set plan = 'pro' where id = $1`, [organizationId]);
      const refused = await refusalOf({});
      await app.database.query(`update organizations set plan = 'self-hosted' where id = $1`, [organizationId]);
      expect(refused).toMatchObject({
        code: 'ENTITLEMENT_REQUIRED',
        plan: 'pro',
        plans: expect.arrayContaining(['enterprise']),
      });
    });

    it('who may not manage single sign-on, and leaves an entry', async () => {
      const member = await createPerson(app);
      await addMember(app, organizationId, member, 'MEMBER');
      await exceptFromSso(app, organizationId);
      const requestId = randomUUID();
      const { id } = await configure();
      await expect(moveSso(member, 'disableSso', id, requestId)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await trailOfRequest(app, requestId)).toEqual([
        expect.objectContaining({ action: 'operation.refused', outcome: 'REFUSED', actor_id: member.id }),
      ]);
    });

    it('a stranger in the words used for what never existed', async () => {
      const stranger = await createPerson(app);
      const { id } = await configure();
      const input = { domainId, provider: 'OKTA', issuer: provider.issuer, ...client };
      const words = async (call: Promise<unknown>) =>
        call.then(
          () => 'done',
          (error: unknown) => [(error as ApiError).code, (error as ApiError).message],
        );
      const [foreign, missing] = [
        await words(configureSso(stranger, input)),
        await words(configureSso(stranger, { ...input, domainId: 'none' })),
      ];
      expect(foreign).toEqual(['NOT_FOUND', 'There is no such thing, or you may not see it.']);
      expect(missing).toEqual(foreign);
      for (const move of ['activateSso', 'enforceSso', 'disableSso', 'deleteSso'] as const) {
        expect(await words(moveSso(stranger, move, id))).toEqual(foreign);
        expect(await words(moveSso(stranger, move, 'none'))).toEqual(foreign);
      }
    });
  });

  it('is done by a program alone, once however often it is repeated', async () => {
    const input = { domainId, provider: 'OKTA', issuer: provider.issuer, ...client, idempotencyKey: randomUUID() };
    const [first, second] = [
      await app.admin().graphql(configureMutation, { input }),
      await app.admin().graphql(configureMutation, { input }),
    ];
    expect(first.errors).toEqual([]);
    expect(second.data).toEqual(first.data);
    expect(provider.requests).toHaveLength(1);
    const { rows } = await app.database.query('select result from idempotency_keys where key = $1', [
      input.idempotencyKey,
    ]);
    expect(JSON.stringify(rows)).not.toMatch(client.clientSecret);
  });

  it('takes a public client, and proves it by PKCE alone', async () => {
    expect(await configure({ clientSecret: null })).toMatchObject({
      hasClientSecret: false,
      clientAuthMethod: 'NONE',
      pkce: true,
    });
  });

  it('proves itself as the provider offers, unless it is told how', async () => {
    provider.misbehave({ discovery: { members: { token_endpoint_auth_methods_supported: ['client_secret_post'] } } });
    expect(await configure({ provider: 'OKTA' })).toMatchObject({ clientAuthMethod: 'CLIENT_SECRET_POST' });
    provider.reset();
    expect(await configure({ provider: 'CUSTOM' })).toMatchObject({ clientAuthMethod: 'CLIENT_SECRET_BASIC' });
    const told = { provider: 'GITLAB', clientAuthMethod: 'CLIENT_SECRET_POST' };
    expect(await configure(told)).toMatchObject({ clientAuthMethod: 'CLIENT_SECRET_POST' });
  });
});
