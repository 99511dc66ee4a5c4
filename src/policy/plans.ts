interface PlanContents {
  readonly sso: boolean;
  /** How many people fit in; null for as many as come. */
  readonly seats: number | null;
}

/** Plans and what they include (the contract's section 6). */
export const plans = {
  hobby: { sso: false, seats: 2 },
  core: { sso: false, seats: null },
  pro: { sso: false, seats: null },
  'pro+teams': { sso: true, seats: null },
  enterprise: { sso: true, seats: null },
  'self-hosted': { sso: true, seats: null },
} as const satisfies Record<string, PlanContents>;

export type Plan = keyof typeof plans;
export type Feature = 'sso';

export const planNames = Object.keys(plans) as Plan[];

export function isPlan(name: string): name is Plan {
  return Object.hasOwn(plans, name);
}

export function contentsOf(plan: Plan): PlanContents {
  return plans[plan];
}

/** The plans that include a feature, for the words of a refusal. */
export function plansWith(feature: Feature): Plan[] {
  return planNames.filter((plan) => plans[plan][feature]);
}

/** The plans in which more people fit. */
export function plansWithMoreSeats(than: number): Plan[] {
  return planNames.filter((plan) => (contentsOf(plan).seats ?? Infinity) > than);
}
