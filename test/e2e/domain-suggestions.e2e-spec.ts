import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainService } from '../../src/organizations/domains/domain.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addDomain, verifyDomain } from '../support/domains.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';

describe('the domains that are suggested', () => {
  let app: TestApp;
  let dns: DnsServer;
  let owner: Person;
  let acme: { id: string };
  let people = 0;

  beforeAll(async () => {
    dns = await startDnsServer();
    app = await startTestApp({ DNS_RESOLVERS: dns.address });
  });
  beforeEach(async () => {
    people += 1;
    owner = await createPerson(app, `owner${people}@acme.test`);
    acme = await createOrganization(owner);
  });
  afterAll(async () => {
    await app.stop();
    await dns.stop();
  });

  async function member(domain: string): Promise<Person> {
    people += 1;
    const person = await createPerson(app, `member${people}@${domain}`);
    await addMember(app, acme.id, person, 'MEMBER');
    return person;
  }

  const ask = (person: Person) =>
    person.browser.graphql<{ organization: { suggestedDomains: { name: string; members: number }[] } }>(
      'query ($id: ID!) { organization(id: $id) { suggestedDomains { name members } } }',
      { id: acme.id },
    );
  const suggested = async () =>
    (await ask(owner)).data?.organization.suggestedDomains.map(({ name, members }) => `${name} ${members}`);

  it('are those of the verified mailboxes of its members, where most of them are first', async () => {
    await member('beta.test');
    await member('eu.acme.test');
    await member('beta.test');
    await createPerson(app, 'stranger@elsewhere.test');
    expect(await suggested()).toEqual(['beta.test 2', 'acme.test 1', 'eu.acme.test 1']);
  });

  it.each(['gmail.com', 'mailinator.com', 'github.io', 'com'])(
    'are never one that nobody can own: %s',
    async (name) => {
      await member(name);
      expect(await suggested()).toEqual(['acme.test 1']);
    },
  );

  it.each(['email_verified_at = null', 'deactivated_at = now()'])('are not of a person with %s', async (change) => {
    const { id } = await member('beta.test');
    expect(await suggested()).toEqual(['acme.test 1', 'beta.test 1']);
    await app.database.query(`update users set ${change} where id = $1`, [id]);
    expect(await suggested()).toEqual(['acme.test 1']);
  });

  it('are not what it has added, and do not tell what others have', async () => {
    const rival = await createPerson(app);
    const theirs = await createOrganization(rival, 'Other');
    await addDomain(rival, theirs.id, 'acme.test');
    expect(await suggested()).toEqual(['acme.test 1']);
    await addDomain(owner, acme.id, 'acme.test');
    expect(await suggested()).toEqual([]);
  });

  it('are ten at the most', async () => {
    for (let index = 0; index < 12; index += 1) await member(`many-${index}.test`);
    expect(await suggested()).toHaveLength(10);
  });

  it('are for those who manage domains', async () => {
    const { errors } = await ask(await member('beta.test'));
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('are not proven by that: with a verified mailbox a claim stays a claim, and has no single sign-on', async () => {
    const domain = await addDomain(owner, acme.id, 'acme.test');
    expect(await verifyDomain(owner, domain.id)).toMatchObject({ status: 'PENDING', provenBy: null });
    expect(await app.nest.get(DomainService, { strict: false }).findVerified('acme.test')).toBeNull();
    const { errors } = await owner.browser.graphql(
      `mutation ($input: ConfigureSsoInput!) { configureSso(input: $input) { connection { id } } }`,
      {
        input: {
          domainId: domain.id,
          provider: 'OKTA',
          issuer: 'https://acme.okta.example',
          clientId: 'gatehouse',
          clientSecret: 'a secret of the provider',
        },
      },
    );
    expect(errors[0]?.extensions.code).toBe('DOMAIN_NOT_VERIFIED');
  });
});
