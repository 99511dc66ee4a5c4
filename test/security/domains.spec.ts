import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DomainService } from '../../src/organizations/domains/domain.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addDomain, verifyDomain, type DomainAnswer } from '../support/domains.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { inParallel } from '../support/in-parallel.js';
import { startDnsServer, type DnsServer, type TxtRecord } from '../support/servers/dns-server.js';

const ROUNDS = 1_000;
const ROUNDS_OF_A_PAIR = 100;

interface Rival {
  readonly person: Person;
  readonly organizationId: string;
}

describe('domains withstand', () => {
  let app: TestApp;
  let dns: DnsServer;
  let owner: Person;
  let rival: Person;
  let acme: { id: string };
  let other: { id: string };

  beforeAll(async () => {
    dns = await startDnsServer();
    app = await startTestApp({ DNS_RESOLVERS: dns.address });
    [owner, rival] = [await createPerson(app), await createPerson(app)];
    [acme, other] = [await createOrganization(owner), await createOrganization(rival, 'Other')];
  });
  afterAll(async () => {
    await app.stop();
    await dns.stop();
  });

  const ownerOf = async (name: string) =>
    (await app.nest.get(DomainService, { strict: false }).findVerified(name))?.organizationId ?? null;

  async function proven(person: Person, organization: { id: string }, name: string): Promise<DomainAnswer> {
    const domain = await addDomain(person, organization.id, name);
    dns.setTxt(domain.recordName, [domain.recordValue]);
    return verifyDomain(person, domain.id);
  }

  it(`60: two organizations that prove one domain at once: exactly one gets it, ${ROUNDS} times`, async () => {
    const pairs = await Promise.all(
      Array.from({ length: ROUNDS / ROUNDS_OF_A_PAIR }, (_, pair) => Promise.all([rivalsOf(pair), rivalsOf(pair)])),
    );
    // Those of a pair stand apart, so that they do not wait for each other's trail.
    const rounds = Array.from({ length: ROUNDS_OF_A_PAIR }, (_, round) =>
      pairs.map((pair, of) => ({ pair, name: `race-${of}-${round}.test` })),
    ).flat();
    const ids = await claimAll(rounds);

    const outcomes = await inParallel(8, rounds, async ({ pair, name }) => {
      const both = pair.map(({ person, organizationId }) => verifyDomain(person, ids.get(organizationId + name) ?? ''));
      const settled = await Promise.allSettled(both);
      return settled.map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value.status : (outcome.reason as { code: string }).code,
      );
    });

    expect(outcomes.map((outcome) => outcome.sort())).toEqual(rounds.map(() => ['DOMAIN_TAKEN', 'VERIFIED']));
    const { rows } = await app.database.query(
      `select statuses, count(*)::int as count from (
         select array_agg(status order by status) as statuses from domains where name like 'race-%' group by name) as rounds
       group by statuses`,
    );
    expect(rows).toEqual([{ statuses: ['PENDING', 'VERIFIED'], count: ROUNDS }]);
    const events = await app.database.query(
      `select count(*)::int as count, count(distinct resource_id)::int as domains from audit_events where action = 'domain.verified'`,
    );
    expect(events.rows).toEqual([{ count: ROUNDS, domains: ROUNDS }]);
  });

  /** One side of a pair. An organization may look two hundred times a day, so many pairs share the rounds. */
  async function rivalsOf(pair: number): Promise<Rival> {
    const person = await createPerson(app);
    const { id } = await createOrganization(person, `Pair ${pair}`);
    return { person, organizationId: id };
  }

  /** Both sides of each round claim its name, in one statement, and the record has the values of both. */
  async function claimAll(rounds: readonly { pair: readonly Rival[]; name: string }[]): Promise<Map<string, string>> {
    const claims = rounds.flatMap(({ pair, name }) =>
      pair.map(({ organizationId }) => ({ id: randomUUID(), organizationId, name, token: randomUUID() })),
    );
    await app.database.query(
      `insert into domains (id, organization_id, name, token, status)
       select id, "organizationId", name, token, 'PENDING'
       from json_to_recordset($1) as claim (id text, "organizationId" text, name text, token text)`,
      [JSON.stringify(claims)],
    );
    for (const { name } of rounds) {
      const tokens = claims.filter((claim) => claim.name === name).map(({ token }) => `gatehouse-verify=${token}`);
      dns.setTxt(`_gatehouse-verification.${name}`, tokens);
    }
    return new Map(claims.map(({ id, organizationId, name }) => [organizationId + name, id]));
  }

  it('60: one organization that adds a name many times at once has it once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => addDomain(owner, acme.id, 'many.test')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { rows } = await app.database.query(`select count(*)::int as count from domains where name = 'many.test'`);
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('61: a claim that is never proven does not keep the owner out', async () => {
    await addDomain(rival, other.id, 'squatted.test');
    expect(await proven(owner, acme, 'squatted.test')).toMatchObject({ status: 'VERIFIED' });
    expect(await ownerOf('squatted.test')).toBe(acme.id);
  });

  it("62: another organization's token, or one of an earlier claim, proves nothing", async () => {
    const mine = await addDomain(owner, acme.id, 'tokens.test');
    const theirs = await addDomain(rival, other.id, 'tokens.test');
    expect(mine.recordValue).not.toBe(theirs.recordValue);
    dns.setTxt(mine.recordName, [theirs.recordValue]);
    expect(await verifyDomain(owner, mine.id)).toMatchObject({ status: 'PENDING', diagnosis: { code: 'DIFFERENT' } });

    const remove = 'mutation ($input: RemoveDomainInput!) { removeDomain(input: $input) { domain { id } } }';
    await rival.browser.graphql(remove, { input: { domainId: theirs.id } });
    const anew = await addDomain(rival, other.id, 'tokens.test');
    expect(await verifyDomain(rival, anew.id)).toMatchObject({ status: 'PENDING', diagnosis: { code: 'DIFFERENT' } });
  });

  it.each([
    ['a public suffix', 'co.uk'],
    ['a private suffix', 'github.io'],
    ['a bare top-level domain', 'com'],
    ['an IPv4 address', '192.0.2.1'],
    ['an IPv4 address in disguise', '0x7f.1'],
    ['an IPv6 address', '[::1]'],
    ['localhost', 'localhost'],
    ['a wildcard', '*.acme.test'],
    ['a free-mail provider', 'gmail.com'],
    ['a name below a free-mail provider', 'mail.gmail.com'],
    ['a provider of disposable addresses', 'mailinator.com'],
    ['nothing', '  '],
    ['a name with a control character', 'acme\u0007.test'],
    ['a list', 'acme.test,evil.test'],
    ['an email address', 'ada@acme.test'],
    ['a name of 2,000 characters', `${'a.'.repeat(1000)}test`],
  ])('63: %s is refused when added, with a reason and no row', async (_what, name) => {
    await expect(addDomain(owner, acme.id, name)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ field: 'name', message: expect.stringMatching(/\w{4}/) }],
    });
    const { rows } = await app.database.query('select 1 from domains where name = $1', [name]);
    expect(rows).toEqual([]);
  });

  it('64: the proof of a subdomain gives no parent', async () => {
    await proven(owner, acme, 'deep.parent.test');
    expect(await ownerOf('deep.parent.test')).toBe(acme.id);
    expect(await ownerOf('parent.test')).toBeNull();
    expect(await ownerOf('deeper.deep.parent.test')).toBeNull();
  });

  it("64: the proof of a parent takes no other organization's subdomain", async () => {
    await proven(rival, other, 'sub.family.test');
    await proven(owner, acme, 'family.test');
    expect([await ownerOf('family.test'), await ownerOf('sub.family.test')]).toEqual([acme.id, other.id]);
    await proven(rival, other, 'later.family.test');
    expect(await ownerOf('later.family.test')).toBe(other.id);
  });

  it('65: look-alike letters are shown as A-labels, and full-width letters equal plain ones', async () => {
    const lookAlike = await addDomain(rival, other.id, '\u0430cme.test');
    expect([lookAlike.name, lookAlike.recordName]).toEqual([
      'xn--cme-5cd.test',
      '_gatehouse-verification.xn--cme-5cd.test',
    ]);
    expect((await addDomain(owner, acme.id, 'ａｃｍｅ．test')).name).toBe('acme.test');
    await expect(addDomain(owner, acme.id, 'acme.test')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('66: case, spaces around and a trailing dot make no second row', async () => {
    await addDomain(owner, acme.id, ' Row.TEST. ');
    for (const name of ['row.test', 'ROW.test', 'row.test.', '\trow.test ']) {
      await expect(addDomain(owner, acme.id, name)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    const { rows } = await app.database.query(`select name from domains where name ilike '%row.test%'`);
    expect(rows).toEqual([{ name: 'row.test' }]);
  });

  it.each<[string, (value: string) => readonly TxtRecord[], string, string]>([
    [
      'chunks are joined',
      (value) => [[value.slice(0, 20), value.slice(20, 21), value.slice(21)]],
      'VERIFIED',
      'MATCHED',
    ],
    [
      'any of several records counts',
      (value) => ['v=spf1 -all', 'gatehouse-verify=old', value, 'x'],
      'VERIFIED',
      'MATCHED',
    ],
    ['the value in quotes does not count, and is diagnosed', (value) => [`"${value}"`], 'PENDING', 'QUOTED'],
    ['a prefix does not count', (value) => [` ${value}`], 'PENDING', 'DIFFERENT'],
    ['a suffix does not count', (value) => [`${value}.`], 'PENDING', 'DIFFERENT'],
    ['another case does not count', (value) => [value.toUpperCase()], 'PENDING', 'DIFFERENT'],
    ['the token alone does not count', (value) => [value.replace('gatehouse-verify=', '')], 'PENDING', 'DIFFERENT'],
    ['a value over two records does not count', (value) => [value.slice(0, 20), value.slice(20)], 'PENDING', 'SPLIT'],
    ['an empty record does not count', () => [''], 'PENDING', 'DIFFERENT'],
    ['bytes that are no text do not count, nor fail', () => ['\u0000\u0007\u202e', '\ud800'], 'PENDING', 'DIFFERENT'],
  ])('67: %s', async (what, records, status, code) => {
    const domain = await addDomain(owner, acme.id, `${what.replace(/\W+/g, '-')}.test`);
    dns.setTxt(domain.recordName, records(domain.recordValue));
    expect(await verifyDomain(owner, domain.id)).toMatchObject({ status, diagnosis: { code } });
  });

  it.each([
    ['at the domain itself', 'MISPLACED', (name: string) => name],
    ['at our name with the domain twice', 'MISPLACED', (name: string) => `_gatehouse-verification.${name}.${name}`],
    ['at a name beside ours', 'NOT_FOUND', (name: string) => `gatehouse-verification.${name}`],
  ])('67: a record %s does not count, and is told as %s', async (_, code, placeIn) => {
    const domain = await addDomain(
      owner,
      acme.id,
      `${code.toLowerCase().replace('_', '-')}-${placeIn('x').length}.test`,
    );
    dns.setTxt(placeIn(domain.name), [domain.recordValue]);
    const { status, diagnosis } = await verifyDomain(owner, domain.id);
    expect([status, diagnosis?.code]).toEqual(['PENDING', code]);
    if (code === 'MISPLACED') expect(diagnosis?.message).toContain(`stands at ${placeIn(domain.name)} instead of`);
  });

  it.each(['SERVFAIL', 'REFUSED', 'TIMEOUT', 'TRUNCATED', 'GARBAGE'] as const)(
    '68: %s says "try again later" within five seconds, and changes neither a claim nor a proof',
    async (failure) => {
      const pending = await addDomain(owner, acme.id, `pending.${failure}.test`);
      const verified = await proven(owner, acme, `verified.${failure}.test`);
      dns.fail(`${failure}.test`, failure);

      const started = performance.now();
      const [claim, proof] = await Promise.all([verifyDomain(owner, pending.id), verifyDomain(owner, verified.id)]);
      expect(performance.now() - started).toBeLessThan(5_000);
      expect(claim).toMatchObject({
        status: 'PENDING',
        diagnosis: { code: 'LOOKUP_FAILED', found: [], askedOf: [dns.address] },
      });
      expect(claim.diagnosis?.message).toContain('Try again later');
      expect(proof).toMatchObject({
        status: 'VERIFIED',
        verifiedAt: verified.verifiedAt,
        diagnosis: { code: 'LOOKUP_FAILED' },
      });
    },
  );

  it('71: a domain that is verified again and again is looked up twenty times, and then less and less often', async () => {
    const third = await createOrganization(owner, 'Third');
    const domain = await addDomain(owner, third.id, 'hammered.test');
    const asked = () => dns.queries.filter(({ name, type }) => type === 'TXT' && name === domain.recordName).length;
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => verifyDomain(owner, domain.id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(asked()).toBe(20);
    const { errors } = await owner.browser.graphql(
      'mutation ($id: ID!) { verifyDomain(input: { domainId: $id }) { domain { id } } }',
      { id: domain.id },
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    const beside = await addDomain(owner, third.id, 'beside.test');
    expect((await verifyDomain(owner, beside.id)).status).toBe('PENDING');
  });
});
