interface PlanContents {
  readonly sso: boolean;
  /** Whether a directory may provision people (SCIM). */
  readonly scim: boolean;
  /** How many people fit in; null for as many as come. */
  readonly seats: number | null;
}

/** Plans and what they include (the contract's section 6). */
export const plans = {
  hobby: { sso: false, scim: false, seats: 2 },
  core: { sso: false, scim: false, seats: null },
  pro: { sso: false, scim: false, seats: null },
  'pro+teams': { sso: true, scim: true, seats: null },
  enterprise: { sso: true, scim: true, seats: null },
  'self-hosted': { sso: true, scim: true, seats: null },
} as const satisfies Record<string, PlanContents>;

export type Plan = keyof typeof plans;
export type Feature = 'sso' | 'scim';

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
