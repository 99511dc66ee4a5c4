import type { BuiltInRole } from '../../policy/permissions.js';

/** What would become of whoever ran the test. `JOINED`: an account that was there would be entered by this way from then on. */
export const testAccounts = ['KNOWN', 'JOINED', 'CREATED'] as const;
export type TestAccount = (typeof testAccounts)[number];

/** What a test sign-in found. Without tokens and codes, and without the claims that only belong to the protocol. */
export interface SsoTestReport {
  /** As on the trail of a refused sign-in; null where nobody was refused. */
  readonly reason: string | null;
  readonly detail: string | null;
  /** As the provider named them; null where it did not come so far. */
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly email: string | null;
  readonly name: string | null;
  /** The domains that the connection speaks for. */
  readonly domains: readonly string[];
  /** Whether the email lies in one of them; null where there is none. */
  readonly emailMatches: boolean | null;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly account: TestAccount | null;
  /** The role in the organization that they would have; null: no member. */
  readonly role: BuiltInRole | null;
  /** Whether the sign-in itself would make them a member; null where nobody would be let in. */
  readonly joins: boolean | null;
}

export const testOutcomes = ['PENDING', 'PASSED', 'FAILED', 'EXPIRED'] as const;
export type TestOutcome = (typeof testOutcomes)[number];

export interface SsoTestRun {
  readonly id: string;
  readonly organizationId: string;
  readonly connectionId: string;
  readonly ofCandidate: boolean;
  /** The setup link by which it was asked for; null where a member did. */
  readonly setupLinkId: string | null;
  readonly outcome: TestOutcome;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  readonly finishedAt: Date | null;
  readonly report: SsoTestReport | null;
}
