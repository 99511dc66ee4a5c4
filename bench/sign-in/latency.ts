import { setTimeout as pause } from 'node:timers/promises';
import type { Load, LoadResult } from '../support/load.js';
import { milliseconds, percentile, report } from '../support/report.js';
import type { Worker } from '../support/worker.js';
import { password, type World } from '../support/world.js';
import type { Scale } from './scale.js';

const PAUSE_MS = 5;
/** What people take for at once. */
const AIM_MS = 100;

/** How long a cheap question to the API takes, alone and while a crowd waits for its passwords to be verified. */
export async function measureLatency(
  world: World,
  load: Worker<Load, LoadResult>,
  cookie: string,
  scale: Scale,
): Promise<void> {
  const alone = await askUntil(world, cookie, pause(scale.seconds * 1000));
  const crowd = load.ask({
    url: `${world.url}/api/auth/login`,
    connections: scale.crowd,
    until: { requests: scale.crowd },
    signIn: { emails: world.emails, password },
  });
  const beside = await askUntil(world, cookie, crowd);
  const { failed } = await crowd;
  if (failed > 0) throw new Error(`${failed} sign-ins of the crowd were refused`);
  const told = (times: readonly number[]) =>
    `${milliseconds(percentile(times, 50))} / ${milliseconds(percentile(times, 99))}`;
  const met = percentile(beside, 99) <= AIM_MS;
  report({ what: 'a GraphQL query alone, p50 / p99', value: told(alone) });
  report({
    what: `the same while ${scale.crowd} password sign-ins are queued`,
    value: told(beside),
    aim: { text: `p99 of ${AIM_MS} ms or less`, met },
  });
}

/** One after another, until something else is over. @returns the milliseconds that each took */
async function askUntil(world: World, cookie: string, end: Promise<unknown>): Promise<number[]> {
  const over = end.then(() => 'over' as const);
  const times: number[] = [];
  do {
    const started = performance.now();
    await ask(world, cookie);
    times.push(performance.now() - started);
  } while ((await Promise.race([over, pause(PAUSE_MS, 'going on' as const)])) !== 'over');
  return times;
}

async function ask({ url }: World, cookie: string): Promise<void> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'apollo-require-preflight': 'true', cookie },
    body: '{"query":"{ viewer { label } }"}',
  });
  const text = await answer.text();
  if (answer.status !== 200 || text.includes('errors')) throw new Error(`The API answered ${answer.status}: ${text}`);
}
