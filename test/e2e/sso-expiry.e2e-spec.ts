import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ExpiryMonitor } from '../../src/sso/expiry/expiry-monitor.service.js';
import { ApiError } from '../support/api-error.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createPerson } from '../support/factories.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { createTenant, moveSso, type Tenant } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };
const DAY_MS = 24 * 60 * 60_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

interface Told {
  readonly state: string;
  readonly testedAt: string | null;
  readonly clientSecretExpiresAt: string | null;
  readonly candidate: { readonly testedAt: string | null; readonly clientSecretExpiresAt: string | null } | null;
}
const fields = 'state testedAt clientSecretExpiresAt candidate { testedAt clientSecretExpiresAt }';

describe('when a client secret expires', () => {
  let app: TestApp;
  let sink: MailSink;
  let provider: HostileProvider;
  let acme: Tenant;
  let domain: string;
  let key: string;
  let id: string;

  beforeAll(async () => {
    [provider, sink] = await Promise.all([startHostileProvider(client), startMailSink()]);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', SMTP_URL: sink.url });
  });
  beforeEach(async () => {
    domain = `${randomUUID().slice(0, 8)}.test`;
    acme = await createTenant(app, domain, { issuer: provider.issuer, ...client });
    ({ id, key } = acme.connection);
    sink.clear();
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([provider.stop(), sink.stop()]);
  });

  async function configure(input: object, requestId = randomUUID()): Promise<Told> {
    const { data, errors } = await acme.owner.browser.graphql<{ configureSso: { connection: Told } }>(
      `mutation ($input: ConfigureSsoInput!) { configureSso(input: $input) { connection { ${fields} } } }`,
      { input: { domainId: acme.domainId, provider: 'OKTA', ...input } },
      { headers: { 'x-request-id': requestId } },
    );
    if (!data) throw new ApiError(errors[0]);
    return data.configureSso.connection;
  }

  describe('is told by who configures it', () => {
    const at = inDays(100);

    it('with the secret, is shown, and is on the trail', async () => {
      const requestId = randomUUID();
      expect(await configure({ ...client, clientSecretExpiresAt: at }, requestId)).toMatchObject({
        clientSecretExpiresAt: at,
      });
      const [{ before, after } = { before: null, after: null }] = await trailOfRequest(app, requestId);
      expect([before?.clientSecretExpiresAt, after?.clientSecretExpiresAt]).toEqual([null, at]);
    });

    it('or later; a date alone leaves the settings tested, and stays when other things change', async () => {
      await app.database.query('update sso_connections set tested_at = now() where id = $1', [id]);
      const told = { testedAt: expect.any(String), clientSecretExpiresAt: at };
      expect(await configure({ clientSecretExpiresAt: at })).toMatchObject(told);
      expect(await configure({ name: 'Renamed' })).toMatchObject(told);
      expect(await configure({ scopes: ['email'] })).toMatchObject({ testedAt: null, clientSecretExpiresAt: at });
    });

    it('and is forgotten with the secret that it was of', async () => {
      await configure({ clientSecretExpiresAt: at });
      expect(await configure({ clientSecret: 'another secret' })).toMatchObject({ clientSecretExpiresAt: null });
    });

    it.each([
      ['has passed', { clientSecretExpiresAt: inDays(-0.001) }, 'has passed'],
      ['is of no secret', { provider: 'KEYCLOAK', clientId: 'public', clientSecretExpiresAt: at }, 'there is none'],
    ])('unless the date %s', async (_why, input, message) => {
      const settings = { issuer: provider.issuer, ...input };
      await expect(configure(settings)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        fields: [{ field: 'clientSecretExpiresAt', message: expect.stringMatching(message) }],
      });
    });

    it('goes over to the enforced connection with its candidate, and waits there until then', async () => {
      await moveSso(acme.owner, 'enforceSso', id);
      const [old, later, latest] = [inDays(20), inDays(200), inDays(300)];
      expect(await configure({ clientSecretExpiresAt: old })).toMatchObject({
        state: 'ENFORCED',
        clientSecretExpiresAt: old,
        candidate: null,
      });
      expect(await configure({ clientSecret: 'the next', clientSecretExpiresAt: later })).toMatchObject({
        clientSecretExpiresAt: old,
        candidate: { clientSecretExpiresAt: later },
      });
      await app.database.query('update sso_candidates set tested_at = now() where connection_id = $1', [id]);
      expect(await configure({ clientSecretExpiresAt: latest })).toMatchObject({
        clientSecretExpiresAt: old,
        candidate: { clientSecretExpiresAt: latest, testedAt: expect.any(String) },
      });
      const { data } = await acme.owner.browser.graphql<{ promoteSsoCandidate: { connection: Told } }>(
        `mutation ($input: PromoteSsoCandidateInput!) { promoteSsoCandidate(input: $input) { connection { ${fields} } } }`,
        { input: { connectionId: id } },
      );
      expect(data!.promoteSsoCandidate.connection).toMatchObject({
        clientSecretExpiresAt: latest,
        candidate: { clientSecretExpiresAt: old },
      });
    });
  });

  describe('the owners', () => {
    const look = () => app.nest.get(ExpiryMonitor, { strict: false }).warnOfDue();
    /** The same secret, so many days before its date. */
    const left = (days: number) =>
      app.database.query(
        `with moved as (update sso_connections set client_secret_expires_at = date_trunc('second', now() + $2 * interval '1 day')
           where id = $1 returning id, client_secret_expires_at)
         update sso_expiry_warnings w set expires_at = moved.client_secret_expires_at
         from moved where w.connection_id = moved.id`,
        [id, days],
      );

    async function told(): Promise<unknown[]> {
      const { rows } = await app.database.query<{ days: number }>(
        `select after->'days' as days, actor_kind, after->>'key' as key from audit_events
         where resource_id = $1 and action = 'ssoConnection.expiryWarned' order by sequence`,
        [id],
      );
      return rows;
    }
    const warning = (days: number) => ({ days, actor_kind: 'system', key });
    const mail = (subject: string) =>
      sink.next(
        ({ to, subject: of }) => to.includes(acme.owner.email) && of === `The client secret of ${key} ${subject}`,
      );

    it('are warned 30, 7 and 1 days ahead and once when it has happened, and of nothing twice', async () => {
      const admin = await createPerson(app);
      await addMember(app, acme.organizationId, admin, 'ADMIN');
      for (const days of [31, 30.01]) {
        await left(days);
        await look();
      }
      expect(await told()).toEqual([]);

      const steps = [
        { days: 29.99, again: 8, subject: 'expires within 30 days', at: 30 },
        { days: 6.9, again: 1.1, subject: 'expires within 7 days', at: 7 },
        { days: 0.9, again: 0.01, subject: 'expires within a day', at: 1 },
        { days: -0.01, again: -40, subject: 'has expired', at: 0 },
      ];
      for (const { days, again, subject } of steps) {
        await left(days);
        await Promise.all([look(), look()]);
        const { text } = await mail(subject);
        expect(text).toMatch(key);
        expect(text).not.toMatch(client.clientSecret);
        await left(again);
        await look();
      }
      expect(await told()).toEqual(steps.map(({ at }) => warning(at)));
      expect(sink.messages.map(({ to }) => to)).toEqual(steps.map(() => [acme.owner.email]));
    });

    it('are not told late of what a nearer warning says', async () => {
      await left(3);
      await look();
      await mail('expires within 7 days');
      expect(await told()).toEqual([warning(7)]);
    });

    it('are warned anew of a new secret', async () => {
      await left(0.5);
      await look();
      await configure({ clientSecret: 'another secret', clientSecretExpiresAt: inDays(25) });
      await look();
      await mail('expires within 30 days');
      expect(await told()).toEqual([warning(1), warning(30)]);
    });

    it.each(['DRAFT', 'TESTED', 'DISABLED'])('hear nothing of a connection that is not in use: %s', async (state) => {
      await left(0.5);
      await app.database.query('update sso_connections set state = $2 where id = $1', [id, state]);
      await look();
      expect(await told()).toEqual([]);
    });

    it('of an enforced connection read that it is the only way in', async () => {
      await moveSso(acme.owner, 'enforceSso', id);
      await left(0.5);
      await look();
      expect((await mail('expires within a day')).text).toMatch('the only way in');
    });
  });
});
