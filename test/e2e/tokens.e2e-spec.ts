import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import { createClient, type HttpAnswer, type HttpClient } from '../support/servers/http-client.js';
import { actionsOf, trailOfRequest } from '../support/trail.js';

const PATH = '/api/auth/token';
const minutes = (count: number): number => count * 60;

describe('a token', () => {
  let app: TestApp;
  /** Another process on the same database. */
  let neighbour: TestApp;
  let owner: Person;
  let organizationId: string;
  let projectId: string;
  let key: CreatedKey;

  beforeAll(async () => {
    app = await startTestApp();
    neighbour = await startTestApp({
      DATABASE_URL: app.databaseUrl,
      ROOT_URL: app.url,
      ENCRYPTION_KEY: app.encryptionKey,
    });
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    projectId = (await createProject(owner.browser, organizationId)).id;
    key = await createApiKey(owner.browser, { projectId, permissions: ['traces.read', 'traces.create'] });
  });
  afterAll(async () => {
    await neighbour.stop();
    await app.stop();
  });

  const ask = (client: HttpClient, body: object = {}, headers = {}) => client.postJson(PATH, body, { headers });
  const tokenIn = (answer: HttpAnswer): string => {
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json<{ token: string }>().token;
  };
  const program = (secret: string, at = app) => createClient(at.url, { bearer: secret });

  /** As a data service does that knows nothing but the address of the keys. */
  function service(at = app, audience = at.url) {
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', at.url), { cooldownDuration: 0 });
    const options = { issuer: app.url, audience, algorithms: ['EdDSA'], typ: 'at+jwt' };
    return {
      keys,
      verify: async (token: string): Promise<JWTPayload> => (await jwtVerify(token, keys, options)).payload,
    };
  }

  describe('for a person', () => {
    it('tells a service that knows nothing but the published keys who it is', async () => {
      const answer = await ask(owner.browser);
      const { sub, iat = 0, exp = 0, jti, ...rest } = await service().verify(tokenIn(answer));
      expect([sub, exp - iat]).toEqual([owner.id, minutes(5)]);
      expect(jti).toMatch(/^[\w-]{36}$/);
      expect(rest).toEqual({
        iss: app.url,
        aud: app.url,
        kind: 'user',
        sid: await sessionOf(owner),
        method: 'password',
        auth_time: expect.any(Number),
      });
      expect(new Date(answer.json<{ expiresAt: string }>().expiresAt).getTime()).toBeCloseTo(exp * 1000, -4);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(decodeProtectedHeader(tokenIn(answer))).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: expect.any(String) });
    });

    it('needs no body at all', async () => {
      const answer = await owner.browser.request('POST', PATH);
      expect((await service().verify(tokenIn(answer))).sub).toBe(owner.id);
    });

    it('tells what they may do in an organization, and in a project where their role is another', async () => {
      const member = await createPerson(app);
      await addMember(app, organizationId, member, 'VIEWER');
      expect(decodeJwt(tokenIn(await ask(member.browser, { organizationId })))).toMatchObject({
        organization: organizationId,
        role: 'VIEWER',
        permissions: ['organization.read'],
      });
      await app.database.query(
        `insert into project_roles (project_id, organization_id, user_id, role) values ($1, $2, $3, 'MEMBER')`,
        [projectId, organizationId, member.id],
      );
      for (const asked of [{ projectId }, { projectId, organizationId }]) {
        const claims = decodeJwt(tokenIn(await ask(member.browser, asked)));
        expect(claims).toMatchObject({ organization: organizationId, project: projectId, role: 'MEMBER' });
        expect(claims.permissions).toEqual(expect.arrayContaining(['traces.create', 'traces.read']));
        expect(claims.permissions).not.toContain('project.update');
      }
    });

    it('is for the audience that they name, and for no other', async () => {
      const token = tokenIn(await ask(owner.browser, { audience: 'https://traces.example.test' }));
      expect((await service(app, 'https://traces.example.test').verify(token)).aud).toBe('https://traces.example.test');
      await expect(service().verify(token)).rejects.toThrow('unexpected "aud" claim value');
    });

    it('does not outlive the session', async () => {
      const guest = await createPerson(app);
      await app.database.query(`update sessions set expires_at = now() + interval '1 minute' where user_id = $1`, [
        guest.id,
      ]);
      const { iat = 0, exp = 0 } = decodeJwt(tokenIn(await ask(guest.browser)));
      expect(exp - iat).toBeGreaterThan(55);
      expect(exp - iat).toBeLessThanOrEqual(60);
    });

    it('obeys the organization’s security policy', async () => {
      const strict = await createOrganization(owner);
      await app.database.query(
        'insert into security_policies (organization_id, second_factor_required) values ($1, true)',
        [strict.id],
      );
      const answer = await ask(owner.browser, { organizationId: strict.id });
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'SECOND_FACTOR_REQUIRED']);
      expect((await ask(owner.browser)).status).toBe(200);
    });
  });

  describe('for an API key', () => {
    it('tells the organization, the project and the permissions of the key', async () => {
      for (const asked of [{}, { projectId }, { organizationId }, { organizationId, projectId }]) {
        const claims = await service().verify(tokenIn(await ask(program(key.secretKey), asked)));
        expect(claims).toMatchObject({
          sub: key.apiKey.id,
          kind: 'apiKey',
          client_id: key.publicKey,
          organization: organizationId,
          project: projectId,
          permissions: ['traces.create', 'traces.read'],
        });
        expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(['sid']));
      }
    });

    it('of an organization speaks of the organization, or of the project that is named', async () => {
      const wide = await createApiKey(owner.browser, { organizationId, permissions: ['traces.read'] });
      const claims = decodeJwt(tokenIn(await ask(program(wide.secretKey))));
      expect([claims.organization, claims.project]).toEqual([organizationId, undefined]);
      expect(decodeJwt(tokenIn(await ask(program(wide.secretKey), { projectId }))).project).toBe(projectId);
    });

    it('does not outlive the key', async () => {
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      const brief = await createApiKey(owner.browser, { projectId, expiresAt });
      const { exp = 0 } = decodeJwt(tokenIn(await ask(program(brief.secretKey))));
      expect(exp * 1000).toBeLessThanOrEqual(Date.parse(expiresAt));
    });
  });

  describe('is refused', () => {
    it('to nobody, to a wrong key, and to ADMIN_API_KEY', async () => {
      expect((await ask(app.browser())).status).toBe(401);
      expect((await ask(program('sk-gh-wrong'))).status).toBe(401);
      expect((await ask(app.admin())).status).toBe(403);
    });

    it('for what is another’s in the words for what never was, with one entry on the instance’s trail', async () => {
      const stranger = await createPerson(app);
      const foreign = await createOrganization(stranger);
      const foreignProject = await createProject(stranger.browser, foreign.id);
      const wordsFor = async (client: HttpClient, asked: object) => {
        const requestId = randomUUID();
        const answer = await ask(client, asked, { 'x-request-id': requestId });
        expect(await trailOfRequest(app, requestId)).toEqual([
          expect.objectContaining({ action: 'operation.refused', resource_id: `POST ${PATH}` }),
        ]);
        return { status: answer.status, ...answer.json<object>(), requestId: '' };
      };
      for (const client of [owner.browser, program(key.secretKey)]) {
        const missing = await wordsFor(client, { projectId: randomUUID() });
        expect(missing.status).toBe(404);
        for (const asked of [
          { organizationId: foreign.id },
          { organizationId: randomUUID() },
          { projectId: foreignProject.id },
          { organizationId, projectId: foreignProject.id },
          { organizationId: foreign.id, projectId },
        ]) {
          expect(await wordsFor(client, asked)).toEqual(missing);
        }
      }
    });

    it('for a body that is not as it should be', async () => {
      for (const body of [
        { audience: 'with space' },
        { audience: '' },
        { organizationId: 7 },
        { project: projectId },
      ]) {
        expect((await ask(owner.browser, body)).status).toBe(400);
      }
    });
  });

  describe('is signed with a key that', () => {
    it('every process publishes, for a minute, and takes as its own', async () => {
      const answer = await neighbour.browser({ origin: null }).get('/.well-known/jwks.json');
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'application/jwk-set+json',
        'cache-control': 'public, max-age=60',
      });
      const [only, ...others] = answer.json<{ keys: Record<string, string>[] }>().keys;
      expect(others).toEqual([]);
      expect(only).toEqual({
        kty: 'OKP',
        crv: 'Ed25519',
        x: expect.stringMatching(/^[\w-]{43}$/),
        kid: expect.stringMatching(/^[\w-]{43}$/),
        alg: 'EdDSA',
        use: 'sig',
      });
      const token = tokenIn(await ask(program(key.secretKey, neighbour)));
      expect((await service().verify(token)).sub).toBe(key.apiKey.id);
      expect((await app.browser().postJson('/.well-known/jwks.json', {})).status).toBe(405);
    });

    it('is made once, however many processes need it at once', async () => {
      await app.database.query('delete from signing_keys');
      await pause(1_100);
      const tokens = await Promise.all(
        [app, neighbour, app, neighbour].map(async (at) => tokenIn(await ask(program(key.secretKey, at)))),
      );
      expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size).toBe(1);
    });

    it('is stored encrypted', async () => {
      const { rows } = await app.database.query<{ private_key: string }>('select private_key from signing_keys');
      expect(rows.map(({ private_key }) => private_key)).toEqual([expect.stringMatching(/^v1\.[0-9a-f]{8}\./)]);
    });

    it('is rotated by age with no token that fails: published first, then signing, and gone when nothing of it is left', async () => {
      const verifier = service(neighbour, app.url);
      const token = async () => tokenIn(await ask(program(key.secretKey)));
      const kid = (of: string) => decodeProtectedHeader(of).kid!;
      const published = async () => {
        const answer = await neighbour.browser().get('/.well-known/jwks.json');
        return answer.json<{ keys: { kid: string }[] }>().keys.map((published) => published.kid);
      };
      const old = await token();
      await verifier.verify(old);

      // Two clocks of the database's rows are turned back: thirty days less a day after the first began to sign.
      await age('29 days');
      await published();
      const during = await token();
      expect(kid(during)).toBe(kid(old));
      const both = await published();
      expect(both).toHaveLength(2);
      await verifier.verify(during);

      await age('1 day');
      const next = await token();
      expect(kid(next)).not.toBe(kid(old));
      expect(both).toContain(kid(next));
      await verifier.verify(next);
      await verifier.verify(during);

      await age('9 minutes');
      expect(await published()).toHaveLength(2);
      await age('1 minute');
      await published();
      expect(await published()).toEqual([kid(next)]);
      expect((await verifier.verify(await token())).sub).toBe(key.apiKey.id);
      expect((await actionsOf(app, 'instance')).filter((action) => action === 'signingKey.rotated').length).toBe(3);
    });

    it('an instance administrator replaces: published at once, and signing when all have it', async () => {
      const before = tokenIn(await ask(program(key.secretKey)));
      const made = await rotate({});
      expect(Date.parse(made.signsFrom) - Date.now()).toBeGreaterThan(85_000);
      await pause(1_100);
      const after = tokenIn(await ask(program(key.secretKey)));
      expect(decodeProtectedHeader(after).kid).toBe(decodeProtectedHeader(before).kid);
      await age('90 seconds');
      const next = tokenIn(await ask(program(key.secretKey)));
      expect(decodeProtectedHeader(next).kid).toBe(made.id);
      const verifier = service(neighbour, app.url);
      for (const token of [before, after, next]) await verifier.verify(token);
    });

    it('is withdrawn at once with all its tokens when it is compromised', async () => {
      const before = tokenIn(await ask(program(key.secretKey)));
      const made = await rotate({ compromised: true });
      await pause(1_100);
      const after = tokenIn(await ask(program(key.secretKey)));
      expect(decodeProtectedHeader(after).kid).toBe(made.id);
      await service(neighbour, app.url).verify(after);
      await expect(service(neighbour, app.url).verify(before)).rejects.toThrow('no applicable key found');
    });

    async function rotate(input: object): Promise<{ id: string; signsFrom: string }> {
      const answer = await app
        .admin()
        .graphql<{ rotateSigningKey: { signingKey: { id: string; signsFrom: string } } }>(
          'mutation ($input: RotateSigningKeyInput!) { rotateSigningKey(input: $input) { signingKey { id signsFrom } } }',
          { input },
        );
      return dataOf(answer).rotateSigningKey.signingKey;
    }

    /** Makes every key so much older, and waits until no process remembers it as it was. */
    async function age(by: string): Promise<void> {
      await app.database.query('update signing_keys set signs_from = signs_from - $1::interval', [by]);
      await pause(1_100);
    }
  });

  async function sessionOf({ id }: Person): Promise<string> {
    const { rows } = await app.database.query<{ id: string }>('select id from sessions where user_id = $1', [id]);
    return rows[0]!.id;
  }
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
