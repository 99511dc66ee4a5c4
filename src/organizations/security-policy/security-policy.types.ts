/** What an organization asks of the sign-ins and sessions of its members, beyond what the instance asks of everybody. */
export interface SecurityPolicy {
  readonly organizationId: string;
  /** Whether a password alone is not enough. What a provider asks of its people is its own business. */
  readonly secondFactorRequired: boolean;
  /** How long a session lasts at the most, in minutes; null for as long as the instance lets it. */
  readonly sessionMaxAgeMinutes: number | null;
  /** How long a session lasts unused, in minutes; null for as long as the instance lets it. */
  readonly sessionIdleMinutes: number | null;
}

/** What is left out stays as it was; null takes a limit away. */
export type SecurityPolicyChange = Partial<Omit<SecurityPolicy, 'organizationId'>>;
