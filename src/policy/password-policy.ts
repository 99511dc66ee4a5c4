import { invalid } from '../platform/errors/app-error.js';

/** Longer input is no password but a load. */
const MAX_LENGTH = 1_000;

export interface PasswordRules {
  /** Characters. */
  readonly minLength: number;
  /** Names and addresses of whose password it is to be, and of where. */
  readonly words: readonly string[];
}

/**
 * NIST SP 800-63B-4, 3.1.1.2: a minimum length and nothing about which characters. Characters are Unicode code points.
 * @throws VALIDATION_FAILED naming the field
 */
export function refuseWeakPassword(password: string, { minLength }: PasswordRules): Promise<void> {
  const length = Array.from(password.normalize('NFKC')).length;
  if (length < minLength) throw invalid('password', `password must have at least ${minLength} characters.`);
  if (password.length > MAX_LENGTH) throw invalid('password', `password must have at most ${MAX_LENGTH} characters.`);
  return Promise.resolve();
}
