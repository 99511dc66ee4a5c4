/** A thing that is done again and again, and timed. */
type Act = () => Promise<unknown>;

export interface Comparison {
  /** Medians, in milliseconds. */
  readonly first: number;
  readonly second: number;
  /** How far they lie apart, as a share of the longer. */
  readonly apart: number;
}

/** Rounds of a look, and looks at the most. */
const ROUNDS = 60;
const LOOKS = 4;

/**
 * The medians of two things done in turns, so that whatever else the machine does falls on both alike. Where they seem to
 * differ, more is measured: chance goes with the number of rounds, and a real difference stays.
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
    comparison = { first: medians[0], second: medians[1], apart: 1 - Math.min(...medians) / Math.max(...medians) };
    looks += 1;
  } while (comparison.apart >= tolerance && looks < LOOKS);
  return comparison;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
