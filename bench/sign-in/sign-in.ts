import type { Load, LoadResult } from '../support/load.js';
import type { StandInAnswer, StandInQuestion } from '../support/openid-stand-in.js';
import { startWorker } from '../support/worker.js';
import { password, startWorld, type World } from '../support/world.js';
import { measureCallbacks } from './callbacks.js';
import { measureChecks } from './checks.js';
import { measureLatency } from './latency.js';
import { measurePasswords } from './passwords.js';
import { scales } from './scale.js';

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
