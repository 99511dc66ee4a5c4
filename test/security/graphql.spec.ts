import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { startTestApp, type TestApp } from '../support/app.js';
import { createCast, createCompleteTenant, inviteeOf } from '../support/complete-tenant.js';
import { createPerson, type Person } from '../support/factories.js';
import type { HttpAnswer } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';

type Answer = Pick<HttpAnswer, 'status' | 'text'>;

interface Told {
  readonly code: string;
  readonly message: string;
}

/** The errors of an answer, be it GraphQL's own or a problem document. */
function toldBy({ text }: Answer): Told[] {
  const { errors } = JSON.parse(text) as { errors: { message: string; extensions: { code: string } }[] };
  return errors.map(({ message, extensions: { code } }) => ({ code, message }));
}

const times = (count: number, text: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');

let app: TestApp;
let person: Person;

beforeAll(async () => {
  app = await startTestApp({ NODE_ENV: 'production' });
  person = await createPerson(app);
});
afterAll(() => app.stop());

describe('100: in production', () => {
  it.each([
    '{ __schema { types { name } } }',
    '{ hidden: __type(name: "Organization") { fields { name } } }',
    'query { ...Root } fragment Root on Query { __schema { queryType { name } } }',
  ])('the schema can’t be asked for: %s', async (query) => {
    const { status, data, errors } = await person.browser.graphql(query);
    expect([status, data, errors[0]?.extensions.code]).toEqual([400, null, 'VALIDATION_FAILED']);
  });

  it('a type’s name can still be asked for, as clients do', async () => {
    const { data } = await person.browser.graphql('{ __typename viewer { __typename } }');
    expect(data).toEqual({ __typename: 'Query', viewer: { __typename: 'Viewer' } });
  });

  it.each([
    ['a field', '{ viewers { kind } }', {}],
    ['a field of a type', '{ viewer { kinds } }', {}],
    ['an argument', '{ organization(ids: "x") { id } }', {}],
    ['a type', '{ viewer { ...F } } fragment F on Viewr { kind }', {}],
    ['a type of a variable', 'query ($x: CreateOrganisationInput) { __typename }', {}],
    ['a fragment’s place', '{ viewer { ... on Organization { id } organisations { nodes { role } } } }', {}],
    ['a selection', '{ viewer }', {}],
    ['a field of an input', 'mutation { createOrganization(input: { nam: "x" }) { organization { id } } }', {}],
    ['an enum value', '{ auditEvents(organizationId: "x", filter: { outcome: REFUSE }) { nodes { id } } }', {}],
    [
      'a field of a variable',
      'mutation ($i: CreateOrganizationInput!) { createOrganization(input: $i) { organization { id } } }',
      { i: { nam: 'x' } },
    ],
    [
      'an enum value of a variable',
      'query ($f: AuditEventFilter) { auditEvents(organizationId: "x", filter: $f) { nodes { id } } }',
      { f: { outcome: 'REFUSE' } },
    ],
    ['a directive’s argument', '{ viewer { kind @skip(iff: true) } }', {}],
  ])('the schema can’t be found out by misspelling %s', async (_what, query, variables) => {
    const { answer, errors } = await person.browser.graphql(query, variables);
    expect([answer.status, errors[0]?.extensions.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.text).not.toMatch(/did you mean|suggest/i);
  });

  it.each(['/graphiql', '/graphiql/', '/graphiql/assets/graphiql.js', '/GRAPHIQL'])(
    'there is no explorer at %s',
    async (path) => {
      expect((await person.browser.get(path)).status).toBe(404);
    },
  );

  it('an unexpected error tells nothing of the inside, by GraphQL nor by REST', async () => {
    const graphql = await without('organizations', () => app.admin().graphql('{ organizations { nodes { id } } }'));
    const login = { email: 'ada@example.test', password: 'correct horse battery' };
    const rest = await without('users', () => app.browser().postJson('/api/auth/login', login));

    const message = 'Something went wrong on our side.';
    expect(graphql.answer.json()).toEqual({
      data: null,
      errors: [
        {
          message,
          path: ['organizations'],
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'INTERNAL', requestId: graphql.answer.headers.get('x-request-id') },
        },
      ],
    });
    const requestId = rest.headers.get('x-request-id');
    expect(rest.json()).toEqual({ type: 'about:blank', title: message, status: 500, code: 'INTERNAL', requestId });
  });

  /** Runs a call while a table is away: an error that nobody has thought of. */
  async function without<T>(table: string, call: () => Promise<T>): Promise<T> {
    await app.database.query(`alter table ${table} rename to lost`);
    return call().finally(() => app.database.query(`alter table lost rename to ${table}`));
  }
});

describe('101: a document that asks for too much', () => {
  const nested = (depth: number): string => {
    const pairs = Math.floor(depth / 3);
    const open = times(pairs, () => '{ projects { nodes { organization');
    return `{ organization(id: "x") ${open} { id } ${'} } }'.repeat(pairs)} }`;
  };
  const fragments = times(20, (n) => `fragment F${n} on Viewer { ...F${n + 1} ...F${n + 1} }`);
  const members = 'members(first: $most) { nodes { role } }';
  const lists = (first: string, inner: string) =>
    `organizations(${first}) { nodes { projects(${first}) { nodes { ${inner} } } } }`;
  const asVariable = `($most: Int) { ${lists('first: $most', members)} }`;
  const documents: readonly (readonly [string, RegExp, string, object?])[] = [
    ['100 aliases', /Aliases limit/, `{ ${times(100, (n) => `a${n}: viewer { kind }`)} }`],
    ['100 aliases of __typename', /Aliases limit/, `{ ${times(100, (n) => `a${n}: __typename`)} }`],
    [
      '100 aliases in fragments',
      /Aliases limit/,
      `{ ...F ...G } fragment F on Query { ${times(50, (n) => `f${n}: __typename`)} } fragment G on Query { ${times(50, (n) => `g${n}: __typename`)} }`,
    ],
    ['a flood of directives', /Directives limit/, `{ viewer { ${times(100, () => 'kind @include(if: true)')} } }`],
    [
      'a flood of directives that don’t exist',
      /Directives limit|directive/,
      `{ viewer { kind ${times(400, () => '@x')} } }`,
    ],
    ['depth 50', /depth limit/, nested(50)],
    ['a fragment in itself', /Cannot spread/, '{ viewer { ...F } } fragment F on Viewer { kind ...F }'],
    [
      'fragments in a circle',
      /Cannot spread/,
      '{ viewer { ...F } } fragment F on Viewer { ...G } fragment G on Viewer { ...H } fragment H on Viewer { ...F }',
    ],
    [
      'fragments that double twenty times',
      /limit/,
      `{ viewer { ...F0 } } ${fragments} fragment F20 on Viewer { kind }`,
    ],
    ['5,000 fields', /tokens/, `{ ${times(5_000, () => '__typename')} }`],
    ['200 fields to merge', /tokens/, `{ ${times(200, (n) => `viewer { kind @include(if: ${n % 2 === 0}) }`)} }`],
    ['a list in a list, 5,000 deep', /tokens/, `{ organization(id: ${'['.repeat(5_000)}${']'.repeat(5_000)}) { id } }`],
    [
      'an input in an input, 5,000 deep',
      /tokens/,
      `{ organization(id: ${'{a:'.repeat(5_000)}1${'}'.repeat(5_000)}) { id } }`,
    ],
    ['lists of lists of lists', /are the most/, `{ ${lists('first: 100', 'members(first: 100) { nodes { role } }')} }`],
    ['lists of lists of lists by a variable', /are the most/, `query ${asVariable}`, { most: 100 }],
    ['lists of lists of lists by a variable that is left out', /are the most/, `query ${asVariable}`],
    ['lists of lists of lists by a variable of null', /are the most/, `query ${asVariable}`, { most: null }],
    [
      'lists of lists of lists by what a variable is unless given',
      /are the most/,
      `query ${asVariable.replace('Int', 'Int = 100')}`,
    ],
    [
      'lists of lists of lists that say nothing of their size',
      /are the most/,
      `{ ${lists('first: null', 'members { nodes { role } }')} }`,
    ],
    [
      'lists of lists of lists in a fragment',
      /are the most/,
      `query ($most: Int) { ${lists('first: $most', '...P')} } fragment P on Project { ${members} }`,
      { most: 100 },
    ],
    [
      'lists of lists of lists beside a list of less than nothing',
      /are the most/,
      `query ($most: Int) { ${lists('first: $most', members)} a: ${lists('first: -1000000', members)} }`,
      { most: 100 },
    ],
    [
      'edges of lists of lists',
      /are the most/,
      `{ organizations(first: 100) { edges { node { projects(first: 100) { edges { cursor node { id name } } } } } } }`,
    ],
  ];

  it.each(documents)('is refused in under 100 ms: %s', async (_what, complaint, query, variables = {}) => {
    const { answer, ms } = await leastOf(7, () => person.browser.postJson('/graphql', { query, variables }));
    const told = toldBy(answer);
    expect([answer.status, [...new Set(told.map(({ code }) => code))]]).toEqual([400, ['VALIDATION_FAILED']]);
    expect(told.map(({ message }) => message).join('\n')).toMatch(complaint);
    expect(told.length).toBeLessThan(20);
    expect(ms).toBeLessThan(100);
  });

  it.each([
    ['three lists of pages that are small', `query ${asVariable}`, { most: 15 }],
    [
      'two lists that say nothing of their size',
      '{ organizations { nodes { id name slug projects { nodes { id name slug } } } } }',
      {},
    ],
  ])('is not what honest questions are: %s', async (_what, query, variables) => {
    const { status, errors } = await person.browser.graphql(query, variables);
    expect([status, errors]).toEqual([200, []]);
  });

  it.each([
    [
      'a body of 1 MB',
      () => person.browser.postJson('/graphql', { query: '{ __typename }', variables: { x: 'x'.repeat(1_000_000) } }),
    ],
    ['a document of 1 MB', () => person.browser.postJson('/graphql', { query: `{ ${'a '.repeat(500_000)} }` })],
    ['10 MB packed into 10 kB', () => postPacked(packed)],
  ])('is refused in under 100 ms: %s', async (_what, send) => {
    const { answer, ms } = await leastOf<Answer>(7, send);
    expect([answer.status, toldBy(answer)[0]?.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(ms).toBeLessThan(100);
  });

  const packed = gzipSync(JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(10_000_000) } }));

  async function postPacked(body: Buffer<ArrayBuffer>): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  }

  /**
   * The last answer, and the least of what several took; the first one warms up and does not count. What is measured
   * is the processor's time of this process, which is client and server: other tests run beside this one.
   */
  async function leastOf<A extends Answer>(count: number, send: () => Promise<A>): Promise<{ answer: A; ms: number }> {
    let answer = await send();
    const taken: number[] = [];
    for (let round = 0; round < count; round += 1) {
      const before = process.cpuUsage();
      answer = await send();
      const { user, system } = process.cpuUsage(before);
      taken.push((user + system) / 1000);
    }
    // The process is the client too, and collects its own garbage: the least of the rounds is what a refusal takes.
    return { answer, ms: Math.min(...taken) };
  }
});

describe('102: guessing the token of an invitation', () => {
  const accept = (tokens: readonly string[]): string =>
    `mutation { ${times(tokens.length, (n) => `a${n}: acceptInvitation(input: { token: "${tokens[n]!}" }) { invitation { id } }`)} }`;
  const guesses = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

  async function invitation() {
    const tenant = await createCompleteTenant(app, await createCast(app));
    const invitee = await createPerson(app, inviteeOf(tenant));
    const isOpen = async (): Promise<boolean> => {
      const { rows } = await app.database.query<{ open: boolean }>(
        'select accepted_at is null as open from invitations where id = $1',
        [tenant.invitationId],
      );
      return rows[0]?.open ?? false;
    };
    return { token: tenant.invitationToken, invitee, isOpen };
  }

  it('ends a document with the first wrong guess, which is on the trail', async () => {
    const { token, invitee, isOpen } = await invitation();
    const requestId = randomUUID();
    const query = accept([...guesses(1), token, ...guesses(10)]);
    const { errors } = await invitee.browser.graphql(query, {}, { headers: { 'x-request-id': requestId } });

    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['INVITATION_INVALID']);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({ action: 'operation.refused', actor_id: invitee.id, resource_id: 'acceptInvitation' }),
    ]);
    expect(await isOpen()).toBe(true);
  });

  it.each([
    ['behind more aliases than a document may have', (right: string) => ({ query: accept([...guesses(16), right]) })],
    ['in a batch', (right: string) => [...guesses(3), right].map((token) => ({ query: accept([token]) }))],
  ])('tries none of them %s', async (_how, bodyOf) => {
    const { token, invitee, isOpen } = await invitation();
    const requestId = randomUUID();
    const answer = await invitee.browser.postJson('/graphql', bodyOf(token), {
      headers: { 'x-request-id': requestId },
    });

    expect([answer.status, toldBy(answer).map(({ code }) => code)]).toEqual([400, ['VALIDATION_FAILED']]);
    expect(await trailOfRequest(app, requestId)).toEqual([]);
    expect(await isOpen()).toBe(true);
  });
});

describe('103: a mutation that another site could send without asking', () => {
  const name = 'Made by another way';
  const query = `mutation { createOrganization(input: { name: "${name}" }) { organization { id } } }`;
  const json = JSON.stringify({ query });
  const multipart = `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${json}\r\n--x--\r\n`;
  const asQuery = `?query=${encodeURIComponent(query)}`;

  it.each<[string, string, string, string | null]>([
    ['GET', `/graphql${asQuery}`, '', null],
    ['GET', `/GraphQL/${asQuery}`, '', null],
    ['GET', `/graphql${asQuery}`, 'application/json', null],
    ['HEAD', `/graphql${asQuery}`, '', null],
    ['POST', `/graphql${asQuery}`, '', null],
    ['POST', '/graphql', 'text/plain', json],
    ['POST', '/graphql', 'text/plain; application/json', json],
    ['POST', '/GRAPHQL', 'text/plain', json],
    ['POST', '/graphql/', 'text/plain', json],
    ['POST', '/graphql', 'application/x-www-form-urlencoded', new URLSearchParams({ query }).toString()],
    ['POST', '/graphql', 'multipart/form-data; boundary=x', multipart],
    ['POST', '/graphql', 'application/graphql', query],
    ['POST', '/graphql', 'application/jsonp', json],
    ['PUT', '/graphql', 'application/json', json],
    ['DELETE', '/graphql', 'application/json', json],
  ])('is refused: %s %s as %s', async (method, path, type, text) => {
    const body = text === null ? undefined : { type, text };
    const headers = type === '' || body ? {} : { 'content-type': type };
    const answer = await person.browser.request(method, path, { headers }, body);

    expect(answer.status).toBe(400);
    if (method !== 'HEAD') expect(toldBy(answer)[0]?.code).toBe('VALIDATION_FAILED');
    const { rows } = await app.database.query('select from organizations where name = $1', [name]);
    expect(rows).toHaveLength(0);
  });
});
