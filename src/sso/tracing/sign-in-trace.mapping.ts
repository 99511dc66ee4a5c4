import type { Row } from '../../platform/database/row.js';
import { signInCauses } from '../diagnosis/sign-in-causes.js';
import { toldCause } from '../diagnosis/sign-in-cause.types.js';
import type { SignInTraceEntity } from './sign-in-trace.entity.js';
import { ATTEMPT_MINUTES, type SignInTrace, type StoredStep, type TraceStep } from './sign-in-trace.types.js';

/** A row as it is told at an instant: whoever has not come back in time will not. */
export function toTrace(row: Row<SignInTraceEntity>, now: Date): SignInTrace {
  const { beginRequestId, callbackRequestId, outcome, begunAt, steps } = row;
  const over = new Date(begunAt.getTime() + ATTEMPT_MINUTES * 60_000);
  const isAbandoned = outcome === 'UNDER_WAY' && over <= now;
  const told = {
    ...row,
    references: [beginRequestId, callbackRequestId].filter((id) => id !== null),
    steps: steps.map(toStep),
    ...toldCause(row.reason, row.detail),
  };
  if (!isAbandoned) return told;
  const missing = { step: 'CAME_BACK', at: over, passed: false, expected: row.redirectUri, found: 'nothing' } as const;
  return {
    ...told,
    outcome: 'ABANDONED',
    steps: [...told.steps, missing],
    cause: 'NEVER_CAME_BACK',
    ...signInCauses.NEVER_CAME_BACK,
  };
}

function toStep({ step, at, passed, expected, found }: StoredStep): TraceStep {
  return { step, at: new Date(at), passed, expected: expected ?? null, found: found ?? null };
}
