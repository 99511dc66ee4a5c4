import { Agent, get } from 'node:http';
import type { StandInAnswer, StandInQuestion } from '../support/openid-stand-in.js';
import { perSecond, report } from '../support/report.js';
import type { Worker } from '../support/worker.js';
import type { World } from '../support/world.js';
import type { Scale } from './scale.js';

const CONNECTIONS = 8;
const PEOPLE = 20;

interface Begun {
  readonly callback: string;
  readonly cookie: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** How many OpenID callbacks there are in a second, and how much of their time is ours. */
export async function measureCallbacks(
  world: World,
  provider: Worker<StandInQuestion, StandInAnswer>,
  scale: Scale,
): Promise<void> {
  // The first sign-in of each person makes their account; here the second and later ones count.
  await finishAll(world, await beginAll(world, PEOPLE));
  const begun = await beginAll(world, scale.callbacks);
  await provider.ask({ time: true });
  const started = performance.now();
  const spent = await finishAll(world, begun);
  const elapsed = performance.now() - started;
  const { milliseconds: elsewhere } = await provider.ask({ time: true });
  const all = spent.reduce((sum, time) => sum + time, 0);
  report({ what: 'OpenID callbacks', value: perSecond((begun.length * 1000) / elapsed) });
  report({ what: 'their time outside the provider', value: `${Math.round(100 * (1 - elsewhere / all))} %` });
}

function beginAll(world: World, count: number): Promise<Begun[]> {
  return inParallel(
    Array.from({ length: count }, (_, index) => `person-${index % PEOPLE}`),
    async (sub) => {
      const { location, cookie } = await visit(`${world.url}/api/auth/login/custom`);
      const query = new URL(location).searchParams;
      const code = Buffer.from(JSON.stringify({ sub, nonce: query.get('nonce') })).toString('base64url');
      const callback = new URLSearchParams({ code, state: query.get('state') ?? '' });
      return { callback: `${world.url}/api/auth/callback/custom?${callback.toString()}`, cookie };
    },
  );
}

/** @returns the milliseconds that each took */
function finishAll(_: World, begun: readonly Begun[]): Promise<number[]> {
  return inParallel(begun, async ({ callback, cookie }) => {
    const started = performance.now();
    const { location } = await visit(callback, { cookie });
    if (location.includes('/auth-error')) throw new Error(`A callback was refused: ${location}`);
    return performance.now() - started;
  });
}

function visit(url: string, headers: Record<string, string> = {}): Promise<{ location: string; cookie: string }> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        const cookies = (response.headers['set-cookie'] ?? []).map((line) => line.slice(0, line.indexOf(';')));
        const { location } = response.headers;
        if (location === undefined) reject(new Error(`${url} answered ${response.statusCode ?? 0}`));
        else resolve({ location, cookie: cookies.join('; ') });
      });
    }).once('error', reject);
  });
}

async function inParallel<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const queue = items.entries();
  const done: To[] = [];
  const workers = Array.from({ length: CONNECTIONS }, async () => {
    for (const [index, item] of queue) done[index] = await work(item);
  });
  await Promise.all(workers);
  return done;
}
