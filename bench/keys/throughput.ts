import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Load, LoadResult } from '../support/load.js';
import { perSecond, report } from '../support/report.js';
import { byTurns, type Comparison } from '../support/turns.js';
import { startWorker, type Worker } from '../support/worker.js';
import type { RivalAnswer, RivalQuestion } from './rival-servers.js';
import type { Scale } from './scale.js';
import type { Stock } from './stock.js';

/** A Gatehouse, and the keys in its database. */
export interface Place {
  readonly url: string;
  readonly databaseUrl: string;
  readonly stock: Stock;
}

const CONNECTIONS = 32;
/** So many keys are in use where it is not said otherwise. */
const IN_USE = 1_000;

/** How fast keys are verified, beside what could be faster, what others use, and where there are more of them. */
export async function measureThroughput(
  { small, large, rivalDatabase }: { readonly small: Place; readonly large: Place; readonly rivalDatabase: string },
  load: Worker<Load, LoadResult>,
  scale: Scale,
): Promise<void> {
  const to = (url: string, secrets: readonly string[]): Load => ({
    url,
    connections: CONNECTIONS,
    until: { seconds: scale.seconds },
    method: 'POST',
    bearers: secrets,
  });
  const verify = (place: Place, secrets: readonly string[]): Load => to(`${place.url}/api/keys/verify`, secrets);
  const against = async (question: RivalQuestion, ours: Load): Promise<Comparison> => {
    const worker = startWorker<RivalQuestion, RivalAnswer>('keys/rival-servers.ts');
    try {
      const { port, secrets } = await worker.ask(question);
      const theirs = to(`http://127.0.0.1:${port}/`, secrets.length > 0 ? secrets : (ours.bearers ?? []));
      return await byTurns(load, scale, { ours, theirs });
    } finally {
      worker.end();
    }
  };

  const [one = ''] = small.stock.secrets;
  const body = await answerTo(small, one);
  const cached = await against({ kind: 'bare', body }, verify(small, [one]));
  told('bare node:http replies', 'verifications of one key', 'verifications for each bare reply', cached, 0.6);

  const { ids, secrets } = large.stock;
  const missed = await against({ kind: 'lookUp', url: large.databaseUrl, ids }, verify(large, secrets));
  told('look-ups by primary key', 'verifications, nothing cached', 'verifications for each look-up', missed, 0.8);

  const inUse = small.stock.secrets.slice(0, IN_USE);
  if (scale.rival) {
    await installRival();
    const other = await against({ kind: 'betterAuth', url: rivalDatabase, keys: inUse.length }, verify(small, inUse));
    told(
      "better-auth's verifyApiKey",
      `verifications of ${inUse.length} keys`,
      'verifications for each of theirs',
      other,
      20,
    );
  }

  const larger = await byTurns(load, scale, {
    ours: verify(large, secrets.slice(0, IN_USE)),
    theirs: verify(small, inUse),
  });
  const times = 1 / larger.ratio;
  report({ what: `verifications where there are ${small.stock.ids.length} keys`, value: perSecond(larger.theirs) });
  report({ what: `the same where there are ${scale.keys} keys`, value: perSecond(larger.ours) });
  report({
    what: 'times as long with the many',
    value: times.toFixed(2),
    aim: { text: '1.2 or less', met: times <= 1.2 },
  });
}

function told(theirs: string, ours: string, each: string, measured: Comparison, aim: number): void {
  report({ what: theirs, value: perSecond(measured.theirs) });
  report({ what: ours, value: perSecond(measured.ours) });
  report({
    what: each,
    value: measured.ratio.toFixed(2),
    aim: { text: `${aim} or more`, met: measured.ratio >= aim },
  });
}

async function answerTo({ url }: Place, secret: string): Promise<string> {
  const answer = await fetch(`${url}/api/keys/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`A key is refused: ${answer.status} ${text}`);
  return text;
}

/** Exactly what the lock file of `bench/` says, where it is not there yet. */
async function installRival(): Promise<void> {
  const bench = path.resolve(import.meta.dirname, '..');
  if (existsSync(path.join(bench, 'node_modules/better-auth'))) return;
  await promisify(execFile)('npm', ['ci', '--prefix', bench, '--ignore-scripts', '--no-audit', '--no-fund']);
}
