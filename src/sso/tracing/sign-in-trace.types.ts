import type { SignInCauseCode } from '../diagnosis/sign-in-causes.js';
import type { Check } from '../protocols/check.types.js';

/** For so long an attempt can be finished. */
export const ATTEMPT_MINUTES = 10;

/**
 * The steps of an attempt, whatever the protocol:
 * - `BEGUN`, `SENT_TO_PROVIDER`, `CAME_BACK`: what the browser does
 * - `CODE_EXCHANGED`: the provider has taken the code, where the protocol has one
 * - `PROOF_CHECKED`: every check of what the provider says has passed
 * - `ACCOUNT_JUDGED`: the account rules let the person in
 * - `SIGNED_IN`: a session was opened
 */
export const traceSteps = [
  'BEGUN',
  'SENT_TO_PROVIDER',
  'CAME_BACK',
  'CODE_EXCHANGED',
  'PROOF_CHECKED',
  'ACCOUNT_JUDGED',
  'SIGNED_IN',
] as const;
export type TraceStepName = (typeof traceSteps)[number];

/** A step as it is stored. */
export interface StoredStep extends Check {
  readonly step: TraceStepName;
  /** ISO 8601 with milliseconds. */
  readonly at: string;
  readonly passed: boolean;
}

export const tracePurposes = ['SIGN_IN', 'CONFIRM', 'LINK', 'TEST'] as const;
export type TracePurpose = (typeof tracePurposes)[number];

/** `ABANDONED` is never stored: it is what an attempt is that is still under way after its ten minutes. */
export const traceOutcomes = ['UNDER_WAY', 'SUCCEEDED', 'REFUSED', 'ABANDONED'] as const;
export type TraceOutcome = (typeof traceOutcomes)[number];
export type StoredOutcome = Exclude<TraceOutcome, 'ABANDONED'>;

export interface TraceStep {
  readonly step: TraceStepName;
  readonly at: Date;
  readonly passed: boolean;
  readonly expected: string | null;
  readonly found: string | null;
}

/** One attempt, as it is told. */
export interface SignInTrace {
  readonly id: string;
  /** Null for a provider of the instance. */
  readonly organizationId: string | null;
  readonly connectionId: string | null;
  readonly connectionKey: string;
  readonly purpose: TracePurpose;
  /** The ids of the requests that it was begun and ended by. */
  readonly references: readonly string[];
  readonly redirectUri: string | null;
  readonly begunAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: TraceOutcome;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly email: string | null;
  readonly cause: SignInCauseCode | null;
  readonly explanation: string | null;
  readonly remedy: string | null;
  readonly steps: readonly TraceStep[];
}
