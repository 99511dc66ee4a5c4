import type { Plan } from '../policy/plans.js';

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly plan: Plan;
  /** How many people it has room for; null for as many as its plan has. */
  readonly seats: number | null;
  readonly createdAt: Date;
}
