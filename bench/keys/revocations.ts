import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerProcess } from '../../test/support/server-process.js';
import { milliseconds, percentile, report } from '../support/report.js';
import type { Stock } from './stock.js';

const AIM_MS = 1_000;
const ASKED_EVERY_MS = 2;

const agent = new Agent({ keepAlive: true });

/** How long after `revokeApiKey` was sent each of several processes, which have the key at hand, still says yes. */
export async function measureRevocations(
  servers: readonly ServerProcess[],
  { ids, secrets }: Stock,
  count: number,
): Promise<void> {
  const times: number[] = [];
  for (let revoked = 0; revoked < count; revoked += 1) {
    times.push(
      await timeUntilRefused(servers, { id: ids.at(-1 - revoked) ?? '', secret: secrets.at(-1 - revoked) ?? '' }),
    );
  }
  const worst = Math.max(...times);
  report({
    what: `a revocation until ${servers.length} processes refuse the key, p50`,
    value: milliseconds(percentile(times, 50)),
  });
  report({
    what: `the same, the worst of ${count}`,
    value: milliseconds(worst),
    aim: { text: `less than ${AIM_MS} ms`, met: worst < AIM_MS },
  });
}

async function timeUntilRefused(
  servers: readonly ServerProcess[],
  key: { id: string; secret: string },
): Promise<number> {
  const [first] = servers;
  if (!first) throw new Error('There is no process.');
  let sentAt = Infinity;
  const refusedAt = servers.map(async ({ url }) => {
    for (;;) {
      const status = await verify(url, key.secret);
      if (status === 401 && sentAt < Infinity) return performance.now();
      if (status !== 200) throw new Error(`A key is answered ${status} before it was revoked`);
      await pause(ASKED_EVERY_MS);
    }
  });
  await pause(20);
  sentAt = performance.now();
  await revoke(first, key.id);
  return Math.max(...(await Promise.all(refusedAt))) - sentAt;
}

function verify(url: string, secret: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${secret}` };
    request(`${url}/api/keys/verify`, { agent, method: 'POST', headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    })
      .once('error', reject)
      .end();
  });
}

async function revoke({ url, adminApiKey }: ServerProcess, apiKeyId: string): Promise<void> {
  const query = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { revokedAt } } }';
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminApiKey}` },
    body: JSON.stringify({ query, variables: { input: { apiKeyId } } }),
  });
  const text = await answer.text();
  if (answer.status !== 200 || text.includes('"errors"')) throw new Error(`The API answered ${answer.status}: ${text}`);
}
