import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';

describe('the database', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let told: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('listen api_key_changed; listen project_deleted');
    client.on('notification', ({ channel, payload = '' }) => told.push(`${channel} ${payload}`));
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  beforeEach(() =>
    client.query(`
      delete from organizations;
      insert into organizations (id, name, slug, plan) values ('acme', 'Acme', 'acme', 'self-hosted');
      insert into projects (id, organization_id, name, slug)
        select 'project-' || n, 'acme', 'P', 'p-' || n from generate_series(1, 102) n;
      insert into api_keys (id, organization_id, project_id, scope, name, public_key, secret_digest, display_secret, permissions, created_by)
        select 'key-' || n, 'acme', 'project-' || n, 'PROJECT', 'k', 'pk-' || n, sha256(('key-' || n)::bytea), '', '{}', 'test'
        from generate_series(1, 102) n`),
  );

  /** What is told of a statement once it is committed. */
  async function toldOf(statement: string): Promise<string[]> {
    told = [];
    await client.query(statement);
    // Whatever was told comes before the answer to the next one.
    await client.query('select 1');
    return told;
  }

  const digestOf = async (id: string): Promise<string> => {
    const { rows } = await client.query<{ digest: string }>(`select encode(sha256($1::bytea), 'base64') as digest`, [
      id,
    ]);
    return rows[0]!.digest;
  };

  it('tells of a key that changes in any column, but for its last use', async () => {
    const { rows } = await client.query<{ name: string; type: string }>(
      `select column_name as name, data_type as type from information_schema.columns where table_name = 'api_keys'`,
    );
    const values: Readonly<Record<string, string>> = {
      'timestamp with time zone': `'2035-01-01'`,
      ARRAY: `'{192.0.2.0/24}'`,
      jsonb: `'{"requests": 1, "perSeconds": 1}'`,
      bytea: `'other'`,
      integer: '1',
    };
    const change: Readonly<Record<string, string>> = {
      organization_id: `organization_id = 'other', project_id = null, scope = 'ORGANIZATION'`,
      project_id: `project_id = 'project-2'`,
      scope: `scope = 'ORGANIZATION', project_id = null`,
      service_account_id: `service_account_id = 'account-1'`,
      successor_id: `successor_id = 'key-2', rotated_at = now(), dies_at = now()`,
      rotated_at: `successor_id = 'key-2', rotated_at = now(), dies_at = now()`,
      overlap_seconds: `successor_id = 'key-2', rotated_at = now(), overlap_seconds = 1`,
      dies_at: `successor_id = 'key-2', rotated_at = now(), dies_at = now()`,
    };
    await client.query(`insert into organizations (id, name, slug, plan) values ('other', 'O', 'o', 'self-hosted')`);
    await client.query(
      `insert into service_accounts (id, organization_id, project_id, name, permissions, created_by, created_at)
       select 'account-1', organization_id, project_id, 'Account', '{}', 'test', now() from api_keys where id = 'key-1'`,
    );
    const digest = await digestOf('key-1');
    const silent: string[] = [];
    for (const { name, type } of rows) {
      const set = change[name] ?? `${name} = ${values[type] ?? `'other'`}`;
      const row = await client.query<{ key: object }>(`select to_jsonb(k) as key from api_keys k where id = 'key-1'`);
      const heard = await toldOf(`update api_keys set ${set} where id = 'key-1'`);
      if (heard.length === 0) silent.push(name);
      else expect([name, heard]).toEqual([name, [`api_key_changed ${digest}`]]);
      await client.query(`delete from api_keys where id in ('key-1', 'other')`);
      await client.query('insert into api_keys select * from jsonb_populate_record(null::api_keys, $1)', [
        row.rows[0]!.key,
      ]);
    }
    expect(rows.length).toBeGreaterThan(20);
    expect(silent).toEqual(['last_used_at']);
    expect(
      await toldOf(`update api_keys set last_used_at = '2036-01-01', revoked_at = now() where id = 'key-1'`),
    ).toEqual([`api_key_changed ${digest}`]);
  });

  it('tells nothing of what is rolled back', async () => {
    expect(await toldOf(`begin; delete from api_keys where id = 'key-1'; rollback`)).toEqual([]);
  });

  it('tells of a project that is deleted, and of its keys', async () => {
    expect(await toldOf(`delete from projects where id = 'project-7'`)).toEqual(
      expect.arrayContaining(['project_deleted project-7', `api_key_changed ${await digestOf('key-7')}`]),
    );
    expect(told).toHaveLength(2);
  });

  it('tells of more than a hundred that go at once as of all', async () => {
    await client.query(`delete from projects where id = 'project-1'`);
    expect((await toldOf('delete from organizations')).sort()).toEqual(['api_key_changed ', 'project_deleted ']);
  });

  it('tells of a hundred that go at once one by one', async () => {
    await client.query(`delete from projects where id in ('project-1', 'project-2')`);
    await toldOf('delete from organizations');
    expect(told.filter((line) => line.startsWith('project_deleted project-'))).toHaveLength(100);
    expect(told.filter((line) => /^api_key_changed .{44}$/.test(line))).toHaveLength(100);
    expect(told).toHaveLength(200);
  });
});
