import type { RequestHandler, Response } from 'express';
import type { DataSource } from 'typeorm';

/** Past this the database counts as out of reach. */
const PATIENCE_MS = 2_000;

/** `/healthz`: the process is alive. `/readyz`: the database answers and holds the schema that this version needs. */
export function healthChecks(source: DataSource): RequestHandler {
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') next();
    else if (request.path === '/healthz') answer(response, true);
    else if (request.path === '/readyz')
      isReady(source).then(
        (ready) => answer(response, ready),
        () => answer(response, false),
      );
    else next();
  };
}

function answer(response: Response, well: boolean): void {
  response
    .status(well ? 200 : 503)
    .set('Cache-Control', 'no-store')
    .json({ status: well ? 'ok' : 'unavailable' });
}

async function isReady(source: DataSource): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS).unref());
  return Promise.race([hasSchema(source), late]);
}

async function hasSchema(source: DataSource): Promise<boolean> {
  const newest = source.migrations.at(-1)?.name;
  const rows = await source.query<unknown[]>('select 1 from migrations where name = $1', [newest]);
  return rows.length === 1;
}
