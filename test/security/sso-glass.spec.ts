import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { createProven, everywhere, pathsIn, personOf, tryAll, type Inside } from '../support/entry.js';
import { addMember, type Person } from '../support/factories.js';
import { createProject } from '../support/projects.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { attemptSignIn, createTenant, moveSso, type Tenant } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };
const subject = 'Somebody came in past single sign-on';

describe('51: an owner who enters by breaking the glass', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let mails: MailSink;
  let acme: Tenant;
  let inside: Inside;

  beforeAll(async () => {
    [provider, mails] = await Promise.all([startHostileProvider(client), startMailSink()]);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', SMTP_URL: mails.url });
    acme = await createTenant(app, 'acme.test', { ...client, issuer: provider.issuer });
    await moveSso(acme.owner, 'enforceSso', acme.connection.id);
    const { id: projectId } = await createProject(acme.owner.browser, acme.organizationId);
    const employee = await personOf(await attemptSignIn(app, provider, acme.connection.key));
    await addMember(app, acme.organizationId, employee, 'VIEWER');
    inside = { organizationId: acme.organizationId, projectId, employeeId: employee.id };
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([provider.stop(), mails.stop()]);
  });

  async function named(email: string, factor: 'totp' | 'passkey'): Promise<Person> {
    const owner = await createProven(app, email, factor);
    await addMember(app, acme.organizationId, owner, 'OWNER');
    await app.database.query('update memberships set break_glass = true where user_id = $1', [owner.id]);
    return owner;
  }

  async function told(by: Person): Promise<unknown[]> {
    const { rows } = await app.database.query<{ after: unknown }>(
      `select after from audit_events where chain_id = $1 and actor_id = $2 and action = 'member.breakGlassUsed'`,
      [acme.organizationId, by.id],
    );
    return rows.map(({ after }) => after);
  }

  it.each([
    [
      'with a second factor, and a foreign address',
      'grace@example.test',
      'totp',
      { method: 'password', secondFactor: 'totp' },
    ],
    ['with a passkey', 'heidi@acme.test', 'passkey', { method: 'passkey', secondFactor: null }],
  ] as const)(
    'is in by every path %s: on the trail, and told to every owner, once',
    async (_how, email, factor, proof) => {
      const owner = await named(email, factor);
      expect((await tryAll(owner, inside)).outcomes).toEqual(everywhere('in'));
      expect(await told(owner)).toEqual([{ connection: null, ...proof }]);
      for (const to of [acme.owner.email, owner.email]) {
        const mail = await mails.next(
          (one) => one.subject === subject && one.to.includes(to) && one.text.includes(email),
        );
        expect(mail.text).toContain('past its single sign-on');
      }
      expect(mails.messages.filter(({ to }) => to.includes('alice@acme.test'))).toEqual([]);
    },
  );

  it('is told of once, however many calls come at once, and again with the next session', async () => {
    const owner = await named('ivan@example.test', 'totp');
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => pathsIn['a query'](owner.browser, inside)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => 'in'));
    expect(await told(owner)).toHaveLength(1);
    await app.database.query(`update sessions set created_at = created_at + interval '1 second' where user_id = $1`, [
      owner.id,
    ]);
    await pathsIn['a query'](owner.browser, inside);
    expect(await told(owner)).toHaveLength(2);
  });

  it('is not let in where nobody could be told', async () => {
    const owner = await named('judy@example.test', 'totp');
    await app.database.query(`
      create function no_events() returns trigger language plpgsql as $$ begin raise 'the trail is full'; end $$;
      create trigger no_events before insert on audit_events for each row execute function no_events();`);
    try {
      expect((await pathsIn['a query'](owner.browser, inside)).outcome).toMatchObject({ code: 'INTERNAL' });
    } finally {
      await app.database.query('drop trigger no_events on audit_events; drop function no_events');
    }
    expect(await told(owner)).toEqual([]);
    expect((await pathsIn['a query'](owner.browser, inside)).outcome).toBe('in');
    expect(await told(owner)).toHaveLength(1);
  });

  it('is told of by the check for proxies too, which knows no request', async () => {
    const owner = await named('kim@example.test', 'totp');
    expect((await pathsIn['the check for proxies'](owner.browser, inside)).outcome).toBe('in');
    expect(await told(owner)).toHaveLength(1);
  });
});
