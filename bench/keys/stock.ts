import pg from 'pg';
import { issueKeyPair } from '../../src/api-keys/api-key-token.js';
import { sha256 } from '../../src/platform/crypto/digest.js';

/** Keys of one project, whose secrets are known. */
export interface Stock {
  readonly ids: readonly string[];
  readonly secrets: readonly string[];
}

/** Fills a database with `total` keys, of which `shown` can be shown. */
export async function stockKeys(url: string, total: number, shown: number): Promise<Stock> {
  const secrets = Array.from({ length: shown }, () => issueKeyPair().secretKey.reveal());
  const ids = secrets.map((_, index) => `shown-${index}`);
  await withClient(url, async (client) => {
    await client.query(`
      insert into organizations (id, name, slug, plan) values ('acme', 'Acme', 'acme', 'self-hosted');
      insert into projects (id, organization_id, name, slug) values ('chatbot', 'acme', 'Chatbot', 'chatbot')`);
    await insertKeys(client, 'unnest($1::text[], $2::bytea[]) as t (id, digest)', [
      ids,
      secrets.map((secret) => sha256(secret)),
    ]);
    // A digest is as random as this, so that the index looks as it would.
    const others = `select 'other-' || n as id, sha256(n::text::bytea) as digest from generate_series(1, $1::int) n`;
    await insertKeys(client, `(${others}) as t`, [total - shown]);
    await client.query('vacuum analyze api_keys');
  });
  return { ids, secrets };
}

/** The ids and digests come from `source`. */
export async function insertKeys(client: pg.Client, source: string, values: unknown[]): Promise<void> {
  await client.query(
    `insert into api_keys (id, organization_id, project_id, scope, name, public_key, secret_digest, display_secret, permissions, created_by)
     select id, 'acme', 'chatbot', 'PROJECT', 'Backend', 'pk-' || id, digest, 'sk-gh-…', '{traces.read,traces.create}', 'system'
     from ${source}`,
    values,
  );
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}
