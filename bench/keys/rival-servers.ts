import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { answerQuestions } from '../support/worker.js';

/** What the verification of a key is measured against, each behind nothing but `node:http`. */
export type RivalQuestion =
  /** The least that Node.js can answer. */
  | { readonly kind: 'bare'; readonly body: string }
  /** That, and one prepared look-up by primary key. */
  | { readonly kind: 'lookUp'; readonly url: string; readonly ids: readonly string[] }
  /** `verifyApiKey` of better-auth, on a database of its own. */
  | { readonly kind: 'betterAuth'; readonly url: string; readonly keys: number };

export interface RivalAnswer {
  readonly port: number;
  /** Those of better-auth. */
  readonly secrets: readonly string[];
}

const json = { 'Content-Type': 'application/json' };

function bare(body: string): RequestListener {
  const headers = { ...json, 'Content-Length': Buffer.byteLength(body) };
  return (_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  };
}

/** As many connections as Gatehouse has for this. */
const CONNECTIONS = 5;

function lookUp(url: string, ids: readonly string[]): RequestListener {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const text = `select id, organization_id as "organizationId", project_id as "projectId", scope, permissions, expires_at as "expiresAt"
    from api_keys where id = $1`;
  let next = 0;
  return (_request, response) => {
    next += 1;
    void pool.query({ name: 'by-id', text, values: [ids[next % ids.length]] }).then(({ rows }) => {
      const body = JSON.stringify(rows[0]);
      response.writeHead(200, { ...json, 'Content-Length': Buffer.byteLength(body) });
      response.end(body);
    });
  };
}

/** As much of better-auth as is used here. It is installed under `bench/` when needed, and the compiler knows nothing of it. */
interface BetterAuth {
  readonly options: object;
  readonly api: {
    createApiKey(call: { body: object }): Promise<{ key: string }>;
    verifyApiKey(call: { body: { key: string } }): Promise<{ valid: boolean; key: object | null }>;
  };
}

const load = <Exports>(name: string): Promise<Exports> => import(name) as Promise<Exports>;

/** With its limit per key switched off, which is a statement more. */
async function betterAuth(url: string, keys: number): Promise<{ listener: RequestListener; secrets: string[] }> {
  const core = await load<{ betterAuth: (options: object) => BetterAuth }>('better-auth');
  const plugin = await load<{ apiKey: (options: object) => object }>('@better-auth/api-key');
  const { getMigrations } = await load<{
    getMigrations: (options: object) => Promise<{ runMigrations: () => Promise<void> }>;
  }>('better-auth/db/migration');
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const auth = core.betterAuth({
    database: pool,
    baseURL: 'http://localhost',
    secret: 'a secret of a benchmark, known to everybody',
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [plugin.apiKey({ rateLimit: { enabled: false } })],
  });
  await (await getMigrations(auth.options)).runMigrations();
  await pool.query(
    `insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt") values ('ada', 'Ada', 'ada@example.test', true, now(), now())`,
  );
  const secrets: string[] = [];
  for (let made = 0; made < keys; made += 1)
    secrets.push((await auth.api.createApiKey({ body: { userId: 'ada', name: 'Backend' } })).key);
  const listener: RequestListener = (request, response) => {
    void auth.api.verifyApiKey({ body: { key: keyIn(request) } }).then(({ valid, key }) => {
      const body = JSON.stringify({ valid, key });
      response.writeHead(valid ? 200 : 401, { ...json, 'Content-Length': Buffer.byteLength(body) });
      response.end(body);
    });
  };
  return { listener, secrets };
}

const keyIn = ({ headers }: IncomingMessage): string => (headers.authorization ?? '').slice('Bearer '.length);

async function listenerFor(question: RivalQuestion): Promise<{ listener: RequestListener; secrets: string[] }> {
  switch (question.kind) {
    case 'bare':
      return { listener: bare(question.body), secrets: [] };
    case 'lookUp':
      return { listener: lookUp(question.url, question.ids), secrets: [] };
    case 'betterAuth':
      return betterAuth(question.url, question.keys);
  }
}

answerQuestions<RivalQuestion, RivalAnswer>(async (question) => {
  const { listener, secrets } = await listenerFor(question);
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, secrets };
});
