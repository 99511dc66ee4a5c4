import type { Plan } from '../policy/plans.js';

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly plan: Plan;
  readonly createdAt: Date;
}
