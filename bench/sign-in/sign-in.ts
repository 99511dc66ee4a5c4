import type { Load, LoadResult } from '../support/load.js';
import type { StandInAnswer, StandInQuestion } from '../support/openid-stand-in.js';
import { startWorker } from '../support/worker.js';
import { password, startWorld, type World } from '../support/world.js';
import { measureCallbacks } from './callbacks.js';
import { measureChecks } from './checks.js';
import { measureLatency } from './latency.js';
import { measurePasswords } from './passwords.js';

/** How much of everything is done. */
export interface Scale {
  /** Each measurement by turns is the median of so many. */
  readonly rounds: number;
  readonly warmUp: number;
  /** In a round. */
  readonly signIns: number;
  readonly callbacks: number;
  /** How long what is counted by time is counted. */
  readonly seconds: number;
  /** Sign-ins at the same moment. The queue of the server holds 500. */
  readonly crowd: number;
}

const scales: Readonly<Record<'whole' | 'tiny', Scale>> = {
  whole: { rounds: 3, warmUp: 100, signIns: 300, callbacks: 400, seconds: 4, crowd: 500 },
  tiny: { rounds: 1, warmUp: 8, signIns: 16, callbacks: 8, seconds: 1, crowd: 10 },
};

/** What it costs to sign in, and what it costs others: all figures from one run on one machine. */
export async function signIn(of: keyof typeof scales): Promise<void> {
  const scale = scales[of];
  const load = startWorker<Load, LoadResult>('support/load.ts');
  const provider = startWorker<StandInQuestion, StandInAnswer>('support/openid-stand-in.ts');
  const { port } = await provider.ask({ start: 'gatehouse' });
  const world = await startWorld(1_000, {
    AUTH_CUSTOM_NAME: 'Stand-in',
    AUTH_CUSTOM_CLIENT_ID: 'gatehouse',
    AUTH_CUSTOM_CLIENT_SECRET: 'not-a-secret',
    AUTH_CUSTOM_ISSUER: `http://127.0.0.1:${port}`,
    AUTH_CUSTOM_ALLOW_SIGN_UP: 'true',
    OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${port}`,
  });
  try {
    const cookie = await sessionOf(world);
    await measurePasswords(world, load, scale);
    await measureCallbacks(world, provider, scale);
    await measureChecks(world, load, cookie, scale);
    await measureLatency(world, load, cookie, scale);
  } finally {
    load.end();
    provider.end();
    await world.stop();
  }
}

/** The cookie of somebody who is signed in. */
async function sessionOf({ url, emails }: World): Promise<string> {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: emails[0], password }),
  });
  const [cookie = ''] = answer.headers.getSetCookie();
  if (answer.status !== 200) throw new Error(`Nobody can sign in: ${answer.status} ${await answer.text()}`);
  return cookie.slice(0, cookie.indexOf(';'));
}
