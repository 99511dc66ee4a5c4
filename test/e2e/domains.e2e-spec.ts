import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { domainWillGo } from '../../src/organizations/domains/domain.service.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { DomainEvents } from '../../src/platform/events/domain-events.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import { addDomain, verifyDomain, type DomainAnswer } from '../support/domains.js';
import { trailOfRequest } from '../support/trail.js';

const removeMutation =
  'mutation ($input: RemoveDomainInput!) { removeDomain(input: $input) { domain { name status } } }';

describe('domains', () => {
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

  const publish = ({ recordName, recordValue }: DomainAnswer) => dns.setTxt(recordName, [recordValue]);

  it('shows the record to publish, says PENDING with a diagnosis until DNS has it, and then VERIFIED', async () => {
    const added = await addDomain(owner, acme.id, 'acme.test');
    expect(added).toMatchObject({
      name: 'acme.test',
      status: 'PENDING',
      verifiedAt: null,
      lastCheckedAt: null,
      recordName: '_gatehouse-verification.acme.test',
      recordValue: expect.stringMatching(/^gatehouse-verify=[\w-]{43}$/),
      diagnosis: null,
    });

    const early = await verifyDomain(owner, added.id);
    expect(early).toMatchObject({ status: 'PENDING', verifiedAt: null });
    expect(early.lastCheckedAt).not.toBeNull();
    expect(early.diagnosis).toEqual({
      proof: 'TXT',
      code: 'NOT_FOUND',
      message: expect.stringContaining('Add it with this value'),
      recordName: added.recordName,
      expected: added.recordValue,
      found: [],
      askedOf: [dns.address],
      expectedBy: null,
      looks: ['TXT', 'CNAME', 'FILE'].map((proof) => ({ proof, code: 'NOT_FOUND', message: expect.any(String) })),
    });

    publish(added);
    const proven = await verifyDomain(owner, added.id);
    expect(proven).toMatchObject({ status: 'VERIFIED', diagnosis: { code: 'MATCHED', found: [added.recordValue] } });
    expect(Date.parse(proven.verifiedAt ?? '')).toBeGreaterThan(Date.now() - 10_000);

    const { data } = await owner.browser.graphql(
      `query ($id: ID) { organization(id: $id) { domains { name status } } }`,
      { id: acme.id },
    );
    expect(data).toEqual({ organization: { domains: [{ name: 'acme.test', status: 'VERIFIED' }] } });
  });

  it('records each step with who, what it was before and after, how it ended, and from where', async () => {
    const [add, fail, prove, again, remove] = Array.from({ length: 5 }, () => randomUUID()) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const domain = await addDomain(owner, acme.id, 'trail.test', add);
    dns.setTxt(domain.recordName, ['something else']);
    await verifyDomain(owner, domain.id, fail);
    publish(domain);
    await verifyDomain(owner, domain.id, prove);
    await verifyDomain(owner, domain.id, again);
    await owner.browser.graphql(
      removeMutation,
      { input: { domainId: domain.id } },
      { headers: { 'x-request-id': remove } },
    );

    const common = {
      actor_kind: 'user',
      actor_id: owner.id,
      actor_label: owner.email,
      resource_type: 'domain',
      resource_id: domain.id,
      project_id: null,
      ip: '127.0.0.1',
    };
    const [pending, verified] = [
      { name: 'trail.test', status: 'PENDING', provenBy: null },
      { name: 'trail.test', status: 'VERIFIED', provenBy: 'TXT' },
    ];
    const expected = [
      { request_id: add, action: 'domain.added', outcome: 'SUCCEEDED', before: null, after: pending },
      {
        request_id: fail,
        action: 'domain.verificationFailed',
        outcome: 'REFUSED',
        before: pending,
        after: { ...pending, diagnosis: 'DIFFERENT', found: ['something else'] },
      },
      { request_id: prove, action: 'domain.verified', outcome: 'SUCCEEDED', before: pending, after: verified },
      { request_id: again, action: 'domain.checked', outcome: 'SUCCEEDED', before: verified, after: verified },
      { request_id: remove, action: 'domain.removed', outcome: 'SUCCEEDED', before: verified, after: null },
    ];
    for (const entry of expected)
      expect(await trailOfRequest(app, entry.request_id)).toEqual([{ ...common, ...entry }]);
  });

  it('leaves a proven domain to its organization when its record is gone or DNS is down, and says what the look has shown', async () => {
    const domain = await addDomain(owner, acme.id, 'kept.test');
    publish(domain);
    const { verifiedAt } = await verifyDomain(owner, domain.id);

    dns.fail(domain.recordName, 'SERVFAIL');
    expect(await verifyDomain(owner, domain.id)).toMatchObject({
      status: 'VERIFIED',
      verifiedAt,
      diagnosis: { code: 'LOOKUP_FAILED' },
    });
    dns.recover(domain.recordName);
    dns.remove(domain.recordName);
    expect(await verifyDomain(owner, domain.id)).toMatchObject({
      status: 'FAILING',
      verifiedAt,
      diagnosis: { code: 'NOT_FOUND' },
    });
  });

  it('lets others claim a name until one has proven it, and refuses them afterwards, with an entry in their own trail', async () => {
    const [mine, theirs] = [
      await addDomain(owner, acme.id, 'claimed.test'),
      await addDomain(rival, other.id, 'claimed.test'),
    ];
    dns.setTxt(mine.recordName, [mine.recordValue, theirs.recordValue]);
    expect((await verifyDomain(owner, mine.id)).status).toBe('VERIFIED');

    const requestId = randomUUID();
    await expect(verifyDomain(rival, theirs.id, requestId)).rejects.toMatchObject({
      code: 'DOMAIN_TAKEN',
      message: 'Another organization has proven this domain.',
    });
    const { rows } = await app.database.query(
      'select chain_id, action, after from audit_events where request_id = $1',
      [requestId],
    );
    expect(rows).toEqual([
      {
        chain_id: other.id,
        action: 'operation.refused',
        after: { code: 'DOMAIN_TAKEN', reason: 'Another organization has proven this domain.' },
      },
    ]);

    const latecomer = await createPerson(app);
    const third = await createOrganization(latecomer, 'Third');
    await expect(addDomain(latecomer, third.id, 'CLAIMED.test.')).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
  });

  it('refuses to add one name twice, and leaves the first claim as it was', async () => {
    const first = await addDomain(owner, acme.id, 'twice.test');
    await expect(addDomain(owner, acme.id, 'twice.test')).rejects.toMatchObject({ code: 'CONFLICT' });
    const { rows } = await app.database.query('select id from domains where name = $1', ['twice.test']);
    expect(rows).toEqual([{ id: first.id }]);
  });

  it('says what is wrong with a name, and in which field', async () => {
    await expect(addDomain(owner, acme.id, 'https://acme.test/')).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ field: 'name', message: expect.stringContaining('web address') }],
    });
  });

  it('gives up a domain, so that another may prove it; a claim made anew must be proven anew', async () => {
    const domain = await addDomain(owner, acme.id, 'moved.test');
    publish(domain);
    await verifyDomain(owner, domain.id);
    const { data } = await owner.browser.graphql(removeMutation, { input: { domainId: domain.id } });
    expect(data).toEqual({ removeDomain: { domain: { name: 'moved.test', status: 'VERIFIED' } } });

    const theirs = await addDomain(rival, other.id, 'moved.test');
    publish(theirs);
    expect((await verifyDomain(rival, theirs.id)).status).toBe('VERIFIED');
  });

  it('proves a claim that has the same id, name and token as when DNS was asked, and no other', async () => {
    const changes = { id: `id = id || '-other'`, name: `name = 'other-' || name`, token: `token = 'other'` };
    const domains = await Promise.all(
      Object.entries(changes).map(async ([what, change]) => ({
        change,
        domain: await addDomain(owner, acme.id, `changed-${what}.test`),
      })),
    );
    for (const { domain } of domains) dns.fail(domain.recordName, 'TIMEOUT');
    const slow = domains.map(({ domain }) => verifyDomain(owner, domain.id).catch((error: unknown) => error));
    // The first packet goes unanswered; the second, about 1.5 seconds later, finds the record of the earlier claim.
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const { domain, change } of domains) {
      await app.database.query(`update domains set ${change} where id = $1`, [domain.id]);
      publish(domain);
      dns.recover(domain.recordName);
    }
    for (const outcome of await Promise.all(slow)) expect(outcome).toMatchObject({ code: 'NOT_FOUND' });
    const { rows } = await app.database.query(
      `select distinct status, last_checked_at, proven_by from domains where name like '%changed-%'`,
    );
    expect(rows).toEqual([{ status: 'PENDING', last_checked_at: null, proven_by: null }]);
  });

  it.each(['verified', 'removed'] as const)('is %s once, however many ask for it at once', async (verb) => {
    const domain = await addDomain(owner, acme.id, `${verb}-once.test`);
    publish(domain);
    const remove = async () =>
      (await owner.browser.graphql(removeMutation, { input: { domainId: domain.id } })).errors[0];
    await Promise.all(
      Array.from({ length: 8 }, () => (verb === 'verified' ? verifyDomain(owner, domain.id) : remove())),
    );
    const { rows } = await app.database.query(
      `select action, count(*)::int as count from audit_events where resource_id = $1 and outcome = 'SUCCEEDED' group by action order by action`,
      [domain.id],
    );
    const added = { action: 'domain.added', count: 1 };
    expect(rows).toEqual(
      verb === 'verified'
        ? [added, { action: 'domain.checked', count: 7 }, { action: 'domain.verified', count: 1 }]
        : [added, { action: 'domain.removed', count: 1 }],
    );
  });

  it.each([
    ['FAILING', 'keeps'],
    ['LAPSED', 'renews'],
  ])('a proof that was %s %s the date of the first one', async (status, verb) => {
    const domain = await addDomain(owner, acme.id, `${status}.test`);
    publish(domain);
    const first = new Date('2026-01-01T00:00:00.000Z');
    await app.database.query('update domains set status = $2, verified_at = $3 where id = $1', [
      domain.id,
      status,
      first,
    ]);
    const { verifiedAt, ...proven } = await verifyDomain(owner, domain.id);
    expect(proven.status).toBe('VERIFIED');
    expect(verifiedAt === first.toISOString()).toBe(verb === 'keeps');
  });

  it('keeps a domain that something else still needs', async () => {
    const domain = await addDomain(owner, acme.id, 'needed.test');
    app.nest.get(DomainEvents, { strict: false }).on(domainWillGo, (_tx, { domainId, organizationId, name }) => {
      expect([organizationId, name]).toEqual([acme.id, 'needed.test']);
      return domainId === domain.id ? Promise.reject(new AppError('PRECONDITION_FAILED')) : Promise.resolve();
    });
    const { errors } = await owner.browser.graphql(removeMutation, { input: { domainId: domain.id } });
    expect(errors[0]?.extensions.code).toBe('PRECONDITION_FAILED');
    expect(await verifyDomain(owner, domain.id)).toMatchObject({ status: 'PENDING' });
  });

  it('shows domains to every member, lets administrators alone change them, and tells a stranger of nothing', async () => {
    const domain = await addDomain(owner, acme.id, 'seen.test');
    const viewer = await createPerson(app);
    await addMember(app, acme.id, viewer, 'VIEWER');
    const list = `query ($id: ID) { organization(id: $id) { domains { name } } }`;
    const { data } = await viewer.browser.graphql<{ organization: { domains: { name: string }[] } }>(list, {
      id: acme.id,
    });
    const names = data!.organization.domains.map(({ name }) => name);
    expect(names).toContain('seen.test');
    expect(names).toEqual([...names].sort());
    await expect(verifyDomain(viewer, domain.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(addDomain(viewer, acme.id, 'viewer.test')).rejects.toMatchObject({ code: 'FORBIDDEN' });

    const foreign = await verifyDomain(rival, domain.id).catch((error: unknown) => error);
    const missing = await verifyDomain(rival, randomUUID()).catch((error: unknown) => error);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND', message: 'There is no such thing, or you may not see it.' });
    expect(foreign).toEqual(missing);
    const removal = await rival.browser.graphql(removeMutation, { input: { domainId: domain.id } });
    expect(removal.errors[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it('answers a repeated call with the same idempotency key as the first, dates and diagnosis included', async () => {
    const mutation = `mutation ($input: VerifyDomainInput!) {
      verifyDomain(input: $input) { domain { status lastCheckedAt diagnosis { code found } } } }`;
    const domain = await addDomain(owner, acme.id, 'once.test');
    const input = { domainId: domain.id, idempotencyKey: randomUUID() };
    const first = await owner.browser.graphql(mutation, { input });
    publish(domain);
    const second = await owner.browser.graphql(mutation, { input });
    expect(first.data).toMatchObject({ verifyDomain: { domain: { status: 'PENDING' } } });
    expect(second.data).toEqual(first.data);
  });
});
