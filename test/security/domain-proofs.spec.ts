import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { addDomain, placeOf, verifyDomain, type DomainAnswer } from '../support/domains.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import { startHttpsHost, type HttpsHost } from '../support/servers/https-host.js';
import type { RequestHandler } from '../support/servers/loopback-http.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';

const hosts = [...Array.from({ length: 40 }, (_, index) => `s${index}.https.test`), 'deep.s0.https.test'];

describe('the proof of a domain by alias or file', () => {
  let app: TestApp;
  let dns: DnsServer;
  let web: HttpsHost;
  let sink: MailSink;
  let owner: Person;
  let rival: Person;
  let acme: { id: string };
  let other: { id: string };
  let count = 0;

  beforeAll(async () => {
    [dns, sink] = [await startDnsServer(), await startMailSink()];
    web = await startHttpsHost(hosts, dns.address);
    app = await startTestApp({ DNS_RESOLVERS: dns.address, SMTP_URL: sink.url }, { http: web.client });
    [owner, rival] = [await createPerson(app), await createPerson(app)];
    [acme, other] = [await createOrganization(owner), await createOrganization(rival, 'Other')];
  });
  beforeEach(() => sink.clear());
  afterAll(async () => {
    await app.stop();
    await Promise.all([dns.stop(), web.stop(), sink.stop()]);
  });

  async function claim(name = hosts[(count += 1)] ?? ''): Promise<DomainAnswer> {
    dns.setA(name, ['127.0.0.1']);
    return addDomain(owner, acme.id, name);
  }

  const sending =
    (text: string): RequestHandler =>
    (_request, response) =>
      void response.end(text);

  it.each<[string, (value: string) => string, string]>([
    ["another claim's value", () => 'gatehouse-verify=other', 'DIFFERENT'],
    ['something before it', (value) => ` ${value}`, 'DIFFERENT'],
    ['something behind it', (value) => `${value} `, 'DIFFERENT'],
    ['a line more', (value) => `${value}\n${value}\n`, 'DIFFERENT'],
    ['the value in a page', (value) => `<p>${value}</p>`, 'DIFFERENT'],
    ['the value in another case', (value) => value.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')), 'DIFFERENT'],
    ['a page of another kind', () => '<!doctype html><title>Not found</title>', 'NOT_FOUND'],
    ['nothing', () => '', 'NOT_FOUND'],
    ['more than a line can be', (value) => `${value}\n${' '.repeat(1_024)}`, 'NOT_FOUND'],
  ])('62, 67: a file with %s proves nothing', async (_what, textFor, code) => {
    const domain = await claim();
    web.answer(domain.name, sending(textFor(domain.recordValue)));
    const { status, diagnosis } = await verifyDomain(owner, domain.id);
    expect([status, diagnosis?.looks.find(({ proof }) => proof === 'FILE')?.code]).toEqual(['PENDING', code]);
  });

  it('shows nothing of a page that is none of ours', async () => {
    const domain = await claim();
    web.answer(domain.name, sending('<h1>Payroll of the intranet</h1>'));
    expect(JSON.stringify(await verifyDomain(owner, domain.id))).not.toContain('Payroll');
  });

  it('82: a file is not fetched from where the host sends us', async () => {
    const [domain, elsewhere] = [await claim(), hosts[(count += 1)] ?? ''];
    web.answer(elsewhere, sending(domain.recordValue));
    web.answer(domain.name, ({ url = '' }, response) => {
      response.writeHead(302, { location: `https://${elsewhere}${url}` }).end(domain.recordValue);
    });
    const { status, diagnosis } = await verifyDomain(owner, domain.id);
    expect([status, diagnosis?.looks[2]?.message]).toEqual(['PENDING', expect.stringContaining('redirect')]);
    expect(web.requests.some((request) => request.startsWith(elsewhere))).toBe(false);
  });

  it('a file is believed with a certificate for the very name alone', async () => {
    const domain = await claim('deep.s0.https.test');
    web.answer(domain.name, sending(domain.recordValue));
    const { status, diagnosis } = await verifyDomain(owner, domain.id);
    expect([status, diagnosis?.looks[2]]).toMatchObject([
      'PENDING',
      { code: 'LOOKUP_FAILED', message: expect.stringContaining('TLS certificate') },
    ]);
    expect(web.requests.some((request) => request.startsWith(domain.name))).toBe(false);
  });

  it.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '100.64.0.1'])(
    '80: a file is not asked for at %s',
    async (address) => {
      const domain = await addDomain(owner, acme.id, `at-${address.replaceAll('.', '-')}.test`);
      dns.setA(domain.name, [address]);
      const { status, diagnosis } = await verifyDomain(owner, domain.id);
      expect([status, diagnosis?.looks[2]?.message]).toEqual([
        'PENDING',
        expect.stringContaining('private or reserved'),
      ]);
    },
  );

  it('68: a web server that is silent costs two seconds, and keeps nobody from proof by DNS', async () => {
    const domain = await claim();
    web.answer(domain.name, () => undefined);
    const started = performance.now();
    expect(await verifyDomain(owner, domain.id)).toMatchObject({ status: 'PENDING', diagnosis: { code: 'NOT_FOUND' } });
    expect(performance.now() - started).toBeLessThan(3_500);

    dns.setTxt(domain.recordName, [domain.recordValue]);
    const again = performance.now();
    expect(await verifyDomain(owner, domain.id)).toMatchObject({ status: 'VERIFIED', provenBy: 'TXT' });
    expect(performance.now() - again).toBeLessThan(1_500);
  });

  it('64: a file of a subdomain gives no parent', async () => {
    const parent = await addDomain(owner, acme.id, 'https.test');
    web.answer(hosts[(count += 1)] ?? '', sending(parent.recordValue));
    expect((await verifyDomain(owner, parent.id)).status).toBe('PENDING');
  });

  it('a wildcard of the zone proves nothing, and is told as what is in the way of a text record', async () => {
    const domain = await addDomain(owner, acme.id, 'wildcard.test');
    for (const { name } of [placeOf(domain, 'TXT'), placeOf(domain, 'CNAME')]) dns.setCname(name, 'shop.hosting.test');
    expect(await verifyDomain(owner, domain.id)).toMatchObject({
      status: 'PENDING',
      diagnosis: { proof: 'TXT', code: 'ALIASED', found: ['shop.hosting.test'] },
    });
  });

  it('67: an alias at our name with the domain twice does not count, and is told as that', async () => {
    const domain = await addDomain(owner, acme.id, 'twice.test');
    const { name, value } = placeOf(domain, 'CNAME');
    dns.setCname(`${name}.twice.test`, value);
    expect(await verifyDomain(owner, domain.id)).toMatchObject({
      status: 'PENDING',
      diagnosis: { proof: 'CNAME', code: 'MISPLACED', message: expect.stringContaining('enter _gatehouse-challenge') },
    });
  });

  it("62: another claim's alias proves nothing", async () => {
    const [mine, theirs] = [await claim('alias.test'), await addDomain(rival, other.id, 'alias.test')];
    dns.setCname(placeOf(mine, 'CNAME').name, placeOf(theirs, 'CNAME').value);
    expect(await verifyDomain(owner, mine.id)).toMatchObject({
      status: 'PENDING',
      diagnosis: { proof: 'CNAME', code: 'DIFFERENT' },
    });
  });

  describe('70: where an organization has a domain by a file', () => {
    let domain: DomainAnswer;
    let theirs: DomainAnswer;

    beforeEach(async () => {
      domain = await claim();
      web.answer(domain.name, sending(domain.recordValue));
      expect(await verifyDomain(owner, domain.id)).toMatchObject({ status: 'VERIFIED', provenBy: 'FILE' });
      theirs = await addDomain(rival, other.id, domain.name);
    });

    const statusOf = async ({ id }: DomainAnswer) =>
      (await app.database.query('select status from domains where id = $1', [id])).rows[0] as unknown;

    it.each(['TXT', 'CNAME'] as const)(
      'another that proves it by %s has it at once, and both are told',
      async (proof) => {
        const { name, value } = placeOf(theirs, proof);
        if (proof === 'TXT') dns.setTxt(name, [value]);
        else dns.setCname(name, value);
        expect(await verifyDomain(rival, theirs.id)).toMatchObject({ status: 'VERIFIED', provenBy: proof });
        expect(await statusOf(domain)).toEqual({ status: 'LAPSED' });
        await sink.next(({ to, subject }) => to.includes(owner.email) && subject.includes('belongs to another'));
        await expect(verifyDomain(owner, domain.id)).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
      },
    );

    it('and by DNS too, which only the look shows, it keeps it', async () => {
      dns.setTxt(theirs.recordName, [theirs.recordValue, domain.recordValue]);
      await expect(verifyDomain(rival, theirs.id)).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
      expect(await statusOf(domain)).toEqual({ status: 'VERIFIED' });
    });

    it('it keeps it while DNS gives no word of its other record', async () => {
      dns.setTxt(theirs.recordName, [theirs.recordValue]);
      dns.fail(placeOf(domain, 'CNAME').name, 'SERVFAIL');
      await expect(verifyDomain(rival, theirs.id)).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
      expect(await statusOf(domain)).toEqual({ status: 'VERIFIED' });
      dns.recover(placeOf(domain, 'CNAME').name);
    });

    it('another that puts its own file in place of that one has to wait until that has been noticed', async () => {
      web.answer(domain.name, sending(theirs.recordValue));
      await expect(verifyDomain(rival, theirs.id)).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
      expect(await verifyDomain(owner, domain.id)).toMatchObject({ status: 'FAILING' });
      expect(await verifyDomain(rival, theirs.id)).toMatchObject({ status: 'VERIFIED', provenBy: 'FILE' });
      expect(await statusOf(domain)).toEqual({ status: 'LAPSED' });
    });
  });

  it('70: a file takes no domain from an organization whose record is gone but whose other record is there', async () => {
    const domain = await claim();
    dns.setTxt(domain.recordName, [domain.recordValue]);
    await verifyDomain(owner, domain.id);
    dns.remove(domain.recordName);
    expect((await verifyDomain(owner, domain.id)).status).toBe('FAILING');
    const theirs = await addDomain(rival, other.id, domain.name);
    web.answer(domain.name, sending(theirs.recordValue));
    dns.setCname(placeOf(domain, 'CNAME').name, placeOf(domain, 'CNAME').value);
    await expect(verifyDomain(rival, theirs.id)).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
    expect(await verifyDomain(owner, domain.id)).toMatchObject({ status: 'VERIFIED', provenBy: 'CNAME' });
  });
});
