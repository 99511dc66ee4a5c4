import type { Load, LoadResult } from '../support/load.js';
import { median, perSecond, report } from '../support/report.js';
import { startWorker, type Worker } from '../support/worker.js';
import type { World } from '../support/world.js';
import type { Scale } from './scale.js';

const CONNECTIONS = 20;
const AIM = 0.5;

/** How many session checks there are for each bare reply of Node.js, measured by turns. */
export async function measureChecks(
  world: World,
  load: Worker<Load, LoadResult>,
  cookie: string,
  scale: Scale,
): Promise<void> {
  const bare = startWorker<object, number>('support/bare-server.ts');
  try {
    const bareUrl = `http://127.0.0.1:${await bare.ask({})}`;
    const send = (url: string) =>
      load.ask({ url, connections: CONNECTIONS, until: { seconds: scale.seconds }, headers: { cookie } });
    const rounds: { bare: number; check: LoadResult }[] = [];
    for (let round = 0; round < scale.rounds; round += 1) {
      const reply = await send(bareUrl);
      rounds.push({ bare: reply.perSecond, check: await send(`${world.url}/api/auth/check`) });
    }
    const failed = rounds.reduce((sum, { check }) => sum + check.failed, 0);
    if (failed > 0) throw new Error(`${failed} session checks were refused`);
    const ratio = median(rounds.map(({ bare: reply, check }) => check.perSecond / reply));
    report({ what: 'bare node:http replies', value: perSecond(median(rounds.map((round) => round.bare))) });
    report({ what: 'session checks', value: perSecond(median(rounds.map(({ check }) => check.perSecond))) });
    report({
      what: 'checks for each bare reply',
      value: ratio.toFixed(2),
      aim: { text: `${AIM} or more`, met: ratio >= AIM },
    });
  } finally {
    bare.end();
  }
}
