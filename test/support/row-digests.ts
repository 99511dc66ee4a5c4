import type { TestApp } from './app.js';

/** Written a while after a key or a session was used, which is no change. */
const lastUse = ['last_used_at', 'last_seen_at', 'idle_expires_at'];

/** Tables that are written a while after what they tell of. */
const byTheClock = ['attempts', 'api_key_uses'];

/**
 * What all rows of every table but those named come to: whether anything at all was changed. When a key or a session was
 * last used, and from where, is written a while later, and is no change; nor is that an attempt was counted.
 */
export async function rowDigests(app: TestApp, except: readonly string[] = []): Promise<Record<string, string>> {
  const tables = [...(await tablesOf(app))].filter(([name]) => !byTheClock.includes(name) && !except.includes(name));
  // Rows are hashed as they lie there, 64 bits of each, and summed: the order in which they are read makes no difference.
  const parts = tables.map(
    ([name, columns]) =>
      `select '${name}' as name, count(*) || ' ' || coalesce(sum(hash_record_extended(row(${columns.join(', ')}), 0)), 0) as digest from "${name}"`,
  );
  const { rows } = await app.database.query<{ name: string; digest: string }>(parts.join(' union all '));
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

const known = new WeakMap<TestApp, Promise<Map<string, string[]>>>();

/** Each table with its columns: those of an app stay as they are. */
function tablesOf(app: TestApp): Promise<Map<string, string[]>> {
  const tables = known.get(app) ?? readTables(app);
  known.set(app, tables);
  return tables;
}

async function readTables(app: TestApp): Promise<Map<string, string[]>> {
  const { rows } = await app.database.query<{ name: string; columns: string[] }>(
    `select t.table_name as name, array_agg('"' || c.column_name || '"' order by c.ordinal_position) as columns
     from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE' and c.column_name <> all ($1) group by 1 order by 1`,
    [lastUse],
  );
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}
