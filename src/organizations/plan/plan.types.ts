import type { Plan } from '../../policy/plans.js';

/** What an organization has booked. */
export interface Booking {
  readonly plan: Plan;
  /** Null for as many as the plan has. */
  readonly seats: number | null;
}

/** What an organization may use, and how much of it is in use. */
export interface Entitlements {
  readonly sso: boolean;
  readonly scim: boolean;
  /** Null for as many as come. */
  readonly seats: number | null;
  readonly seatsUsed: number;
}
