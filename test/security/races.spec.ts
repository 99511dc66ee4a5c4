import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { InvitationService } from '../../src/organizations/invitations/invitation.service.js';
import { InvitingService } from '../../src/organizations/invitations/inviting.service.js';
import { MembershipChanges } from '../../src/organizations/members/membership-changes.service.js';
import { OwnershipService } from '../../src/organizations/members/ownership.service.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { Database } from '../../src/platform/database/database.js';
import { anonymous, type Actor } from '../../src/policy/actor.js';
import { ownPermissions, type BuiltInRole } from '../../src/policy/permissions.js';
import { ScimUserChanges } from '../../src/scim/users/scim-user-changes.service.js';
import { userDocument, wishIn } from '../../src/scim/users/user-resource.js';
import type { ScimClient } from '../../src/scim/scim-client.types.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createPerson, type Person } from '../support/factories.js';
import { inParallel } from '../support/in-parallel.js';

const ROUNDS = 1_000;
/** So many rounds at once, each in an organization of its own. */
const AT_ONCE = 4;
const PATIENCE_MS = 60_000;

const origin = { ip: '127.0.0.1', userAgent: 'test', requestId: 'race' };

/** Somebody who held everything when they were asked: what is read before the turn is taken must not count. */
const holderOfEverything = ({ id, email }: Person): Actor => ({
  ...anonymous(origin),
  kind: 'user',
  id,
  label: email,
  roleIn: () => Promise.resolve('OWNER'),
  permissionsIn: () => Promise.resolve(new Set(ownPermissions)),
  grantableIn: () => Promise.resolve({ role: 'OWNER', permissions: new Set(ownPermissions) }),
});

describe('a thousand times at once', () => {
  let app: TestApp;
  let memberships: MembershipChanges;
  let ada: Person;
  let eve: Person;

  beforeAll(async () => {
    app = await startTestApp();
    memberships = app.nest.get(MembershipChanges, { strict: false });
    [ada, eve] = [await createPerson(app), await createPerson(app)];
  });
  afterAll(() => app.stop());

  /** As many organizations as there are rounds, with these members. */
  async function createOrganizations(
    name: string,
    people: readonly (readonly [Person, BuiltInRole])[],
    { seats = null, rounds = ROUNDS }: { readonly seats?: number | null; readonly rounds?: number } = {},
  ): Promise<string[]> {
    const ids = Array.from({ length: rounds }, (_, round) => `${name}-${round}`);
    await app.database.query(
      `insert into organizations (id, name, slug, plan, seats) select id, id, id, 'self-hosted', $2 from unnest($1::text[]) id`,
      [ids, seats],
    );
    for (const [{ id }, role] of people)
      await app.database.query(
        `insert into memberships (organization_id, user_id, role, source) select id, $2, $3, 'INVITATION' from unnest($1::text[]) id`,
        [ids, id, role],
      );
    return ids;
  }

  /** Plays a round in each organization, and counts the outcomes: what succeeded, and with which codes the others failed. */
  async function play(
    organizationIds: readonly string[],
    games: readonly ((organizationId: string) => readonly Promise<unknown>[])[],
  ): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    const rounds = [...organizationIds.entries()];
    await inParallel(AT_ONCE, rounds, async ([round, organizationId]) => {
      const outcomes = await Promise.allSettled(games[round % games.length]!(organizationId));
      const told = outcomes.map((outcome) => {
        if (outcome.status === 'fulfilled') return 'done';
        return outcome.reason instanceof AppError ? outcome.reason.code : String(outcome.reason);
      });
      const key = told.sort().join(' ');
      counts[key] = (counts[key] ?? 0) + 1;
    });
    return counts;
  }

  /** How many organizations have so many of what is asked for. */
  async function countOf(organizationIds: readonly string[], sql: string): Promise<Record<string, number>> {
    const { rows } = await app.database.query<{ found: number; organizations: number }>(
      `select found::int, count(*)::int as organizations from (select (${sql}) as found from unnest($1::text[]) as organization) as each
       group by found`,
      [organizationIds],
    );
    return Object.fromEntries(rows.map(({ found, organizations }) => [found, organizations]));
  }
  const owners = `select count(*) from memberships where organization_id = organization and role = 'OWNER'`;

  it(
    '121: two owners who demote, remove or leave each other: one remains',
    async () => {
      const ids = await createOrganizations('owners', [
        [ada, 'OWNER'],
        [eve, 'OWNER'],
      ]);
      const [asAda, asEve] = [holderOfEverything(ada), holderOfEverything(eve)];
      const outcomes = await play(ids, [
        (id) => [
          memberships.changeRole(asAda, id, eve.id, 'ADMIN'),
          memberships.changeRole(asEve, id, ada.id, 'VIEWER'),
        ],
        (id) => [memberships.remove(asAda, id, eve.id), memberships.remove(asEve, id, ada.id)],
        (id) => [memberships.leave(asAda, id), memberships.leave(asEve, id)],
        (id) => [memberships.changeRole(asAda, id, ada.id, 'NONE'), memberships.leave(asEve, id)],
      ]);
      expect(outcomes).toEqual({ 'LAST_OWNER done': ROUNDS });
      expect(await countOf(ids, owners)).toEqual({ 1: ROUNDS });
    },
    PATIENCE_MS,
  );

  it(
    '121: two owners whom their directory takes out of the account or the organization, or one of whom goes: one remains',
    async () => {
      const ids = await createOrganizations('directories', []);
      // Accounts of their own: what a directory decides counts for an account, and not for one organization.
      const people = ids.flatMap((id) => [`a@${id}.test`, `b@${id}.test`]);
      await app.database.query(
        `insert into domains (id, organization_id, name, token, status, verified_at) select id, id, id || '.test', id, 'VERIFIED', now() from unnest($1::text[]) id`,
        [ids],
      );
      await app.database.query(
        `insert into users (id, email, name, email_verified_at, instance_administrator) select email, email, email, now(), false from unnest($1::text[]) email`,
        [people],
      );
      await app.database.query(
        `insert into memberships (organization_id, user_id, role, source)
         select split_part(split_part(email, '@', 2), '.', 1), email, 'OWNER', 'SCIM' from unnest($1::text[]) email`,
        [people],
      );
      const changes = app.nest.get(ScimUserChanges, { strict: false });
      const directoryOf = (organizationId: string): ScimClient => ({
        tokenId: 'token',
        organizationId,
        role: 'VIEWER',
        actor: { ...holderOfEverything(ada), kind: 'scimToken', organizationId },
      });
      const deactivate = (id: string, who: string) =>
        changes.change(directoryOf(id), `${who}@${id}.test`, (user) => ({
          ...wishIn(userDocument(user)),
          active: false,
        }));
      const remove = (id: string, who: string) =>
        changes.remove(directoryOf(id), `${who}@${id}.test`, () => Promise.resolve());
      const leaving = (id: string, who: string) =>
        memberships.leave(holderOfEverything({ ...ada, id: `${who}@${id}.test` }), id);
      const outcomes = await play(ids, [
        (id) => [deactivate(id, 'a'), deactivate(id, 'b')],
        (id) => [remove(id, 'a'), remove(id, 'b')],
        (id) => [deactivate(id, 'a'), remove(id, 'b')],
        (id) => [deactivate(id, 'a'), leaving(id, 'b')],
      ]);
      expect(outcomes).toEqual({ 'LAST_OWNER done': ROUNDS });
      const active = `select count(*) from memberships m join users u on u.id = m.user_id
        where m.organization_id = organization and m.role = 'OWNER' and u.deactivated_at is null`;
      expect(await countOf(ids, active)).toEqual({ 1: ROUNDS });
    },
    PATIENCE_MS,
  );

  it(
    '121: an owner who hands over to somebody who leaves, is removed, or hands over themselves: one remains',
    async () => {
      const people = [
        [ada, 'OWNER'],
        [eve, 'ADMIN'],
      ] as const;
      const ids = await createOrganizations('heirs', people, { rounds: 250 });
      const ownership = app.nest.get(OwnershipService, { strict: false });
      const [asAda, asEve] = [holderOfEverything(ada), holderOfEverything(eve)];
      const handOver = (id: string) => ownership.transfer(asAda, id, eve.id);
      const outcomes = await play(ids, [
        (id) => [handOver(id), memberships.leave(asEve, id)],
        (id) => [handOver(id), memberships.remove(asAda, id, eve.id)],
        (id) => [handOver(id), memberships.changeRole(asAda, id, ada.id, 'VIEWER')],
        (id) => [handOver(id), ownership.transfer(asEve, id, ada.id)],
        (id) => [handOver(id), handOver(id)],
      ]);
      // One of the two is always refused, but where it is what the other one has left to do.
      const refused = ['FORBIDDEN done', 'LAST_OWNER done', 'NOT_FOUND done', 'done done'];
      expect(Object.keys(outcomes).filter((told) => !refused.includes(told))).toEqual([]);
      expect(await countOf(ids, owners)).toEqual({ 1: ids.length });
    },
    PATIENCE_MS,
  );

  it(
    '123: one invitation that is accepted twice: one membership',
    async () => {
      const ids = await createOrganizations('invited', [[ada, 'OWNER']]);
      await app.database.query(
        `insert into invitations (id, organization_id, email, role, token_digest, invited_by, expires_at)
         select id, id, $2, 'MEMBER', sha256(convert_to(id, 'UTF8')), $3, now() + interval '1 day' from unnest($1::text[]) id`,
        [ids, eve.email, ada.id],
      );
      const invitations = app.nest.get(InvitationService, { strict: false });
      const accept = (token: string) => invitations.acceptAs(holderOfEverything(eve), token);
      expect(await play(ids, [(id) => [accept(id), accept(id)]])).toEqual({
        'INVITATION_INVALID done': ROUNDS,
      });
      expect(await countOf(ids, 'select count(*) from memberships where organization_id = organization')).toEqual({
        2: ROUNDS,
      });
      const joined = `select count(*) from audit_events where chain_id = organization and action in ('member.added', 'invitation.accepted')`;
      expect(await countOf(ids, joined)).toEqual({ 2: ROUNDS });
    },
    PATIENCE_MS,
  );

  it(
    'one seat that two people are to get, by whatever way: one has it',
    async () => {
      const ids = await createOrganizations('seats', [[ada, 'OWNER']], { seats: 2 });
      const mia = await createPerson(app);
      // Of a time with more seats: each fourth organization has two that wait for the one.
      await app.database.query(
        `insert into invitations (id, organization_id, email, role, token_digest, invited_by, expires_at)
         select id || email, id, email, 'MEMBER', sha256(convert_to(id || email, 'UTF8')), $3, now() + interval '1 day'
         from unnest($1::text[]) id, unnest($2::text[]) email`,
        [ids.filter((_, round) => round % 4 === 3), [eve.email, mia.email], ada.id],
      );
      const database = app.nest.get(Database, { strict: false });
      const [invitations, inviting] = [
        app.nest.get(InvitationService, { strict: false }),
        app.nest.get(InvitingService, { strict: false }),
      ];
      const asAda = holderOfEverything(ada);
      const add = (organizationId: string, userId: string) =>
        database.transaction((tx) =>
          memberships.add(tx, asAda, { organizationId, userId, role: 'VIEWER', source: 'ADMINISTRATOR' }),
        );
      const invite = (id: string) => inviting.invite(asAda, id, { email: `${randomUUID()}@race.test`, role: 'VIEWER' });
      const outcomes = await play(ids, [
        (id) => [add(id, eve.id), add(id, mia.id)],
        (id) => [invite(id), invite(id)],
        (id) => [add(id, eve.id), invite(id)],
        (id) => [
          invitations.acceptAs(holderOfEverything(eve), id + eve.email),
          invitations.acceptAs(holderOfEverything(mia), id + mia.email),
        ],
      ]);
      expect(outcomes).toEqual({ 'ENTITLEMENT_REQUIRED done': ROUNDS });
      const joined = await countOf(ids, 'select count(*) from memberships where organization_id = organization');
      const invited = await countOf(
        ids,
        'select count(*) from invitations where organization_id = organization and accepted_at is null',
      );
      expect([Object.keys(joined), Object.keys(invited)]).toEqual([
        ['1', '2'],
        ['0', '1'],
      ]);
    },
    PATIENCE_MS,
  );
});
