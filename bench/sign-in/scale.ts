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

export const scales: Readonly<Record<'whole' | 'tiny', Scale>> = {
  whole: { rounds: 3, warmUp: 100, signIns: 300, callbacks: 400, seconds: 4, crowd: 500 },
  tiny: { rounds: 1, warmUp: 8, signIns: 16, callbacks: 8, seconds: 0.3, crowd: 10 },
};
