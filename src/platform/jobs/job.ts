/**
 * An entry of a module's catalogue of jobs: work that is asked for in the commit of a change, and done behind it. Done
 * at least once: a process that dies in the middle leaves it to another, so doing it twice must do no harm.
 */
export interface Job<Payload extends object> {
  readonly name: `${string}.${string}`;
  /** How often it is tried before it is given up. The n-th failure is waited out for e^n seconds, six hours at the most. */
  readonly attempts: number;
  /** Carries the type of the payload; never present at run time. */
  readonly payload?: Payload;
}

/** With which it has been tried for 22 hours before it is given up. */
export const ATTEMPTS_OF_A_DAY = 13;

/** @param Payload what JSON can hold; it is stored encrypted */
export function job<Payload extends object>(name: Job<Payload>['name'], attempts: number): Job<Payload> {
  return { name, attempts };
}
