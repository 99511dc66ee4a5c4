import { PasswordHasher } from '../../src/platform/crypto/password-hasher.js';
import type { Load, LoadResult } from '../support/load.js';
import { median, perSecond, report } from '../support/report.js';
import type { Worker } from '../support/worker.js';
import { password, type World } from '../support/world.js';
import type { Scale } from './scale.js';

const CONNECTIONS = 8;
const AIM = 0.85;

/** How many password sign-ins there are for each hash that this machine could compute, measured by turns. */
export async function measurePasswords(world: World, load: Worker<Load, LoadResult>, scale: Scale): Promise<void> {
  const signIns = (requests: number) =>
    load.ask({
      url: `${world.url}/api/auth/login`,
      connections: CONNECTIONS,
      until: { requests },
      signIn: { emails: world.emails, password },
    });
  await signIns(scale.warmUp);

  const rounds: { raw: number; full: LoadResult }[] = [];
  for (let round = 0; round < scale.rounds; round += 1) {
    const raw = await rawHashes(scale.signIns);
    rounds.push({ raw, full: await signIns(scale.signIns) });
  }
  const failed = rounds.reduce((sum, { full }) => sum + full.failed, 0);
  if (failed > 0) throw new Error(`${failed} sign-ins were refused`);
  const ratio = median(rounds.map(({ raw, full }) => full.perSecond / raw));
  report({ what: 'argon2id verifications, two at once', value: perSecond(median(rounds.map(({ raw }) => raw))) });
  report({ what: 'password sign-ins over HTTP', value: perSecond(median(rounds.map(({ full }) => full.perSecond))) });
  report({
    what: 'sign-ins for each verification',
    value: ratio.toFixed(2),
    aim: { text: `${AIM} or more`, met: ratio >= AIM },
  });
}

/** With the server's own hasher: the same parameters, the same two at once. */
async function rawHashes(count: number): Promise<number> {
  const hasher = new PasswordHasher();
  const hash = await hasher.hash(password);
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, () => hasher.verify(hash, password)));
  return (count * 1000) / (performance.now() - started);
}
