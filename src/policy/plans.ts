/** Plans and what they include (the contract's section 6). */
export const plans = {
  hobby: { sso: false },
  core: { sso: false },
  pro: { sso: false },
  'pro+teams': { sso: true },
  enterprise: { sso: true },
  'self-hosted': { sso: true },
} as const satisfies Record<string, { sso: boolean }>;

export type Plan = keyof typeof plans;
export type Feature = 'sso';

export const planNames = Object.keys(plans) as Plan[];

export function isPlan(name: string): name is Plan {
  return Object.hasOwn(plans, name);
}

/** The plans that include a feature, for the words of a refusal. */
export function plansWith(feature: Feature): Plan[] {
  return planNames.filter((plan) => plans[plan][feature]);
}
