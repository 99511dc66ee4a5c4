import { randomBytes } from 'node:crypto';
import { freePort } from '../../test/support/free-port.js';
import type { ServerProcess } from '../../test/support/server-process.js';
import { median, milliseconds, percentile, perSecond, report } from '../support/report.js';
import { startWorker } from '../support/worker.js';
import type { InsideQuestion } from './inside.js';
import type { Scale } from './scale.js';
import { withClient } from './stock.js';

const CHECKS_AIM = 1_000_000;
const FEW = { organizations: 5, projects: 2 };
const SMALL = 10;

/** What it costs to ask where there is more of everything. */
export async function measureGrowth(server: ServerProcess, databaseUrl: string, scale: Scale): Promise<void> {
  await seed(databaseUrl, scale);
  await measureInside(databaseUrl, scale);
  await measureMembers(server, scale);
}

async function measureInside(databaseUrl: string, scale: Scale): Promise<void> {
  const worker = startWorker<InsideQuestion, number>('keys/inside.ts');
  try {
    const secret = () => randomBytes(32).toString('hex');
    await worker.ask({
      start: {
        HOST: '127.0.0.1',
        PORT: String(await freePort()),
        DATABASE_URL: databaseUrl,
        ENCRYPTION_KEY: secret(),
        SESSION_SECRET: secret(),
        ADMIN_API_KEY: `admin-${secret()}`,
      },
    });
    const rates: number[] = [];
    for (let round = 0; round < scale.rounds; round += 1) {
      const scope = { organizationId: 'members-small', projectId: 'members-small' };
      rates.push(await worker.ask({ checks: scale.permissionChecks, userId: 'member-1', ...scope }));
    }
    const rate = median(rates);
    report({
      what: 'permission checks in one process',
      value: perSecond(rate),
      aim: { text: `${CHECKS_AIM} or more`, met: rate >= CHECKS_AIM },
    });
    const query = `query ($organizations: Int!, $projects: Int!) {
      organizations(first: $organizations) { nodes { name
        apiKeys(first: 5) { nodes { name } }
        projects(first: $projects) { nodes { name apiKeys(first: 5) { nodes { name permissions } } } } } } }`;
    // The first time some is prepared.
    await worker.ask({ query, variables: FEW });
    const few = await worker.ask({ query, variables: FEW });
    const many = await worker.ask({
      query,
      variables: { organizations: scale.organizations, projects: scale.projects },
    });
    report({
      what: `statements for ${FEW.organizations} organizations × ${FEW.projects} projects × keys`,
      value: String(few),
    });
    report({
      what: `statements for ${scale.organizations} × ${scale.projects} × keys`,
      value: String(many),
      aim: { text: 'as many', met: many <= few },
    });
  } finally {
    worker.end();
  }
}

/** By turns in the small organization and in the large one. */
async function measureMembers(server: ServerProcess, scale: Scale): Promise<void> {
  const list = `query ($id: ID!) { organization(id: $id) { members(first: 50) { nodes { role user { email } } } } }`;
  const explain = `query ($id: ID!, $userId: ID!) { explainAccess(input: { organizationId: $id, userId: $userId, permission: "members.manage" }) { allowed } }`;
  for (const [what, query] of [
    ['a page of members', list],
    ['explainAccess', explain],
  ] as const) {
    const small: number[] = [];
    const large: number[] = [];
    for (let asked = 0; asked < scale.questions; asked += 1) {
      small.push(await timeOf(server, query, { id: 'members-small', userId: 'member-1' }));
      large.push(await timeOf(server, query, { id: 'members-large', userId: 'member-1' }));
    }
    const p50 = (times: readonly number[]) => milliseconds(percentile(times, 50));
    report({ what: `${what}: of ${SMALL} members / of ${scale.members}, p50`, value: `${p50(small)} / ${p50(large)}` });
  }
}

async function timeOf(server: ServerProcess, query: string, variables: Record<string, string>): Promise<number> {
  const started = performance.now();
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.adminApiKey}` },
    body: JSON.stringify({ query, variables: query.includes('$userId') ? variables : { id: variables.id } }),
  });
  const text = await answer.text();
  if (answer.status !== 200 || text.includes('"errors"')) throw new Error(`The API answered ${answer.status}: ${text}`);
  return performance.now() - started;
}

/** Organizations with projects and keys, and two with members of whom one has `SMALL` and the other many. */
async function seed(databaseUrl: string, { organizations, projects, members }: Scale): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `insert into organizations (id, name, slug, plan)
       select 'a-' || lpad(n::text, 4, '0'), 'O', 'o-' || n, 'self-hosted' from generate_series(1, $1::int) n
       union all select 'members-' || s, 'M', 'members-' || s, 'self-hosted' from unnest(array['small', 'large']) s`,
      [organizations],
    );
    await client.query(
      `insert into projects (id, organization_id, name, slug)
       select o.id || '-' || n, o.id, 'P', 'p-' || n from organizations o, generate_series(1, $1::int) n where o.id like 'a-%'
       union all select 'members-small', 'members-small', 'P', 'p'`,
      [projects],
    );
    await client.query(
      `insert into api_keys (id, organization_id, project_id, scope, name, public_key, secret_digest, display_secret, permissions, created_by)
       select p.id || n, p.organization_id, p.id, 'PROJECT', 'K', 'pk-' || p.id || n, sha256((p.id || '/' || n)::bytea), 'sk-gh-…', '{traces.read}', 'system'
       from projects p, generate_series(1, 3) n where p.id like 'a-%'`,
    );
    await client.query(
      `insert into users (id, email, name, email_verified_at)
       select 'member-' || n, 'member-' || n || '@example.test', 'Member', now() from generate_series(1, $1::int) n`,
      [members],
    );
    await client.query(
      `insert into memberships (organization_id, user_id, role, source)
       select 'members-large', 'member-' || n, case n when 1 then 'OWNER' else 'VIEWER' end, 'INVITATION' from generate_series(1, $1::int) n
       union all select 'members-small', 'member-' || n, case n when 1 then 'OWNER' else 'VIEWER' end, 'INVITATION' from generate_series(1, $2::int) n`,
      [members, SMALL],
    );
    await client.query('vacuum analyze');
  });
}
