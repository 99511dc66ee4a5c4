import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainMonitor } from '../../src/organizations/domains/domain-monitor.service.js';
import { DnsLookup } from '../../src/platform/dns/dns-lookup.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addDomain, placeOf, verifyDomain, type DomainAnswer } from '../support/domains.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import { startHttpsHost, type HttpsHost } from '../support/servers/https-host.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';

type Proof = 'TXT' | 'CNAME' | 'FILE';
const proofs: readonly Proof[] = ['TXT', 'CNAME', 'FILE'];
const hosts = Array.from({ length: 20 }, (_, index) => `d${index}.https.test`);

describe('a domain is proven', () => {
  let app: TestApp;
  let dns: DnsServer;
  /** The name server of the zones that say so; the one that is configured may know less. */
  let own: DnsServer;
  let web: HttpsHost;
  let sink: MailSink;
  let owner: Person;
  let acme: { id: string };
  let domain: DomainAnswer;
  let count = 0;

  beforeAll(async () => {
    [dns, own, sink] = [await startDnsServer(), await startDnsServer(), await startMailSink()];
    web = await startHttpsHost(hosts, dns.address);
    app = await startTestApp(
      { SMTP_URL: sink.url },
      {
        http: web.client,
        dns: new DnsLookup({
          servers: [dns.address],
          deadlineMs: 4_500,
          allowedHosts: ['ns1.https.test'],
          nameServerPort: own.port,
        }),
      },
    );
    owner = await createPerson(app);
    acme = await createOrganization(owner);
  });
  beforeEach(async () => {
    domain = await addDomain(owner, acme.id, hosts[(count += 1)] ?? '');
    dns.setA(domain.name, ['127.0.0.1']);
    sink.clear();
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([dns.stop(), own.stop(), web.stop(), sink.stop()]);
  });

  function publish(proof: Proof): void {
    const { name, value } = placeOf(domain, proof);
    if (proof === 'TXT') dns.setTxt(name, [value]);
    if (proof === 'CNAME') dns.setCname(name, value);
    if (proof === 'FILE') web.answer(domain.name, (_request, response) => void response.end(`${value}\n`));
  }

  function withdraw(proof: Proof): void {
    if (proof === 'FILE') web.answer(domain.name, (_request, response) => void response.writeHead(404).end());
    else dns.remove(placeOf(domain, proof).name);
  }

  const verify = () => verifyDomain(owner, domain.id);

  /** What a round of the clock asks for at the places of proof, when the domain's turn has come. */
  async function askedByTheClock(): Promise<string[]> {
    await app.database.query(`update domains set next_check_at = now() - interval '1 hour' where id = $1`, [domain.id]);
    const before = [dns.queries.length, web.requests.length] as const;
    await app.nest.get(DomainMonitor, { strict: false }).checkDue();
    const places = new Map(proofs.map((proof) => [placeOf(domain, proof).name.replace('https://', ''), proof]));
    const asked = [...dns.queries.slice(before[0]).map(({ name }) => name), ...web.requests.slice(before[1])];
    return asked.flatMap((name) => places.get(name) ?? []);
  }

  it.each(proofs)('by %s alone, told with the exact value, and kept by the same from then on', async (proof) => {
    expect(domain.provenBy).toBeNull();
    expect(await verify()).toMatchObject({ status: 'PENDING', provenBy: null, diagnosis: { code: 'NOT_FOUND' } });

    publish(proof);
    const { name, value } = placeOf(domain, proof);
    expect(await verify()).toMatchObject({
      status: 'VERIFIED',
      provenBy: proof,
      diagnosis: { proof, code: 'MATCHED', recordName: name, expected: value, found: [value] },
    });
    expect(await askedByTheClock()).toEqual([proof]);

    const { rows } = await app.database.query(
      `select action, after from audit_events where resource_id = $1 and outcome = 'SUCCEEDED' order by sequence`,
      [domain.id],
    );
    const told = { name: domain.name, status: 'VERIFIED', provenBy: proof };
    expect(rows.at(-1)).toEqual({ action: 'domain.verified', after: told });
  });

  it.each<[Proof, Proof]>([
    ['TXT', 'CNAME'],
    ['TXT', 'FILE'],
    ['CNAME', 'TXT'],
    ['CNAME', 'FILE'],
    ['FILE', 'TXT'],
    ['FILE', 'CNAME'],
  ])('as long as any proof is there: by %s, and when that is gone by %s', async (first, second) => {
    publish(first);
    const { verifiedAt } = await verify();
    withdraw(first);
    publish(second);
    expect(await askedByTheClock()).toContain(first);
    expect(await verify()).toMatchObject({ status: 'VERIFIED', verifiedAt, provenBy: second });

    withdraw(second);
    expect(await verify()).toMatchObject({ status: 'FAILING', provenBy: second });
  });

  it('by a file until a web server says that it is gone, of which the owners are told; one that is out of order says nothing', async () => {
    publish('FILE');
    await verify();
    web.answer(domain.name, (_request, response) => void response.writeHead(503).end());
    expect(await verify()).toMatchObject({ status: 'VERIFIED', diagnosis: { proof: 'FILE', code: 'LOOKUP_FAILED' } });
    web.answer(domain.name, (request) => void request.destroy());
    expect(await verify()).toMatchObject({ status: 'VERIFIED', diagnosis: { proof: 'FILE', code: 'LOOKUP_FAILED' } });

    withdraw('FILE');
    expect(await verify()).toMatchObject({ status: 'FAILING', diagnosis: { proof: 'FILE', code: 'NOT_FOUND' } });
    const mail = await sink.next(({ subject }) => subject === `The proof of ${domain.name} is gone`);
    expect(mail.text).toContain(`File: ${placeOf(domain, 'FILE').name}`);
    expect(mail.text).toContain(`Text: ${placeOf(domain, 'FILE').value}`);
  });

  it('by a file no more when the domain has no web server at all', async () => {
    publish('FILE');
    await verify();
    dns.fail(domain.name, 'SERVFAIL');
    expect(await verify()).toMatchObject({ status: 'VERIFIED', diagnosis: { code: 'LOOKUP_FAILED' } });
    dns.recover(domain.name);
    dns.remove(domain.name);
    const { status, diagnosis } = await verify();
    expect([status, diagnosis?.message]).toEqual(['FAILING', expect.stringContaining('has no address in DNS')]);
  });

  describe("with the help of the zone's own name servers", () => {
    beforeEach(() => {
      dns.setNs(domain.name, ['ns1.https.test']);
      dns.setA('ns1.https.test', ['127.0.0.1']);
      dns.setSoa(domain.name, 900);
    });

    it('by a record that was set a moment ago, while the resolver still remembers that there was none', async () => {
      own.setTxt(domain.recordName, [domain.recordValue]);
      expect(await verify()).toMatchObject({
        status: 'VERIFIED',
        diagnosis: { code: 'MATCHED', askedOf: [dns.address, 'ns1.https.test'] },
      });
    });

    it('not by a record that is nowhere; but then it is told until when resolvers remember that', async () => {
      const { status, lastCheckedAt, diagnosis } = await verify();
      expect([status, diagnosis?.askedOf]).toEqual(['PENDING', [dns.address, 'ns1.https.test']]);
      const forgottenAfter = Date.parse(diagnosis?.expectedBy ?? '') - Date.parse(lastCheckedAt ?? '');
      expect(Math.round(forgottenAfter / 1_000)).toBe(900);
    });
  });
});
