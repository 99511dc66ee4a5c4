/** A thing that is done again and again, and timed. */
type Act = () => Promise<unknown>;

export interface Comparison {
  /** Medians, in milliseconds. */
  readonly first: number;
  readonly second: number;
  /** How far they lie apart in the middle one of the rounds, as a share of the longer. */
  readonly apart: number;
}

/** Rounds of a look, and looks at the most: beside another suite a look alone may be as far out as what is looked for. */
const ROUNDS = 60;
const LOOKS = 16;

/**
 * Two things done in turns and compared round by round, so that whatever else the machine does falls on both alike: where
 * it is busy for half of the time, the medians of each alone would be drawn from different halves. Where they seem to differ,
 * more is measured: chance goes with the number of rounds, and a real difference stays.
 * @param rest what both leave behind is waited for here, untimed
 */
export async function compared(
  { first, second, rest }: { readonly first: Act; readonly second: Act; readonly rest?: Act },
  tolerance: number,
): Promise<Comparison> {
  const times: [number[], number[]] = [[], []];
  let comparison: Comparison;
  let looks = 0;
  do {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const started = performance.now();
        await [first, second][which]?.();
        times[which].push(performance.now() - started);
        await rest?.();
      }
    }
    const medians = times.map(median) as [number, number];
    const ratio = median(times[0].map((time, round) => time / (times[1][round] ?? Number.NaN)));
    comparison = { first: medians[0], second: medians[1], apart: 1 - Math.min(ratio, 1 / ratio) };
    looks += 1;
  } while (comparison.apart >= tolerance && looks < LOOKS);
  return comparison;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
