import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { startTestApp, type TestApp } from '../support/app.js';
import { createCast, createCompleteTenant, type Cast, type CompleteTenant } from '../support/complete-tenant.js';
import { inParallel } from '../support/in-parallel.js';
import { mutationInputs, queryArguments } from '../support/operations.js';
import {
  inputFieldsOf,
  mutationDocument,
  mutationsOf,
  queriesOf,
  scalarsOf,
  schemaOf,
} from '../support/schema-walk.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';

/** Stand for what `JSON.stringify` can't write, and a caller can. */
const [DEEP, HUGE] = ['a list in a list, 40,000 deep', 'a number beyond all numbers'];
const writing = (body: unknown): string =>
  JSON.stringify(body)
    .replace(JSON.stringify(DEEP), '['.repeat(40_000) + ']'.repeat(40_000))
    .replace(JSON.stringify(HUGE), '1e400');

const withOwn = (name: string): unknown => JSON.parse(`{ "${name}": { "isInstanceAdministrator": true } }`);

/** Text that no column holds. */
const unstorable = ['\0', 'a\0b', '\ud800', 'a\udfffb', '\udc00\ud800'];
/** Odd, but text: it may be refused or pass, and be stored as it is. */
const odd = [
  '__proto__',
  'constructor',
  "'; drop table users; --",
  '\u202e\u0007\u001b[2J\r\n',
  '\u{1f511}'.repeat(40),
  'x'.repeat(90_000),
  randomBytes(10_000).toString('base64'),
];
const noText = [true, 1.5, HUGE, { length: 1 }, [['x']], withOwn('__proto__'), DEEP];
const noInstant = [
  '',
  'yesterday',
  '2030-01-31',
  '2030-02-30T00:00:00Z',
  '2030-13-01T00:00:00Z',
  '2030-01-31T25:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  0,
  HUGE,
  true,
  {},
  DEEP,
];

/** What can be no value of a type, whatever the field is for. */
function impossibleFor(type: GraphQLInputType): readonly unknown[] {
  const nullable = getNullableType(type);
  const items = isListType(nullable) ? impossibleFor(nullable.ofType).map((value) => [value]) : [];
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields());
    return [
      '',
      DEEP,
      ...fields.flatMap((field) => impossibleFor(field.type).map((value) => ({ [field.name]: value }))),
    ];
  }
  if (isListType(nullable)) return [...items, { length: 1 }, DEEP];
  if (isEnumType(named)) return ['', '__proto__', 'constructor', 0, true, {}];
  switch (named.name) {
    case 'Boolean':
      return ['true', 0, {}, []];
    case 'Int':
      return ['1', 1.5, 2 ** 31, -(2 ** 31) - 1, HUGE, Number.MAX_SAFE_INTEGER, true, {}, DEEP];
    case 'DateTime':
      return noInstant;
    default:
      return [...unstorable, ...noText];
  }
}

/** For some hundred requests, on a machine that has other things to do. */
const PATIENCE_MS = 120_000;

describe('106: input that means harm', () => {
  let app: TestApp;
  let dns: DnsServer;
  let schema: GraphQLSchema;
  let cast: Cast;

  beforeAll(async () => {
    dns = await startDnsServer();
    app = await startTestApp({ DNS_RESOLVERS: dns.address });
    schema = schemaOf(app);
    cast = await createCast(app);
  });
  afterAll(async () => {
    await app.stop();
    await dns.stop();
  });

  /** An issuer that nobody can reach: what is tried here is the input. */
  const inputOf = (mutation: string, tenant: CompleteTenant) =>
    mutationInputs[mutation]?.(tenant, 'https://provider.invalid') ?? {};
  const callerOf = (mutation: string): HttpClient => (mutation === 'createUser' ? app.admin() : cast.owner.browser);

  it(
    'is VALIDATION_FAILED in every field of every mutation where it can’t be a value, and changes nothing',
    async () => {
      const tenant = await createCompleteTenant(app, cast);
      const before = await rowCounts();
      const cases = mutationsOf(schema).flatMap((mutation) =>
        inputFieldsOf(schema, mutation).flatMap(({ name: field, type }) =>
          impossibleFor(type).map((value, index) => ({
            mutation,
            field,
            value,
            what: `${mutation.name}.${field} value ${index}`,
          })),
        ),
      );
      expect(cases.length).toBeGreaterThan(500);
      const found = await inParallel(8, cases, async ({ mutation, field, value, what }) => {
        const input = { ...inputOf(mutation.name, tenant), [field]: value };
        return `${what}: ${verdictOf(await post(callerOf(mutation.name), { query: mutationDocument(mutation), variables: { input } }))}`;
      });

      expect(found).toEqual(cases.map(({ what }) => `${what}: 400 VALIDATION_FAILED`));
      expect(await rowCounts()).toEqual(before);
    },
    PATIENCE_MS,
  );

  it(
    'is VALIDATION_FAILED in every argument of every query where it can’t be a value',
    async () => {
      const tenant = await createCompleteTenant(app, cast);
      const cases = queriesOf(schema).flatMap(({ name, type, args }) =>
        args.flatMap((argument) => {
          const query = `query ($value: ${String(argument.type)}) { ${name}(${given(name, tenant, argument.name)}${argument.name}: $value) ${scalarsOf(type)} }`;
          return impossibleFor(argument.type).map((value, index) => ({
            query,
            value,
            what: `${name}.${argument.name} value ${index}`,
          }));
        }),
      );
      expect(cases.length).toBeGreaterThan(80);
      const found = await inParallel(
        8,
        cases,
        async ({ query, value, what }) =>
          `${what}: ${verdictOf(await post(cast.owner.browser, { query, variables: { value } }))}`,
      );

      expect(found).toEqual(cases.map(({ what }) => `${what}: 400 VALIDATION_FAILED`));
    },
    PATIENCE_MS,
  );

  it(
    'is refused or taken as it is where it is text, and never an error of ours',
    async () => {
      const found = await inParallel(8, mutationsOf(schema), async (mutation) => {
        const cases = inputFieldsOf(schema, mutation)
          .filter(({ type }) => ['String', 'ID'].includes(getNamedType(type).name))
          .flatMap(({ name: field, type }) =>
            odd.map((text) => ({ field, value: isListType(getNullableType(type)) ? [text] : text })),
          );
        const lines: string[] = [];
        let tenant = await createCompleteTenant(app, cast);
        for (const { field, value } of cases) {
          const input = { ...inputOf(mutation.name, tenant), [field]: value };
          const verdict = verdictOf(
            await post(callerOf(mutation.name), { query: mutationDocument(mutation), variables: { input } }),
          );
          lines.push(`${mutation.name}.${field} ${JSON.stringify(value).slice(0, 30)}: ${verdict}`);
          // What was done may have taken what the next one is to be done to.
          if (verdict === '200 ok') tenant = await createCompleteTenant(app, cast);
        }
        return lines;
      });

      expect(found.flat().length).toBeGreaterThan(500);
      expect(
        found
          .flat()
          .filter(
            (line) => !/: (200 (ok|[A-Z_]+)|400 VALIDATION_FAILED)$/.test(line) || /INTERNAL|UNAVAILABLE/.test(line),
          ),
      ).toEqual([]);
    },
    PATIENCE_MS,
  );

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'isInstanceAdministrator', 'id'])(
    'is VALIDATION_FAILED as a field that an input does not have: %s',
    async (name) => {
      const tenant = await createCompleteTenant(app, cast);
      const found = await inParallel(4, mutationsOf(schema), async (mutation) => {
        // By hand: in an object literal some of these names would mean something else.
        const others = Object.entries(inputOf(mutation.name, tenant)).map((field) =>
          field.map((part) => JSON.stringify(part)),
        );
        const fields = [[JSON.stringify(name), '{ "name": "x" }'], ...others].map((field) => field.join(': '));
        const input = JSON.parse(`{ ${fields.join(', ')} }`) as object;
        return `${mutation.name}: ${verdictOf(await post(callerOf(mutation.name), { query: mutationDocument(mutation), variables: { input } }))}`;
      });
      expect(found).toEqual(mutationsOf(schema).map(({ name: mutation }) => `${mutation}: 400 VALIDATION_FAILED`));
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  const create = (name: string): string =>
    `mutation { createOrganization(input: { name: ${name} }) { organization { id } } }`;

  it.each([
    ['NUL written in the document', { query: create('"a\\u0000b"') }],
    ['NUL in a block string of the document', { query: create('"""a\0b"""') }],
    ['half a surrogate pair in the document', { query: create('"\\ud800"') }],
    ['NUL in a variable that nothing asks for', { query: '{ __typename }', variables: { unused: { deep: ['\0'] } } }],
    ['NUL as a variable’s name', { query: '{ __typename }', variables: { '\0': 1 } }],
    ['a list in a list, 40,000 deep', { query: '{ __typename }', variables: DEEP }],
    ['variables that are a text', { query: '{ __typename }', variables: '{}' }],
    ['variables that are a list', { query: '{ __typename }', variables: [] }],
    ['extensions that are a text', { query: '{ __typename }', extensions: 'x' }],
    ['a document that is an object', { query: { kind: 'Document', definitions: [] } }],
    ['a document that is a list', { query: ['{ __typename }'] }],
    ['an empty document', { query: '' }],
    ['no document', {}],
    ['a comment alone', { query: '# nothing' }],
    ['a document of fragments', { query: 'fragment F on Query { __typename }' }],
    ['an operation that is not there', { query: 'query A { __typename }', operationName: 'B' }],
    ['an operation’s name that is a list', { query: 'query A { __typename }', operationName: ['A'] }],
    ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }],
    ['a subscription', { query: 'subscription { __typename }' }],
    [
      'a null where none may be',
      { query: 'query ($id: ID = "x") { project(id: $id) { id } }', variables: { id: null } },
    ],
    ['a stored query', { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }],
  ])('is VALIDATION_FAILED: %s', async (_what, body) => {
    const answer = await post(cast.owner.browser, body);
    const { errors } = answer.json<{ errors: { extensions: { code: string; requestId: string } }[] }>();
    expect(errors.map(({ extensions: { code } }) => code)).toEqual(['VALIDATION_FAILED']);
    expect(errors[0]?.extensions.requestId).toBe(answer.headers.get('x-request-id'));
    expect(answer.status).toBeLessThan(500);
  });

  it('is read as JSON, or not at all', async () => {
    for (const text of ['{', '"x"', 'null', '[1', '{"query":"{ __typename }",}', '\u0000', '']) {
      const answer = await cast.owner.browser.request('POST', '/graphql', {}, { type: 'application/json', text });
      expect([text, answer.status, answer.json<{ code: string }>().code]).toEqual([text, 400, 'VALIDATION_FAILED']);
    }
  });

  /** The arguments that a query needs beside the one that is tried. */
  function given(query: string, tenant: CompleteTenant, tried: string): string {
    const needed = Object.entries(queryArguments[query]?.(tenant) ?? {}).filter(([name]) => name !== tried);
    return needed.map(([name, value]) => `${name}: ${JSON.stringify(value)}, `).join('');
  }

  async function rowCounts(): Promise<unknown> {
    const { rows } = await app.database.query(
      `select relname, (xpath('/row/n/text()', query_to_xml('select count(*) as n from ' || relname, true, true, '')))[1]::text as n
       from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
    );
    return rows;
  }
});

const post = (client: HttpClient, body: unknown): Promise<HttpAnswer> =>
  client.request('POST', '/graphql', {}, { type: 'application/json', text: writing(body) });

function verdictOf(answer: HttpAnswer): string {
  const { errors = [] } = answer.json<{ errors?: { extensions: { code?: string } }[] }>();
  const codes = [...new Set(errors.map(({ extensions }) => extensions.code ?? 'none'))];
  return `${answer.status} ${codes.length === 0 ? 'ok' : codes.join(' and ')}`;
}
