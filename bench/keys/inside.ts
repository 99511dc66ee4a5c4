import pg from 'pg';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AccessService } from '../../src/access/access.service.js';
import type { createApp } from '../../src/create-app.js';
import type { loadConfig } from '../../src/platform/config/load-config.js';
import type { DatabaseUrl } from '../../src/platform/database/database-url.js';
import type { Logger } from '../../src/platform/logging/logger.js';
import type { worldOutside } from '../../src/platform/world-outside.js';
import type { Proof } from '../../src/policy/proof.js';
import { answerQuestions } from '../support/worker.js';

/** What is asked of a Gatehouse that runs in the same process as whoever measures it. */
export type InsideQuestion =
  | { readonly start: Readonly<Record<string, string>> }
  /** So many permission checks. The answer is how many there are in a second. */
  | { readonly checks: number; readonly userId: string; readonly organizationId: string; readonly projectId: string }
  /** One call of the API. The answer is how many SQL statements it takes. */
  | { readonly query: string; readonly variables: object };

/** The built files: what decorators say of types is in them alone. */
const built = <Exports>(file: string): Promise<Exports> =>
  import(pathToFileURL(path.resolve(import.meta.dirname, '../../dist', file)).href) as Promise<Exports>;

interface Inside {
  readonly url: string;
  readonly adminApiKey: string;
  readonly access: AccessService;
}

let statements = 0;
let inside: Inside | undefined;

async function start(settings: Readonly<Record<string, string>>): Promise<Inside> {
  const prototype = pg.Client.prototype as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function counted(this: unknown, ...args: unknown[]): unknown {
    statements += 1;
    return query.apply(this, args);
  };
  const app = await built<{ createApp: typeof createApp }>('create-app.js');
  const config = await built<{ loadConfig: typeof loadConfig }>('platform/config/load-config.js');
  const database = await built<{ DatabaseUrl: typeof DatabaseUrl }>('platform/database/database-url.js');
  const logging = await built<{ Logger: typeof Logger }>('platform/logging/logger.js');
  const outside = await built<{ worldOutside: typeof worldOutside }>('platform/world-outside.js');
  const access = await built<{ AccessService: typeof AccessService }>('access/access.service.js');
  const loaded = config.loadConfig(settings);
  const { DATABASE_URL = '', PORT = '', ADMIN_API_KEY = '' } = settings;
  const nest = await app.createApp(
    loaded,
    new database.DatabaseUrl(DATABASE_URL),
    new logging.Logger('silent'),
    outside.worldOutside(loaded),
  );
  await nest.listen(Number(PORT), '127.0.0.1');
  return {
    url: `http://127.0.0.1:${PORT}`,
    adminApiKey: ADMIN_API_KEY,
    access: nest.get(access.AccessService, { strict: false }),
  };
}

/** As the guard does it, at each field of a request: the scope's permissions, and whether this one is among them. */
async function checksPerSecond({ access }: Inside, count: number, userId: string, scope: Scope): Promise<number> {
  const at = new Date();
  const proof: Proof = { method: 'password', connection: null, secondFactor: null, provenAt: at, createdAt: at };
  const actor = access.actorFor(
    { kind: 'user', id: userId, label: userId, isInstanceAdministrator: false, proof },
    { ip: null, userAgent: null, requestId: 'benchmark' },
  );
  let granted = 0;
  const started = performance.now();
  for (let check = 0; check < count; check += 1) {
    const held = await actor.permissionsIn(scope);
    if (held.has('traces.read')) granted += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  if (granted !== count) throw new Error(`${count - granted} checks were answered no`);
  return count / seconds;
}

interface Scope {
  readonly organizationId: string;
  readonly projectId: string;
}

/** What one call takes: the least of three, since what the server does by the clock is counted along. */
async function statementsOf(asked: Inside, query: string, variables: object): Promise<number> {
  const counts: number[] = [];
  for (let time = 0; time < 3; time += 1) counts.push(await statementsOnce(asked, query, variables));
  return Math.min(...counts);
}

async function statementsOnce({ url, adminApiKey }: Inside, query: string, variables: object): Promise<number> {
  const before = statements;
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminApiKey}` },
    body: JSON.stringify({ query, variables }),
  });
  const text = await answer.text();
  if (answer.status !== 200 || text.includes('"errors"')) throw new Error(`The API answered ${answer.status}: ${text}`);
  return statements - before;
}

answerQuestions<InsideQuestion, number>(async (question) => {
  if ('start' in question) {
    inside = await start(question.start);
    return 0;
  }
  if (!inside) throw new Error('It has not started.');
  return 'checks' in question
    ? checksPerSecond(inside, question.checks, question.userId, question)
    : statementsOf(inside, question.query, question.variables);
});
