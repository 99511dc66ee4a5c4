import type { TestApp } from './app.js';

/**
 * A digest of all rows of every table but those named: whether anything at all was changed. When a key or a session was
 * last used, and from where, is written a while later, and is no change; nor is that an attempt was counted.
 */
export async function rowDigests(app: TestApp, except: readonly string[] = []): Promise<Record<string, string>> {
  const { rows: tables } = await app.database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const parts = tables
    .filter(({ name }) => !['attempts', 'api_key_uses', ...except].includes(name))
    .map(
      ({ name }) =>
        `select '${name}' as name, count(*) || ' ' || md5(coalesce(string_agg(line, '|' order by line), '')) as digest from (select (to_jsonb(t) - 'last_used_at' - 'last_seen_at' - 'idle_expires_at')::text as line from ${name} t) lines`,
    );
  const { rows } = await app.database.query<{ name: string; digest: string }>(parts.join(' union all '));
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}
