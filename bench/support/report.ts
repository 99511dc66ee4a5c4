/** A figure with what it should be. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  /** Left out where there is none. */
  readonly aim?: { readonly text: string; readonly met: boolean };
}

/** One line for each figure, as soon as it is known. */
export function report({ what, value, aim }: Figure): void {
  const verdict = aim ? `aim ${aim.text}: ${aim.met ? 'met' : 'NOT MET'}` : '';
  console.log(`${what.padEnd(58)} ${value.padStart(16)}   ${verdict}`.trimEnd());
}

export const perSecond = (value: number): string => `${value >= 100 ? Math.round(value) : value.toFixed(1)} /s`;
export const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** @param rank from 0 to 100 */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((rank / 100) * sorted.length))] ?? NaN;
}
