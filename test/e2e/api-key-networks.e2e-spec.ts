import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Clock } from '../../src/platform/clock/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { askForApiKey, codesOf, createApiKey, createProject, dataOf } from '../support/projects.js';
import type { HttpAnswer } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';

const viewer = '{ viewer { kind apiKey { allowedCidrs } } }';

let app: TestApp;
let owner: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp({ TRUST_PROXY: '127.0.0.1' });
  owner = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
});
afterAll(() => app.stop());

const from = (address: string, requestId: string = randomUUID()) => ({
  headers: { 'x-forwarded-for': address, 'x-request-id': requestId },
});

const callApi = (secretKey: string, address: string, requestId?: string): Promise<HttpAnswer> =>
  app.browser({ bearer: secretKey }).postJson('/graphql', { query: viewer }, from(address, requestId));

const verify = (secretKey: string, question: object, address = '198.51.100.9'): Promise<HttpAnswer> =>
  app.browser({ bearer: secretKey, origin: null }).postJson('/api/keys/verify', question, from(address));

/** The networks that a new key is shown with. */
async function shownFor(allowedCidrs: readonly string[] | null): Promise<readonly string[]> {
  const { secretKey } = await createApiKey(owner.browser, { projectId, allowedCidrs });
  const address = allowedCidrs?.some((network) => network.startsWith('2001:')) ? '2001:db8::1' : '192.0.2.1';
  const answer = await callApi(secretKey, address);
  return answer.json<{ data: { viewer: { apiKey: { allowedCidrs: string[] } } } }>().data.viewer.apiKey.allowedCidrs;
}

describe('the networks of a key', () => {
  it.each<[string, readonly string[] | null, readonly string[]]>([
    ['none: from anywhere', null, []],
    ['an empty list: from anywhere', [], []],
    ['a network', ['192.0.2.0/24'], ['192.0.2.0/24']],
    ['a single address', ['192.0.2.1'], ['192.0.2.1/32']],
    ['a single address of IPv6', ['2001:db8::1'], ['2001:db8::1/128']],
    ['IPv6 in a long form', ['2001:0DB8:0:0:0:0:0:0/32'], ['2001:db8::/32']],
    ['IPv4 written as IPv6', ['::ffff:192.0.2.0/120', '::ffff:192.0.2.1'], ['192.0.2.0/24', '192.0.2.1/32']],
    ['one twice', ['192.0.2.1', '192.0.2.1/32'], ['192.0.2.1/32']],
    ['all of IPv4', ['0.0.0.0/0'], ['0.0.0.0/0']],
  ])('are shown in one form: %s', async (_what, asked, shown) => {
    expect(await shownFor(asked)).toEqual(shown);
  });

  it.each([
    ['a name', 'office.example'],
    ['nothing', ''],
    ['a length that is too great', '192.0.2.0/33'],
    ['a length of IPv6 that is too great', '2001:db8::/129'],
    ['no length behind the stroke', '192.0.2.0/'],
    ['a length with a zero in front', '192.0.2.0/024'],
    ['an octal number, which others read differently', '010.0.0.1'],
    ['fewer than four parts', '10.1/16'],
    ['a number alone', '3221225985'],
    ['a zone', 'fe80::1%eth0'],
    ['a blank', ' 192.0.2.1'],
    ['a mask', '192.0.2.0/255.255.255.0'],
  ])('are refused by name: %s', async (_what, wrong) => {
    const refused = await askForApiKey(owner.browser, { projectId, allowedCidrs: ['192.0.2.0/24', wrong] });
    expect(codesOf(refused)).toEqual(['VALIDATION_FAILED']);
    expect(refused.errors[0]?.extensions.fields).toEqual([
      {
        field: 'allowedCidrs',
        message: `allowedCidrs: "${wrong}" is no network such as 192.0.2.0/24 or 2001:db8::/32.`,
      },
    ]);
  });

  it.each([
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['::ffff:192.0.2.77/120', '192.0.2.0/24'],
  ])('are refused with an address inside of one, which tells the network: %s', async (inside, network) => {
    const refused = await askForApiKey(owner.browser, { projectId, allowedCidrs: [inside] });
    expect(codesOf(refused)).toEqual(['VALIDATION_FAILED']);
    expect(refused.errors[0]?.message).toBe(`allowedCidrs: "${inside}" is inside of the network ${network}.`);
  });

  it('are fifty at most', async () => {
    const networks = Array.from({ length: 51 }, (_, index) => `192.0.2.${index}`);
    expect(codesOf(await askForApiKey(owner.browser, { projectId, allowedCidrs: networks }))).toEqual([
      'VALIDATION_FAILED',
    ]);
    expect(await shownFor(networks.slice(0, 50))).toHaveLength(50);
  });

  it('are on the trail from the beginning', async () => {
    const { headers } = from('127.0.0.1');
    const input = { projectId, name: 'Office', allowedCidrs: ['192.0.2.1'] };
    const mutation = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }';
    dataOf(await owner.browser.graphql(mutation, { input }, { headers }));
    expect(await trailOfRequest(app, headers['x-request-id'])).toMatchObject([
      { action: 'apiKey.created', after: { allowedCidrs: ['192.0.2.1/32'] } },
    ]);
  });
});

describe('a key that is kept to networks', () => {
  const allowedCidrs = ['192.0.2.0/24', '2001:db8:1::/48'];
  const inside = ['192.0.2.0', '192.0.2.255', '::ffff:192.0.2.7', '2001:db8:1::7', '2001:DB8:1:ffff::'];
  const outside = ['192.0.3.0', '192.0.1.255', '::ffff:192.0.3.1', '2001:db8:2::1', 'unknown'];

  it('calls the API from there alone; from elsewhere it is no key, and the trail says why', async () => {
    const { secretKey, publicKey, apiKey } = await createApiKey(owner.browser, { projectId, allowedCidrs });
    for (const address of inside) expect([address, (await callApi(secretKey, address)).status]).toEqual([address, 200]);
    const unknown = await callApi(`${secretKey}x`, '192.0.2.7');
    for (const address of outside) {
      const requestId = randomUUID();
      const answer = await callApi(secretKey, address, requestId);
      const words = ({ text }: HttpAnswer) => text.replace(/"requestId":"[^"]+"/g, '');
      expect([answer.status, words(answer)]).toEqual([401, words(unknown)]);
      expect(await trailOfRequest(app, requestId)).toMatchObject([
        {
          action: 'apiKey.refused',
          outcome: 'REFUSED',
          actor_kind: 'anonymous',
          resource_id: apiKey.id,
          project_id: projectId,
          after: { publicKey, reason: 'addressNotAllowed', leftOut: 0 },
          ip: address,
        },
      ]);
    }
  });

  it('leaves one entry on the trail for all that comes from one network, and the next one says how many were left out', async () => {
    const { secretKey, apiKey } = await createApiKey(owner.browser, { projectId, allowedCidrs });
    const shown = ['203.0.113.1', '203.0.113.2', ...Array.from({ length: 40 }, () => '203.0.113.1')];
    const answers = await Promise.all(shown.map((address) => callApi(secretKey, address)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    const entries = async (): Promise<unknown[]> =>
      (
        await app.database.query<{ ip: string; left: number }>(
          `select ip, after->'leftOut' as left from audit_events
           where resource_id = $1 and action = 'apiKey.refused' order by ip, sequence`,
          [apiKey.id],
        )
      ).rows;
    const first = [
      { ip: '203.0.113.1', left: 0 },
      { ip: '203.0.113.2', left: 0 },
    ];
    expect(await entries()).toEqual(first);
    await elevenMinutesLater(() => callApi(secretKey, '203.0.113.1'));
    expect(await entries()).toEqual([first[0], { ip: '203.0.113.1', left: 40 }, first[1]]);
  });

  /** As the application's own clock has it. */
  async function elevenMinutesLater(work: () => Promise<unknown>): Promise<void> {
    const clock = app.nest.get(Clock, { strict: false });
    const later = jest.spyOn(clock, 'now').mockReturnValue(clock.inMinutes(11));
    await work().finally(() => later.mockRestore());
  }

  it('is good for the product when it was shown from there, wherever the product itself is', async () => {
    const { secretKey } = await createApiKey(owner.browser, { projectId, allowedCidrs, permissions: ['traces.read'] });
    for (const ip of inside) {
      const answer = await verify(secretKey, { ip, projectId, permission: 'traces.read' });
      expect([ip, answer.status]).toEqual([ip, 200]);
    }
  });

  it('is unknown to the product that does not say from where, or from elsewhere, even if it asks from there', async () => {
    const { secretKey } = await createApiKey(owner.browser, { projectId, allowedCidrs });
    for (const question of [{}, ...[...outside, ''].map((ip) => ({ ip }))]) {
      const answer = await verify(secretKey, question, '192.0.2.7');
      expect([question, answer.status, answer.json()]).toEqual([question, 401, { valid: false, code: 'INVALID_KEY' }]);
    }
  });

  it('leaves others as they are: a key of no networks is good from anywhere, and with no address', async () => {
    const { secretKey } = await createApiKey(owner.browser, { projectId });
    for (const question of [{}, { ip: '203.0.113.1' }, { ip: 'unknown' }]) {
      expect((await verify(secretKey, question)).status).toBe(200);
    }
    expect((await callApi(secretKey, '203.0.113.1')).status).toBe(200);
  });

  it('keeps the keys that it makes to them', async () => {
    const maker = await createApiKey(owner.browser, {
      organizationId,
      allowedCidrs: ['127.0.0.0/8', '2001:db8::/32'],
      permissions: ['organizationKeys.manage', 'organization.read'],
    });
    const program = app.browser({ bearer: maker.secretKey });
    const permissions = ['organization.read'];
    for (const beyond of [
      ['0.0.0.0/0'],
      ['127.0.0.1', '192.0.2.1'],
      ['2001::/16'],
      ['2001:db8::/31'],
      ['::ffff:192.0.2.1'],
    ]) {
      const refused = await askForApiKey(program, { organizationId, permissions, allowedCidrs: beyond });
      expect([beyond, codesOf(refused)]).toEqual([beyond, ['CANNOT_GRANT']]);
    }
    for (const [asked, given] of [
      [null, ['127.0.0.0/8', '2001:db8::/32']],
      [['127.0.0.1'], ['127.0.0.1/32']],
      [['2001:db8:1::/48'], ['2001:db8:1::/48']],
    ]) {
      const { apiKey } = await createApiKey(program, { organizationId, permissions, allowedCidrs: asked });
      const { rows } = await app.database.query('select allowed_cidrs from api_keys where id = $1', [apiKey.id]);
      expect(rows).toEqual([{ allowed_cidrs: given }]);
    }
  });
});
