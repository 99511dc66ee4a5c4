import { ApiError } from './api-error.js';
import type { Person } from './factories.js';

export interface TraceAnswer {
  readonly id: string;
  readonly connectionId: string | null;
  readonly connectionKey: string;
  readonly purpose: string;
  readonly references: readonly string[];
  readonly redirectUri: string | null;
  readonly begunAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly email: string | null;
  readonly cause: string | null;
  readonly explanation: string | null;
  readonly remedy: string | null;
  readonly steps: readonly {
    readonly step: string;
    readonly at: string;
    readonly passed: boolean;
    readonly expected: string | null;
    readonly found: string | null;
  }[];
}

export const traceFields = `id connectionId connectionKey purpose references redirectUri begunAt finishedAt outcome reason
  detail email cause explanation remedy steps { step at passed expected found }`;

/** The trace that a reference opens for somebody. @throws ApiError */
export async function readTrace({ browser }: Pick<Person, 'browser'>, reference: string): Promise<TraceAnswer> {
  const { data, errors } = await browser.graphql<{ signInTrace: TraceAnswer }>(
    `query ($reference: String!) { signInTrace(reference: $reference) { ${traceFields} } }`,
    { reference },
  );
  if (!data) throw new ApiError(errors[0]);
  return data.signInTrace;
}

/** A trace without what is another at each run. */
export function forgetTimes({ id: _id, begunAt: _begun, finishedAt: _finished, steps, ...trace }: TraceAnswer) {
  return { ...trace, steps: steps.map(({ at: _at, ...step }) => step) };
}
