import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import { startTestApp, type TestApp } from '../support/app.js';
import { createCast, createCompleteTenant, type Cast, type CompleteTenant } from '../support/complete-tenant.js';
import { inParallel } from '../support/in-parallel.js';
import { queryArguments } from '../support/operations.js';
import { isOfList, objectTypeOf, queryAlong, schemaOf, waysThrough, type Way } from '../support/schema-walk.js';
import { createClient, type GraphqlAnswer, type HttpClient } from '../support/servers/http-client.js';

/** From the viewer to the members of their organizations. Longer ways come through no other field. */
const LONGEST_WAY = 6;

/** What no query tells of, since mutations alone answer with it: the instance's, and what became of a list of invitations or members. */
const ofMutations = ['InvitationProblem', 'InvitationResult', 'MemberProblem', 'MemberResult', 'SigningKey'];

/** For some hundred requests, on a machine that has other things to do. */
const PATIENCE_MS = 120_000;

describe('105: whatever way a query takes', () => {
  let app: TestApp;
  let schema: GraphQLSchema;
  let cast: Cast;
  let own: CompleteTenant;
  /** Shares two people with the own one: a member of both, and an owner of both who has made its keys and invitations. */
  let foreign: CompleteTenant;

  beforeAll(async () => {
    app = await startTestApp();
    schema = schemaOf(app);
    cast = await createCast(app);
    const { coOwner, colleague } = cast;
    own = await createCompleteTenant(app, cast);
    foreign = await createCompleteTenant(app, { ...(await createCast(app)), coOwner, colleague });
    // A trail in each, so that there is one to read.
    for (const { projectId, marker } of [own, foreign]) await rename(projectId, `Project ${marker}`);
  });
  afterAll(() => app.stop());

  async function rename(projectId: string, name: string): Promise<void> {
    const { errors } = await app
      .admin()
      .graphql('mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { id } } }', {
        input: { projectId, name },
      });
    expect(errors).toEqual([]);
  }

  const callers = (): (readonly [string, HttpClient])[] => [
    ...(['owner', 'hidden', 'stranger'] as const).map((name) => [name, cast[name].browser] as const),
    ['projectKey', createClient(app.url, { bearer: own.projectKey })],
    ['organizationKey', createClient(app.url, { bearer: own.organizationKey })],
  ];

  /** @param atEnd arguments of the way's last field */
  function ask(
    client: HttpClient,
    way: Way,
    tenant: CompleteTenant,
    atEnd: object = {},
  ): Promise<GraphqlAnswer<unknown>> {
    const atStart = queryArguments[way.fields[0]!.name]?.(tenant) ?? {};
    return client.graphql(queryAlong(way, Object.keys(atStart), Object.keys(atEnd)), { ...atStart, ...atEnd });
  }

  it(
    'it never leaves the caller’s own organization, through any type',
    async () => {
      const ways = waysThrough(schema, LONGEST_WAY);
      const reached = new Set(ways.map(({ fields }) => objectTypeOf(fields.at(-1)!.type)?.name));
      const answered = Object.values(schema.getTypeMap()).flatMap((type) => {
        const isAnswer = objectTypeOf(type as never) !== null && !/^__|^(Query|Mutation)$|Payload$/.test(type.name);
        return isAnswer ? [type.name] : [];
      });
      expect([...reached, ...ofMutations].sort()).toEqual(answered.sort());

      const cases = callers().flatMap(([name, client]) => ways.map((way) => ({ name, client, way })));
      const found = await inParallel(8, cases, async ({ name, client, way }) => {
        const answer = await ask(client, way, own);
        return { what: `${nameOf(way)} as ${name}`, answer, tells: answer.answer.text.includes(own.marker) };
      });

      expect(found.filter(({ answer }) => answer.answer.text.includes(foreign.marker)).map(({ what }) => what)).toEqual(
        [],
      );
      const codes = new Set(found.flatMap(({ answer }) => answer.errors.map(({ extensions }) => extensions.code)));
      expect([...codes].sort()).toEqual(['FORBIDDEN', 'NOT_FOUND']);
      // The ways lead somewhere: what is hidden from a stranger is there.
      expect(found.filter(({ what, tells }) => tells && what.endsWith('owner')).length).toBeGreaterThan(30);
      expect(found.filter(({ what, tells }) => tells && what.endsWith('stranger'))).toEqual([]);
    },
    PATIENCE_MS,
  );

  /** The ways that end in a page of a list. */
  const lists = (): Way[] =>
    waysThrough(schema, LONGEST_WAY).filter(({ fields }) => fields.at(-1)!.args.some(({ name }) => name === 'first'));

  it.each([-1, 0, 101, 1e9, 2 ** 31, '10', 1.5])('no list has a page of %j', async (first) => {
    const ways = shortest(lists());
    const found = await inParallel(4, ways, async (way) => codeOf(await ask(app.admin(), way, own, { first })));
    expect(found.length).toBeGreaterThan(8);
    expect(found).toEqual(ways.map(() => 'VALIDATION_FAILED'));
  });

  it('no list continues behind a cursor that no list gave', async () => {
    const forged = [
      '',
      'x',
      'after',
      cursor('after:'),
      cursor("after:' or true --"),
      cursor('before:1'),
      cursor(`after:${'1'.repeat(200)}`),
      '\u{1f511}',
    ];
    const cases = shortest(lists()).flatMap((way) => forged.map((after) => ({ way, after })));
    const found = await inParallel(4, cases, async ({ way, after }) =>
      codeOf(await ask(app.admin(), way, own, { after })),
    );
    expect(found).toEqual(cases.map(() => 'VALIDATION_FAILED'));
  });

  it(
    'a cursor of another list, or of another organization’s, is refused or changes nothing in what is seen',
    async () => {
      const cursors = await Promise.all(
        shortest(lists()).flatMap((way) =>
          [own, foreign].map(async (tenant) =>
            cursorsIn((await ask(app.admin(), cursorsOf(way), tenant)).answer.text).slice(0, 1),
          ),
        ),
      );
      const all = [...new Set(cursors.flat())];
      expect(all.length).toBeGreaterThan(15);

      const cases = shortest(lists()).flatMap((way) => all.map((after) => ({ way, after })));
      const found = await inParallel(8, cases, async ({ way, after }) => {
        const answer = await ask(cast.owner.browser, way, own, { after });
        return {
          what: `${nameOf(way)} after ${after}`,
          code: codeOf(answer),
          leaks: answer.answer.text.includes(foreign.marker),
        };
      });
      expect(found.filter(({ leaks }) => leaks)).toEqual([]);
      expect([...new Set(found.map(({ code }) => code))].sort()).toEqual(['VALIDATION_FAILED', 'ok']);
    },
    PATIENCE_MS,
  );

  /** The way to the edges of the list at the end of a way: their cursors are what it selects. */
  function cursorsOf(way: Way): Way {
    const list = objectTypeOf(way.fields.at(-1)!.type)!;
    return { type: list, fields: [...way.fields, list.getFields().edges!] };
  }
});

/** One way to each field. */
function shortest(ways: readonly Way[]): Way[] {
  const found = new Map<string, Way>();
  for (const way of ways) {
    const name = `${way.type.name}.${way.fields.at(-1)!.name}`;
    if (!isOfList(way.type) && !found.has(name)) found.set(name, way);
  }
  return [...found.values()];
}

const nameOf = ({ fields }: Way): string => fields.map(({ name }) => name).join('.');

const codeOf = ({ errors }: GraphqlAnswer<unknown>): string => errors[0]?.extensions.code ?? 'ok';

const cursor = (text: string): string => Buffer.from(text).toString('base64url');

const cursorsIn = (text: string): string[] => [...text.matchAll(/"cursor":"([^"]+)"/g)].map(([, found = '']) => found);
