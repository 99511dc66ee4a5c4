import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccessService } from '../../src/access/access.service.js';
import { ApiKeyEndingService } from '../../src/api-keys/api-key-ending.service.js';
import { ApiKeyRotationService } from '../../src/api-keys/api-key-rotation.service.js';
import { KeyUsage } from '../../src/api-keys/verify/key-usage.service.js';
import type { Actor } from '../../src/policy/actor.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { inParallel } from '../support/in-parallel.js';

const ROUNDS = 1_000;
/** So many rounds at once, each in an organization of its own: they would wait for each other's entries on the trail. */
const AT_ONCE = 4;
const PATIENCE_MS = 60_000;

/** Two processes on one database. What is raced here is called in them, without HTTP: a thousand rounds take seconds. */
let app: TestApp;
let other: TestApp;
const organizations: string[] = [];

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey });
  const owner = await createPerson(app);
  for (let made = 0; made < AT_ONCE; made += 1) organizations.push((await createOrganization(owner)).id);
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});

const rotationOf = ({ nest }: TestApp) => nest.get(ApiKeyRotationService, { strict: false });
const endingOf = ({ nest }: TestApp) => nest.get(ApiKeyEndingService, { strict: false });
const usageOf = ({ nest }: TestApp) => nest.get(KeyUsage, { strict: false });

/** One for each call, since an actor keeps what it was told. */
const actorIn = ({ nest }: TestApp): Actor =>
  nest
    .get(AccessService, { strict: false })
    .actorFor({ kind: 'administrator' }, { ip: null, userAgent: null, requestId: 'race' });

const rotate = async (at: TestApp, organizationId: string, apiKeyId: string): Promise<string> =>
  rotationOf(at)
    .rotate(actorIn(at), { organizationId, projectId: null }, { apiKeyId, overlapSeconds: 60 })
    .then(
      () => 'rotated',
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    );

const revoke = async (at: TestApp, organizationId: string, apiKeyId: string): Promise<string> => {
  await endingOf(at).revoke(actorIn(at), organizationId, apiKeyId);
  return 'revoked';
};

/** As many keys as there are rounds. @param successors whether each has one that nobody has used yet, an hour of overlap ahead */
async function keysFor(organizationId: string, rounds: number, successors = false): Promise<string[]> {
  const { rows } = await app.database.query<{ id: string }>(
    `insert into api_keys (id, organization_id, scope, name, public_key, secret_digest, display_secret, permissions, created_by)
     select key, $1, 'ORGANIZATION', key, 'pk-' || key, sha256(key::bytea), 'sk-…', '{traces.read}', 'administrator'
     from (select gen_random_uuid()::text as key from generate_series(1, $2)) made returning id`,
    [organizationId, rounds],
  );
  if (successors) {
    await app.database.query(
      `with made as (
         insert into api_keys (id, organization_id, scope, name, public_key, secret_digest, display_secret, permissions, created_by, rotated_from)
         select id || '-next', organization_id, scope, name, public_key || '-next', sha256((id || '-next')::bytea), 'sk-…', permissions, created_by, id
         from api_keys where id = any($1) returning rotated_from as id, id as successor_id)
       update api_keys set successor_id = made.successor_id, rotated_at = now(), overlap_seconds = 60
       from made where api_keys.id = made.id`,
      [rows.map(({ id }) => id)],
    );
  }
  return rows.map(({ id }) => id);
}

interface Family {
  readonly id: string;
  readonly revoked: boolean;
  readonly successor_id: string | null;
  readonly dies_at: Date | null;
  /** The keys made in its place, and which of them are in use. */
  readonly made: readonly string[];
  readonly living: readonly string[];
}

const stateOf = async (ids: readonly string[]): Promise<Family[]> =>
  (
    await app.database.query<Family>(
      `select old.id, old.revoked_at is not null as revoked, old.successor_id, old.dies_at,
         array(select id from api_keys where rotated_from = old.id) as made,
         array(select id from api_keys where rotated_from = old.id and revoked_at is null) as living
       from api_keys old where old.id = any($1)`,
      [ids],
    )
  ).rows;

/** Runs a race in each organization, round after round. @returns what came of it, counted, and the keys as they are now */
async function race(
  run: (organizationId: string, id: string, round: number) => Promise<readonly string[]>,
  successors = false,
): Promise<{ readonly outcomes: Map<string, number>; readonly keys: readonly Family[] }> {
  const outcomes = new Map<string, number>();
  const all: string[] = [];
  await inParallel(AT_ONCE, organizations, async (organizationId) => {
    const ids = await keysFor(organizationId, ROUNDS / AT_ONCE, successors);
    all.push(...ids);
    for (const [round, id] of ids.entries()) {
      const outcome = (await run(organizationId, id, round)).toSorted().join(' and ');
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  });
  return { outcomes, keys: await stateOf(all) };
}

const wrong = (keys: readonly Family[], isRight: (key: Family) => boolean): Family[] =>
  keys.filter((key) => !isRight(key));

describe('a thousand rounds', () => {
  it(
    'of two who rotate one key at once: it has one successor, and one of them is told so',
    async () => {
      const { outcomes, keys } = await race((organizationId, id) =>
        Promise.all([rotate(app, organizationId, id), rotate(other, organizationId, id)]),
      );
      expect([...outcomes]).toEqual([['CONFLICT and rotated', ROUNDS]]);
      expect(keys).toHaveLength(ROUNDS);
      expect(wrong(keys, ({ made, successor_id }) => made.length === 1 && made[0] === successor_id)).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'of one who rotates a key and one who revokes it: the old one is dead, and there is a new one only for whoever was told of it',
    async () => {
      const { outcomes, keys } = await race((organizationId, id, round) => {
        const both = [() => rotate(app, organizationId, id), () => revoke(other, organizationId, id)];
        return Promise.all((round % 2 === 0 ? both : both.reverse()).map((start) => start()));
      });
      const [rotated, late] = ['revoked and rotated', 'PRECONDITION_FAILED and revoked'].map(
        (outcome) => outcomes.get(outcome) ?? 0,
      );
      expect([rotated! + late!, rotated! > 0, late! > 0]).toEqual([ROUNDS, true, true]);
      expect(wrong(keys, ({ revoked }) => revoked)).toEqual([]);
      expect(wrong(keys, ({ made, living, successor_id }) => made.length === living.length && made[0] === (successor_id ?? undefined))).toEqual([]); // prettier-ignore
      expect(keys.filter(({ made }) => made.length === 1)).toHaveLength(rotated!);
    },
    PATIENCE_MS,
  );

  it(
    'of a successor that is used for the first time and revoked: it is dead, and the old one lives with no end of its own',
    async () => {
      const { outcomes, keys } = await race(async (organizationId, id, round) => {
        const use = async (at: TestApp): Promise<string> => {
          await usageOf(at).note({ id: `${id}-next`, isUnusedSuccessor: true }, { ip: null, userAgent: null });
          return 'used';
        };
        const end = () => revoke(other, organizationId, `${id}-next`);
        const all = [() => use(app), end, () => use(other)];
        return Promise.all((round % 2 === 0 ? all : all.reverse()).map((start) => start()));
      }, true);
      expect([...outcomes]).toEqual([['revoked and used and used', ROUNDS]]);
      expect(
        wrong(
          keys,
          ({ revoked, successor_id, dies_at, living }) =>
            !revoked && successor_id === null && dies_at === null && living.length === 0,
        ),
      ).toEqual([]);
    },
    PATIENCE_MS,
  );
});
