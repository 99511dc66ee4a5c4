/** How much of everything is done. */
export interface Scale {
  /** Each measurement by turns is the median of so many, each so many seconds long. */
  readonly rounds: number;
  readonly seconds: number;
  /** How long each is asked before it is measured. */
  readonly warmUpSeconds: number;
  /** Whether better-auth is measured too, which must be installed for that. */
  readonly rival: boolean;
  /** Keys in the large table, and those among them that are shown. */
  readonly keys: number;
  readonly shown: number;
  readonly revocations: number;
  readonly permissionChecks: number;
  /** Organizations, and projects in each, of the larger of the two lists. */
  readonly organizations: number;
  readonly projects: number;
  readonly members: number;
  /** Questions to the API in one measurement of latency. */
  readonly questions: number;
}

export const scales: Readonly<Record<'whole' | 'tiny', Scale>> = {
  whole: {
    rounds: 5,
    seconds: 4,
    warmUpSeconds: 1,
    rival: true,
    keys: 1_000_000,
    shown: 20_000,
    revocations: 200,
    permissionChecks: 2_000_000,
    organizations: 50,
    projects: 20,
    members: 10_000,
    questions: 100,
  },
  tiny: {
    rounds: 1,
    seconds: 0.1,
    warmUpSeconds: 0.1,
    rival: false,
    keys: 3_000,
    shown: 2_000,
    revocations: 3,
    permissionChecks: 20_000,
    organizations: 6,
    projects: 3,
    members: 50,
    questions: 5,
  },
};
