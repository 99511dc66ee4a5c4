import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainMonitor } from '../../src/organizations/domains/domain-monitor.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addDomain, verifyDomain, type DomainAnswer } from '../support/domains.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';

describe('the proof of a domain', () => {
  let app: TestApp;
  let dns: DnsServer;
  let sink: MailSink;
  let owner: Person;
  let rival: Person;
  let acme: { id: string };
  let domain: DomainAnswer;
  let names = 0;

  beforeAll(async () => {
    [dns, sink] = [await startDnsServer(), await startMailSink()];
    app = await startTestApp({ DNS_RESOLVERS: dns.address, SMTP_URL: sink.url });
    [owner, rival] = [await createPerson(app), await createPerson(app)];
    acme = await createOrganization(owner);
    await addMember(app, acme.id, await createPerson(app), 'ADMIN');
  });
  beforeEach(async () => {
    names += 1;
    const { id } = await addDomain(owner, acme.id, `lapse-${names}.test`);
    domain = await verifyDomain(owner, id);
    dns.setTxt(domain.recordName, [domain.recordValue]);
    domain = await verifyDomain(owner, id);
    expect(domain.status).toBe('VERIFIED');
    sink.clear();
  });
  afterAll(async () => {
    await app.stop();
    await sink.stop();
    await dns.stop();
  });

  /** The clock's round, an hour later for this domain: its turn has come, and whatever began did so that much earlier. */
  async function later(hours = 1): Promise<Record<string, unknown>> {
    await app.database.query(
      `update domains set next_check_at = next_check_at - interval '24 hours', failing_since = failing_since - $2 * interval '1 hour' where id = $1`,
      [domain.id, hours],
    );
    await app.nest.get(DomainMonitor, { strict: false }).checkDue();
    return seen();
  }

  async function seen(): Promise<Record<string, unknown>> {
    const { data } = await owner.browser.graphql<{ organization: { domains: { id: string }[] } }>(
      'query ($id: ID!) { organization(id: $id) { domains { id status verifiedAt failingSince lapsesAt } } }',
      { id: acme.id },
    );
    return { ...data?.organization.domains.find(({ id }) => id === domain.id) };
  }

  async function trail(): Promise<unknown[]> {
    const { rows } = await app.database.query<{ action: string }>(
      `select action, actor_kind, actor_id, outcome from audit_events
       where resource_id = $1 and actor_kind = 'system' order by sequence`,
      [domain.id],
    );
    return rows;
  }
  const itself = (action: string) => ({
    action,
    actor_kind: 'system',
    actor_id: 'system',
    outcome: 'SUCCEEDED',
  });
  const wholeTrailOf = async (organizationId: string): Promise<unknown[]> => {
    const { rows } = await app.database.query<object>('select * from audit_events where chain_id = $1', [
      organizationId,
    ]);
    return rows;
  };
  const mailTo = (subject: string) => sink.next(({ to, subject: of }) => to.includes(owner.email) && of === subject);

  it('69: is looked for by the clock once a day, and the trail is not filled with what has not changed', async () => {
    const asked = () => dns.queries.filter(({ name }) => name === domain.recordName).length;
    const before = asked();
    await app.nest.get(DomainMonitor, { strict: false }).checkDue();
    expect(asked()).toBe(before);
    expect(await later()).toMatchObject({ status: 'VERIFIED', failingSince: null, lapsesAt: null });
    expect(asked()).toBe(before + 1);
    await app.nest.get(DomainMonitor, { strict: false }).checkDue();
    expect(asked()).toBe(before + 1);
    expect(await trail()).toEqual([]);
  });

  it('69: is given seven days when its record is gone; its owners get one mail, and all is well once it is back', async () => {
    dns.remove(domain.recordName);
    const failing = await later();
    expect(failing).toMatchObject({ status: 'FAILING', verifiedAt: domain.verifiedAt });
    const [since, until] = [Date.parse(String(failing.failingSince)), Date.parse(String(failing.lapsesAt))];
    expect(until - since).toBe(7 * 24 * 3_600_000);

    const mail = await mailTo(`The proof of ${domain.name} is gone`);
    expect(mail.text).toContain(domain.recordName);
    expect(mail.text).toContain(domain.recordValue);
    expect(await later(6 * 24)).toMatchObject({ status: 'FAILING' });

    dns.setTxt(domain.recordName, [domain.recordValue]);
    expect(await later()).toMatchObject({ status: 'VERIFIED', verifiedAt: domain.verifiedAt, lapsesAt: null });
    expect(await trail()).toEqual([itself('domain.failing'), itself('domain.recovered')]);
    expect(sink.messages).toHaveLength(1);
  });

  it('69: is over after seven days without the record: another organization may prove the domain, and both learn of it', async () => {
    dns.remove(domain.recordName);
    await later();
    expect(await later(7 * 24)).toMatchObject({ status: 'LAPSED', failingSince: null, lapsesAt: null });
    expect(await trail()).toEqual([itself('domain.failing'), itself('domain.lapsed')]);
    const mail = await mailTo(`Single sign-on for ${domain.name} is suspended`);
    expect(mail.text).toContain(domain.recordValue);

    const other = await createOrganization(rival, 'Other');
    const theirs = await addDomain(rival, other.id, domain.name);
    dns.setTxt(theirs.recordName, [theirs.recordValue]);
    expect((await verifyDomain(rival, theirs.id)).status).toBe('VERIFIED');
    dns.setTxt(theirs.recordName, [theirs.recordValue, domain.recordValue]);
    await expect(verifyDomain(owner, domain.id)).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
  });

  it.each(['SERVFAIL', 'REFUSED', 'TIMEOUT'] as const)(
    '69: outlives DNS that answers %s, however long, and says so to nobody',
    async (failure) => {
      dns.fail(domain.recordName, failure);
      for (let day = 0; day < 2; day += 1)
        expect(await later()).toMatchObject({ status: 'VERIFIED', verifiedAt: domain.verifiedAt });

      dns.recover(domain.recordName);
      dns.remove(domain.recordName);
      expect(await later()).toMatchObject({ status: 'FAILING' });
      dns.fail(domain.recordName, failure);
      expect(await later(30 * 24)).toMatchObject({ status: 'FAILING' });
      expect(await trail()).toEqual([itself('domain.failing')]);
      dns.recover(domain.recordName);
    },
  );

  describe('70: when it changes hands', () => {
    let other: { id: string };
    let claim: DomainAnswer;

    /** The record of the one is gone and that of the other is there, as after a sale; the other has claimed the domain. */
    beforeEach(async () => {
      other = await createOrganization(rival, 'Other');
      dns.remove(domain.recordName);
      expect(await later()).toMatchObject({ status: 'FAILING' });
      claim = await addDomain(rival, other.id, domain.name);
      dns.setTxt(claim.recordName, [claim.recordValue]);
      sink.clear();
    });

    it('goes to who proves it now, without waiting for the grace to end, and its owners until then are told', async () => {
      expect((await verifyDomain(rival, claim.id)).status).toBe('VERIFIED');
      expect(await seen()).toMatchObject({ status: 'LAPSED', failingSince: null, lapsesAt: null });
      expect(await trail()).toEqual([itself('domain.failing'), itself('domain.handedOver')]);
      const mail = await mailTo(`${domain.name} belongs to another organization now`);
      expect(`${mail.text}${JSON.stringify(await wholeTrailOf(acme.id))}`).not.toMatch(
        new RegExp(`${rival.email}|${rival.id}|${other.id}|${claim.id}`),
      );
    });

    it('stays with who has it once their record is back', async () => {
      dns.setTxt(claim.recordName, [claim.recordValue, domain.recordValue]);
      await expect(verifyDomain(rival, claim.id)).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
      expect(await seen()).toMatchObject({ status: 'FAILING' });
      expect(await later()).toMatchObject({ status: 'VERIFIED', verifiedAt: domain.verifiedAt });
    });

    it('stays with who has it while the other proves nothing', async () => {
      dns.setTxt(claim.recordName, ['gatehouse-verify=other']);
      expect((await verifyDomain(rival, claim.id)).status).toBe('PENDING');
      expect(await seen()).toMatchObject({ status: 'FAILING' });
    });

    it('goes to one of several who prove it at once', async () => {
      const third = await createPerson(app);
      const { id } = await addDomain(third, (await createOrganization(third, 'Third')).id, domain.name);
      const theirs = await verifyDomain(third, id);
      dns.setTxt(claim.recordName, [claim.recordValue, theirs.recordValue]);
      const outcomes = await Promise.allSettled([verifyDomain(rival, claim.id), verifyDomain(third, id)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const { rows } = await app.database.query('select status from domains where name = $1 order by status', [
        domain.name,
      ]);
      expect(rows.map(({ status }: { status: string }) => status)).toEqual(['LAPSED', 'PENDING', 'VERIFIED']);
    });
  });
});
