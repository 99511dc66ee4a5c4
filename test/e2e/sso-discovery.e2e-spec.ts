import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { strangersBrowser, behindProxy } from '../support/mailbox.js';
import { compared } from '../support/timing.js';

const FEW = 100;
const MANY = 100_000;

describe('the connection of an email’s domain', () => {
  let small: TestApp;
  let large: TestApp;

  beforeAll(async () => {
    [small, large] = [await startTestApp(behindProxy), await startTestApp(behindProxy)];
    await fill(small, FEW);
    await fill(large, MANY);
  });
  afterAll(async () => {
    await small.stop();
    await large.stop();
  });

  /** Proven domains `d1.test`, `d2.test` … of an organization each, with a connection. */
  async function fill(app: TestApp, count: number): Promise<void> {
    await app.database.query(`
      insert into organizations (id, name, slug, plan)
        select 'o' || n, 'Organization', 'o' || n, 'free' from generate_series(1, ${count}) n;
      insert into domains (id, organization_id, name, token, status, verified_at, next_check_at)
        select 'd' || n, 'o' || n, 'd' || n || '.test', 't' || n, 'VERIFIED', now(), now() + interval '1 day'
          from generate_series(1, ${count}) n;
      insert into sso_connections (id, organization_id, domain_id, key, provider, name, state, issuer, client_id,
                                   client_auth_method, scopes, pkce)
        select 'c' || n, 'o' || n, 'd' || n, 'd' || n || '.test.okta', 'OKTA', 'Okta', 'ACTIVE', 'https://idp.example.test',
               'client', 'none', '{openid,email}', true
          from generate_series(1, ${count}) n;
      insert into sso_connection_domains (connection_id, domain_id, organization_id)
        select 'c' || n, 'd' || n, 'o' || n from generate_series(1, ${count}) n;
      analyze domains, sso_connections, sso_connection_domains;
    `);
  }

  it('is found among a hundred thousand in at most one and a half times what it takes among a hundred', async () => {
    const discover = (app: TestApp, count: number) => async () => {
      const domain = `d${Math.ceil(Math.random() * count)}.test`;
      const answer = await strangersBrowser(app).postJson('/api/auth/discover', { email: `ada@${domain}` });
      expect(answer.json()).toMatchObject({ next: 'sso', connection: `${domain}.okta` });
    };
    const { first, second } = await compared({ first: discover(small, FEW), second: discover(large, MANY) }, 1 / 3);
    console.log(
      `discover: ${first.toFixed(2)} ms of ${FEW}, ${second.toFixed(2)} ms of ${MANY}; aim: 1.5 times at the most`,
    );
    expect(second / first).toBeLessThan(1.5);
  });
});
