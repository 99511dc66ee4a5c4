import type { Load, LoadResult } from './load.js';
import { median } from './report.js';
import type { Worker } from './worker.js';

export interface Comparison {
  /** Answers in a second, the median of the rounds. */
  readonly ours: number;
  readonly theirs: number;
  /** The median of each round's ratio: noise that lasts longer than a round falls on both. */
  readonly ratio: number;
}

export interface Turns {
  /** How often each is measured. */
  readonly rounds: number;
  /** For how long each is asked before that. */
  readonly warmUpSeconds: number;
}

/**
 * Measures two by turns, after each was warmed up once.
 * @throws Error where one of them refuses anything
 */
export async function byTurns(
  load: Worker<Load, LoadResult>,
  { rounds, warmUpSeconds }: Turns,
  { ours, theirs }: { readonly ours: Load; readonly theirs: Load },
): Promise<Comparison> {
  const send = async (one: Load): Promise<number> => {
    const { perSecond, failed } = await load.ask(one);
    if (failed > 0) throw new Error(`${failed} requests to ${one.url} were refused`);
    return perSecond;
  };
  await send({ ...theirs, until: { seconds: warmUpSeconds } });
  await send({ ...ours, until: { seconds: warmUpSeconds } });
  const measured: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push({ theirs: await send(theirs), ours: await send(ours) });
  return {
    ours: median(measured.map((round) => round.ours)),
    theirs: median(measured.map((round) => round.theirs)),
    ratio: median(measured.map((round) => round.ours / round.theirs)),
  };
}
