import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Jobs } from '../../src/platform/jobs/jobs.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { openInvitation } from '../support/accounts.js';
import { changeRole } from '../support/members.js';
import { createApiKey, dataOf } from '../support/projects.js';
import { createClient, type HttpClient } from '../support/servers/http-client.js';
import { verifiedDomain, whoIs } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const password = 'correct horse battery';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0';
const minutesUntil = (date: Date | undefined): number => Math.round(((date?.getTime() ?? 0) - Date.now()) / 60_000);

interface Listed {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly device: string;
  readonly address: string;
  readonly network: string;
  readonly method: string;
  readonly connection: string | null;
  readonly secondFactor: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string;
}

const list = `{ viewer { sessions(first: 100) { totalCount nodes {
  id isCurrent device address network method connection secondFactor createdAt lastSeenAt } } } }`;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ TRUST_PROXY: '127.0.0.1', AUTH_SESSION_MAX_AGE: '600', AUTH_SESSION_IDLE_TIMEOUT: '60' });
});
afterAll(() => app.stop());

async function signUp(
  email = `${randomUUID()}@example.test`,
): Promise<{ email: string; id: string; browser: HttpClient }> {
  const browser = app.browser();
  const answer = await browser.postJson('/api/auth/signup', { email, name: 'Ada', password });
  return { email, id: answer.json<{ user: { id: string } }>().user.id, browser };
}

async function signIn(email: string, headers: Record<string, string> = {}): Promise<HttpClient> {
  const browser = app.browser();
  const answer = await browser.postJson('/api/auth/login', { email, password }, { headers });
  if (answer.status !== 200) throw new Error(answer.text);
  return browser;
}

const sessionsOf = async (browser: HttpClient): Promise<readonly Listed[]> =>
  dataOf(await browser.graphql<{ viewer: { sessions: { nodes: Listed[] } } }>(list)).viewer.sessions.nodes;

const currentOf = async (browser: HttpClient): Promise<Listed> =>
  (await sessionsOf(browser)).find(({ isCurrent }) => isCurrent)!;

/** @returns the code of the refusal, or null */
async function revoke(by: HttpClient, name: string, input: object, requestId: string = randomUUID()) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const selection = name === 'revokeSession' ? '{ session { id } }' : '{ revokedCount }';
  const answer = await by.graphql<Record<string, { revokedCount: number }>>(
    `mutation ($input: ${type}!) { ${name}(input: $input) ${selection} }`,
    { input },
    { headers: { 'x-request-id': requestId } },
  );
  return { code: answer.errors[0]?.extensions.code ?? null, count: answer.data?.[name]?.revokedCount ?? null };
}

describe('a person', () => {
  it('sees where they are signed in: the device, the network, how, when, and which one they are in', async () => {
    const { email, browser } = await signUp();
    const other = await signIn(email, { 'user-agent': firefox, 'x-forwarded-for': '192.0.2.7' });
    const [latest, first] = await sessionsOf(browser);
    expect([latest?.isCurrent, first?.isCurrent]).toEqual([false, true]);
    expect((await sessionsOf(other)).map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
    expect(latest).toEqual({
      id: (await currentOf(other)).id,
      isCurrent: false,
      device: 'Firefox on Linux',
      address: '192.0.2.7',
      network: '192.0.2.0/24',
      method: 'password',
      connection: null,
      secondFactor: null,
      createdAt: expect.stringMatching(/Z$/),
      lastSeenAt: expect.stringMatching(/Z$/),
    });
    expect([first?.device, first?.network]).toEqual(['node', '127.0.0.0/24']);
  });

  it('sees nothing of sessions that are over, nor of anybody else’s; a key has none', async () => {
    const { email, browser } = await signUp();
    const over = await currentOf(await signIn(email));
    await app.database.query('update sessions set idle_expires_at = now() where id = $1', [over.id]);
    await signUp();
    expect((await sessionsOf(browser)).map(({ isCurrent }) => isCurrent)).toEqual([true]);
    expect(await sessionsOf(app.admin())).toEqual([]);
  });

  it('pages through many', async () => {
    const { email, browser } = await signUp();
    for (let count = 0; count < 2; count += 1) await signIn(email);
    const query =
      'query ($after: String) { viewer { sessions(first: 2, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }';
    interface Page {
      viewer: { sessions: { totalCount: number; nodes: { id: string }[]; pageInfo: { endCursor: string } } };
    }
    const first = dataOf(await browser.graphql<Page>(query)).viewer.sessions;
    const second = dataOf(await browser.graphql<Page>(query, { after: first.pageInfo.endCursor })).viewer.sessions;
    expect([first.totalCount, first.nodes.length, second.nodes.length]).toEqual([3, 2, 1]);
  });

  it('ends one, which is dead at the next request, and on the trail', async () => {
    const { email, id, browser } = await signUp();
    const thief = await signIn(email);
    const { id: sessionId } = await currentOf(thief);
    const requestId = randomUUID();
    expect((await revoke(browser, 'revokeSession', { sessionId }, requestId)).code).toBeNull();
    expect([await whoIs(thief), await whoIs(browser)]).toEqual([null, email]);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'session.revoked',
        actor_id: id,
        resource_id: sessionId,
        after: { userId: id },
      }),
    ]);
    expect((await revoke(browser, 'revokeSession', { sessionId })).code).toBe('NOT_FOUND');
  });

  it('ends all others, or all', async () => {
    const { email, id, browser } = await signUp();
    const others = [await signIn(email), await signIn(email)];
    const requestId = randomUUID();
    const { id: keptSessionId } = await currentOf(browser);
    expect(await revoke(browser, 'revokeOtherSessions', {}, requestId)).toEqual({ code: null, count: 2 });
    expect(await Promise.all([browser, ...others].map(whoIs))).toEqual([email, null, null]);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'user.sessionsRevoked',
        resource_id: id,
        after: { sessions: 2, keptSessionId },
      }),
    ]);
    await signIn(email);
    expect(await revoke(browser, 'revokeAllSessions', { userId: id })).toEqual({ code: null, count: 2 });
    expect(await whoIs(browser)).toBeNull();
  });
});

describe('sessions of somebody else', () => {
  it('are ended by an instance administrator', async () => {
    const { id, browser } = await signUp();
    const { id: sessionId } = await currentOf(browser);
    expect((await revoke(app.admin(), 'revokeSession', { sessionId })).code).toBeNull();
    expect(await whoIs(browser)).toBeNull();
    expect((await revoke(app.admin(), 'revokeAllSessions', { userId: id })).count).toBe(0);
  });

  it('are none of a stranger’s business, in the words for what never was', async () => {
    const [{ id, browser }, mallory] = [await signUp(), await createPerson(app)];
    const { id: sessionId } = await currentOf(browser);
    expect((await revoke(mallory.browser, 'revokeSession', { sessionId })).code).toBe('NOT_FOUND');
    expect((await revoke(mallory.browser, 'revokeSession', { sessionId: randomUUID() })).code).toBe('NOT_FOUND');
    expect((await revoke(mallory.browser, 'revokeAllSessions', { userId: id })).code).toBe('NOT_FOUND');
    expect(await whoIs(browser)).not.toBeNull();
  });

  describe('in an organization', () => {
    let owner: Person;
    let admin: Person;
    let organizationId: string;
    let domain: string;

    beforeAll(async () => {
      [owner, admin] = [await createPerson(app), await createPerson(app)];
      organizationId = (await createOrganization(owner)).id;
      domain = `${randomUUID().slice(0, 8)}.test`;
      await verifiedDomain(app, organizationId, domain);
      await addMember(app, organizationId, admin, 'ADMIN');
    });

    async function employee(role: 'OWNER' | 'MEMBER' | null): Promise<Person> {
      const person = await createPerson(app, `${randomUUID().slice(0, 8)}@${domain}`);
      if (role) await addMember(app, organizationId, person, role);
      return person;
    }

    it('whose verified domain their address lies in are ended by those who manage its members, on its trail', async () => {
      const person = await employee('MEMBER');
      const { id: sessionId } = await currentOf(person.browser);
      const requestId = randomUUID();
      expect((await revoke(admin.browser, 'revokeSession', { sessionId }, requestId)).code).toBeNull();
      expect(await whoIs(person.browser)).toBeNull();
      const { rows } = await app.database.query('select chain_id, action from audit_events where request_id = $1', [
        requestId,
      ]);
      expect(rows).toEqual([{ chain_id: organizationId, action: 'session.revoked' }]);
    });

    it('are not, where the address is of another domain: the person works elsewhere too', async () => {
      const guest = await createPerson(app);
      await addMember(app, organizationId, guest, 'MEMBER');
      const { id: sessionId } = await currentOf(guest.browser);
      expect((await revoke(owner.browser, 'revokeSession', { sessionId })).code).toBe('NOT_FOUND');
      expect((await revoke(owner.browser, 'revokeAllSessions', { userId: guest.id })).code).toBe('NOT_FOUND');
    });

    it('are not, where the person is no member, the caller manages no members, or has come in with too little', async () => {
      const [outsider, member, colleague] = [await employee(null), await employee('MEMBER'), await employee('MEMBER')];
      expect((await revoke(owner.browser, 'revokeAllSessions', { userId: outsider.id })).code).toBe('NOT_FOUND');
      expect((await revoke(member.browser, 'revokeAllSessions', { userId: colleague.id })).code).toBe('NOT_FOUND');
      const policy = 'insert into security_policies (organization_id, second_factor_required) values ($1, true)';
      await app.database.query(policy, [organizationId]);
      expect((await revoke(admin.browser, 'revokeAllSessions', { userId: colleague.id })).code).toBe(
        'SECOND_FACTOR_REQUIRED',
      );
      await app.database.query('delete from security_policies where organization_id = $1', [organizationId]);
    });

    it('are not, where the person is above the caller, or the caller is a key that may do less than they', async () => {
      const key = await createApiKey(owner.browser, { organizationId, permissions: ['members.manage'] });
      const program = createClient(app.url, { bearer: key.secretKey });
      const member = await employee('MEMBER');
      expect((await revoke(program, 'revokeAllSessions', { userId: member.id })).code).toBe('CANNOT_GRANT');
      const boss = await employee('OWNER');
      expect((await revoke(admin.browser, 'revokeAllSessions', { userId: boss.id })).code).toBe('CANNOT_GRANT');
      expect((await revoke(owner.browser, 'revokeAllSessions', { userId: boss.id })).count).toBe(1);
    });
  });
});

describe('the limits of a session', () => {
  async function limitsOf(browser: HttpClient): Promise<{ idle: number; idleEnd: number; end: number }> {
    const { rows } = await app.database.query<{ idle_minutes: number; idle_expires_at: Date; expires_at: Date }>(
      'select idle_minutes, idle_expires_at, expires_at from sessions where token_digest = sha256($1::text::bytea)',
      [browser.cookies.get('gatehouse')?.value],
    );
    const [row] = rows;
    return {
      idle: row?.idle_minutes ?? 0,
      idleEnd: minutesUntil(row?.idle_expires_at),
      end: minutesUntil(row?.expires_at),
    };
  }

  async function setPolicy(owner: Person, organizationId: string, change: object): Promise<void> {
    const query =
      'mutation ($input: UpdateSecurityPolicyInput!) { updateSecurityPolicy(input: $input) { securityPolicy { sessionIdleMinutes } } }';
    dataOf(await owner.browser.graphql(query, { input: { organizationId, ...change } }));
  }

  async function organizationWith(change: object): Promise<{ owner: Person; id: string }> {
    const owner = await createPerson(app);
    const { id } = await createOrganization(owner);
    await setPolicy(owner, id, change);
    return { owner, id };
  }

  const instance = { idle: 60, idleEnd: 60, end: 600 };

  it('are the instance’s, or those of the strictest organization, never longer ones', async () => {
    const person = await signUp();
    expect(await limitsOf(person.browser)).toEqual(instance);
    const shortIdle = await organizationWith({ sessionIdleMinutes: 15, sessionMaxAgeMinutes: 10_000 });
    const shortLife = await organizationWith({ sessionIdleMinutes: 30, sessionMaxAgeMinutes: 120 });
    for (const { id } of [shortIdle, shortLife]) await addMember(app, id, person, 'MEMBER');
    const browser = await signIn(person.email);
    expect(await limitsOf(browser)).toEqual({ idle: 15, idleEnd: 15, end: 120 });
  });

  it('shorten with the policy, in its commit, for sessions that are open; and do not lengthen again', async () => {
    const { owner, id } = await organizationWith({});
    const [person, stranger] = [await signUp(), await signUp()];
    await addMember(app, id, person, 'MEMBER');
    await setPolicy(owner, id, { sessionIdleMinutes: 20, sessionMaxAgeMinutes: 200 });
    expect(await limitsOf(person.browser)).toEqual({ idle: 20, idleEnd: 20, end: 200 });
    expect(await limitsOf(stranger.browser)).toEqual(instance);
    await setPolicy(owner, id, { sessionIdleMinutes: null, sessionMaxAgeMinutes: 500 });
    expect(await limitsOf(person.browser)).toEqual({ idle: 20, idleEnd: 20, end: 200 });
    expect(await limitsOf(await signIn(person.email))).toEqual({ idle: 60, idleEnd: 60, end: 500 });
  });

  it('end a session at once that is already older than the policy allows', async () => {
    const { owner, id } = await organizationWith({});
    const person = await signUp();
    await addMember(app, id, person, 'MEMBER');
    await app.database.query(`update sessions set created_at = now() - interval '2 hours' where user_id = $1`, [
      person.id,
    ]);
    await setPolicy(owner, id, { sessionMaxAgeMinutes: 60 });
    expect(await whoIs(person.browser)).toBeNull();
  });

  it('shorten when the person joins a stricter organization', async () => {
    const { owner, id } = await organizationWith({ sessionIdleMinutes: 10, sessionMaxAgeMinutes: 100 });
    const person = await signUp();
    const token = await openInvitation(app, owner, id, person.email);
    const accept =
      'mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { organization { id } } }';
    await app.database.query('update users set email_verified_at = now() where id = $1', [person.id]);
    dataOf(await person.browser.graphql(accept, { input: { token } }));
    expect(await limitsOf(person.browser)).toEqual({ idle: 10, idleEnd: 10, end: 100 });
  });

  it('are put off by use for as long as the session’s own limit says', async () => {
    const person = await signUp();
    await app.database.query(
      `update sessions set idle_minutes = 7, last_seen_at = now() - interval '6 minutes', idle_expires_at = now() + interval '1 minute' where user_id = $1`,
      [person.id],
    );
    expect(await whoIs(person.browser)).toBe(person.email);
    expect(await limitsOf(person.browser)).toEqual({ idle: 7, idleEnd: 7, end: 600 });
  });

  it('reached, have the session swept by the clock', async () => {
    const [gone, idle, here] = [await signUp(), await signUp(), await signUp()];
    await app.database.query(`update sessions set expires_at = now() - interval '1 second' where user_id = $1`, [
      gone.id,
    ]);
    await app.database.query(`update sessions set idle_expires_at = now() - interval '1 second' where user_id = $1`, [
      idle.id,
    ]);
    await app.nest.get(Jobs, { strict: false }).tasks.get('sessions.sweep')?.(null);
    const { rows } = await app.database.query<{ user_id: string }>(
      'select user_id from sessions where user_id = any($1)',
      [[gone.id, idle.id, here.id]],
    );
    expect(rows.map(({ user_id }) => user_id)).toEqual([here.id]);
  });
});

describe('122: a role that changes', () => {
  it('counts at the next request of the session that is open', async () => {
    const [owner, person] = [await createPerson(app), await createPerson(app)];
    const { id } = await createOrganization(owner);
    await addMember(app, id, person, 'ADMIN');
    const rename = async () =>
      (
        await person.browser.graphql(
          'mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }',
          { input: { organizationId: id, name: 'By an administrator' } },
        )
      ).errors[0]?.extensions.code ?? null;
    expect(await rename()).toBeNull();
    await changeRole(owner, id, person.id, 'VIEWER');
    expect(await rename()).toBe('FORBIDDEN');
    await changeRole(owner, id, person.id, 'ADMIN');
    expect(await rename()).toBeNull();
  });
});
