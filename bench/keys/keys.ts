import type { ServerProcess } from '../../test/support/server-process.js';
import type { Load, LoadResult } from '../support/load.js';
import { startWorker } from '../support/worker.js';
import { startDatabase, startGatehouse } from '../support/world.js';
import { measureGrowth } from './growth.js';
import { measureRevocations } from './revocations.js';
import { scales } from './scale.js';
import { stockKeys, withClient } from './stock.js';
import { measureThroughput } from './throughput.js';

const FEW_KEYS = 1_000;
const PROCESSES = 4;

/** What it costs to verify a key, and to ask about keys, members and access: all figures from one run on one machine. */
export async function keys(of: keyof typeof scales): Promise<void> {
  const scale = scales[of];
  const database = await startDatabase();
  const load = startWorker<Load, LoadResult>('support/load.ts');
  const servers: ServerProcess[] = [];
  const start = async (databaseUrl: string): Promise<ServerProcess> => {
    const server = await startGatehouse(databaseUrl);
    servers.push(server);
    return server;
  };
  const emptyDatabase = async (name: string): Promise<string> => {
    await withClient(database.url, (client) => client.query(`create database ${name}`));
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  try {
    const [smallUrl, largeUrl] = [await emptyDatabase('small'), await emptyDatabase('large')];
    const [first, big] = [await start(smallUrl), await start(largeUrl)];
    const small = { url: first.url, databaseUrl: smallUrl, stock: await stockKeys(smallUrl, FEW_KEYS, FEW_KEYS) };
    const large = { url: big.url, databaseUrl: largeUrl, stock: await stockKeys(largeUrl, scale.keys, scale.shown) };
    await measureThroughput({ small, large, rivalDatabase: await emptyDatabase('rival') }, load, scale);
    const processes = [first];
    while (processes.length < PROCESSES) processes.push(await start(smallUrl));
    await measureRevocations(processes, small.stock, scale.revocations);
    await measureGrowth(first, smallUrl, scale);
  } finally {
    load.end();
    for (const server of servers) await server.end('SIGTERM');
    await database.stop();
  }
}
