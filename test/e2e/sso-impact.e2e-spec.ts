import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createPerson, type Person } from '../support/factories.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { attemptSignIn, createTenant, moveSso, type Tenant } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

interface Impact {
  readonly people: { email: string; way: string; role: string; hasSignedInBySso: boolean }[];
  readonly [count: string]: unknown;
}

describe('what enforcement would mean', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let acme: Tenant;
  const people: Record<string, Person> = {};

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}` });
    acme = await createTenant(app, 'acme.test', { issuer: provider.issuer, ...client });
    const members = [
      ['mia', 'mia@acme.test', 'MEMBER'],
      ['leo', 'leo@acme.test', 'MEMBER'],
      ['guest', 'guest@elsewhere.test', 'MEMBER'],
      ['excepted', 'excepted@elsewhere.test', 'VIEWER'],
      ['glass', 'glass@elsewhere.test', 'OWNER'],
      ['gone', 'gone@elsewhere.test', 'MEMBER'],
    ] as const;
    for (const [name, email, role] of members) {
      people[name] = await createPerson(app, email);
      await addMember(app, acme.organizationId, people[name], role);
    }
    const place = (name: string) => [acme.organizationId, people[name]!.id];
    const mark = (what: string, name: string) =>
      app.database.query(
        `update memberships set ${what} = true where organization_id = $1 and user_id = $2`,
        place(name),
      );
    await mark('sso_exception', 'excepted');
    await mark('break_glass', 'glass');
    await app.database.query(
      `update memberships set sso_exception = false where organization_id = $1 and user_id = $2`,
      [acme.organizationId, acme.owner.id],
    );
    await app.database.query('update users set deactivated_at = now() where id = $1', [people.gone!.id]);
    await attemptSignIn(app, provider, acme.connection.key, { sub: 'mia', email: 'mia@acme.test' });
    for (const [name, key] of [
      ['guest', 'of the guest'],
      ['mia', 'of Mia'],
    ] as const)
      await app.database.query(
        `insert into api_keys (id, organization_id, scope, name, public_key, secret_digest, display_secret, permissions, created_by)
         values ($1, $2, 'ORGANIZATION', $3::text, $4, sha256(convert_to($3::text, 'UTF8')), 'sk', '{}', $5)`,
        [`key-${name}`, acme.organizationId, key, `pk-${name}`, people[name]!.id],
      );
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  async function impact(by: Person = acme.owner): Promise<Impact> {
    const { data, errors } = await by.browser.graphql<{ ssoEnforcementImpact: Impact }>(
      `query ($id: ID!) { ssoEnforcementImpact(connectionId: $id) {
         members bySso byException byBreakGlass lockedOut newToSso ownersLeft sessionsEnded keysOfLockedOut
         people { email way role hasSignedInBySso } keys { id name publicKey createdBy } } }`,
      { id: acme.connection.id },
    );
    expect(errors).toEqual([]);
    return data!.ssoEnforcementImpact;
  }

  it('is told beforehand: who, by what way, whose keys, and how many sessions', async () => {
    const { people: named, ...counts } = await impact();
    expect(counts).toEqual({
      members: 6,
      bySso: 2,
      byException: 1,
      byBreakGlass: 1,
      lockedOut: 2,
      newToSso: 1,
      ownersLeft: 1,
      sessionsEnded: 2,
      keysOfLockedOut: 1,
      keys: [{ id: 'key-guest', name: 'of the guest', publicKey: 'pk-guest', createdBy: people.guest!.id }],
    });
    expect(named.map(({ email, way }) => [email, way])).toEqual([
      ...[[acme.owner.email, 'NONE'] as const, ['guest@elsewhere.test', 'NONE'] as const].sort(([a], [b]) =>
        a < b ? -1 : 1,
      ),
      ['excepted@elsewhere.test', 'EXCEPTION'],
      ['glass@elsewhere.test', 'BREAK_GLASS'],
    ]);
  });

  it('is what happens then, but for the guest who enforces it: they are let in, on the trail', async () => {
    const expected = await impact();
    await moveSso(acme.owner, 'enforceSso', acme.connection.id);
    const { rows } = await app.database.query<{ ended: number }>(
      `select (after->>'sessionsEnded')::int as ended from audit_events where action = 'ssoConnection.enforced' and chain_id = $1`,
      [acme.organizationId],
    );
    expect(rows).toEqual([{ ended: expected.sessionsEnded }]);
    const enters = async (person: Person) => {
      const { errors } = await person.browser.graphql(
        'query ($id: ID!) { organization(id: $id) { members { totalCount } } }',
        {
          id: acme.organizationId,
        },
      );
      return errors[0]?.extensions.code ?? 'in';
    };
    expect(await enters(people.guest!)).toBe('SSO_REQUIRED');
    expect(await enters(people.glass!)).toBe('SSO_REQUIRED');
    expect(await enters(acme.owner)).toBe('in');
    expect(await impact()).toMatchObject({ lockedOut: 1, byException: 2, sessionsEnded: 0 });
  });
});
