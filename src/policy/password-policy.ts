import { AppError } from '../platform/errors/app-error.js';
import { strengthOf } from './password-strength.js';

/** Longer input is no password but a load. */
const MAX_LENGTH = 1_000;

/** Shorter words stand in too many good passwords. */
const SHORTEST_WORD = 3;

/** Letters that have to be left when the words of the person and the place are taken out. */
const LETTERS_OF_ONES_OWN = 4;

export interface PasswordRules {
  /** Characters. */
  readonly minLength: number;
  /** Names and addresses of whose password it is to be, and of where. */
  readonly words: readonly string[];
}

/**
 * NIST SP 800-63B-4, 3.1.1.2: a minimum length, a list of common passwords, the words of the person and the place; and
 * nothing about which characters. Characters are Unicode code points, and all of them count.
 * @throws VALIDATION_FAILED naming the field, with the reason and `hint`
 */
export async function refuseWeakPassword(password: string, { minLength, words }: PasswordRules): Promise<void> {
  const normal = password.normalize('NFKC');
  if (password.length > MAX_LENGTH) throw weak(`password must have at most ${MAX_LENGTH} characters.`);
  const context = wordsIn([...words, 'gatehouse']);
  const { isCommon, hint } = await strengthOf(normal, context);
  if (Array.from(normal).length < minLength) throw weak(`password must have at least ${minLength} characters.`, hint);
  if (isCommon) throw weak(`password is too common. ${hint}`, hint);
  if (isMadeOf(context, normal)) {
    const reason = 'password is made of your name, your email or the name of this place.';
    throw weak(`${reason} ${hint}`, hint);
  }
}

function weak(message: string, hint?: string): AppError {
  const facts = hint === undefined ? {} : { hint };
  return new AppError('VALIDATION_FAILED', { message, fields: [{ field: 'password', message }], facts });
}

/** The words of names and addresses, whole and in their parts, the longest first. */
function wordsIn(names: readonly string[]): string[] {
  const whole = names.map((name) => name.normalize('NFKC').toLowerCase().trim());
  const parts = whole.flatMap((name) => [...name.split(/\s+/), ...name.split('@'), ...name.split(/[^\p{L}\p{N}]+/u)]);
  const words = new Set([...whole, ...parts].filter((word) => word.length >= SHORTEST_WORD));
  return [...words].sort((a, b) => b.length - a.length);
}

/** Whether next to nothing is left without these words, but digits and signs. */
function isMadeOf(words: readonly string[], password: string): boolean {
  const lower = password.toLowerCase();
  const rest = words.reduce((text, word) => text.replaceAll(word, ' '), lower);
  return rest !== lower && Array.from(rest.replace(/\P{L}/gu, '')).length < LETTERS_OF_ONES_OWN;
}
