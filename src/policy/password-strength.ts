import type { ZxcvbnFactory, ZxcvbnResult } from '@zxcvbn-ts/core';

export interface PasswordStrength {
  /** It is on the list of the most common ones, or one of them with a few marks, digits or a repetition more. */
  readonly isCommon: boolean;
  /** What would make it better, in a sentence. */
  readonly hint: string;
}

/** Past this a password is its own, and looking at all of it would take long. */
const LOOKED_AT = 100;

/** Decimal logarithm of the guesses within which whatever is made of common ones alone counts as common itself. */
const COMMON_BELOW = 8;

const LIST = 'passwords-common';

const hints: Readonly<Record<string, string>> = {
  straightRow: 'Rows of keys are guessed early.',
  keyPattern: 'Patterns on the keyboard are guessed early.',
  simpleRepeat: 'Repeating a character adds next to nothing.',
  extendedRepeat: 'Repeating a word adds next to nothing.',
  sequences: 'Sequences such as abc or 6543 are guessed early.',
  recentYears: 'Years are guessed early.',
  dates: 'Dates are guessed early.',
  topTen: 'It is one of the ten most common passwords.',
  topHundred: 'It is one of the hundred most common passwords.',
  common: 'It is a very common password.',
  similarToCommon: 'Digits, capitals or signs around a common password do not hide it.',
  userInputs: 'Your name, your email and the name of this place are what is guessed first.',
};

const advice = 'A few words that have nothing to do with each other make a good one.';

let loaded: Promise<ZxcvbnFactory> | undefined;

/** Loaded when the first password is set: the list takes memory that a server at rest can do without. */
function estimator(): Promise<ZxcvbnFactory> {
  loaded ??= Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(
    ([{ ZxcvbnFactory: Factory }, { adjacencyGraphs: graphs, dictionary }]) =>
      new Factory({ dictionary: { [LIST]: dictionary[LIST] }, graphs, maxLength: LOOKED_AT }),
  );
  return loaded;
}

/** @param words of the person and the place; they count as guessed first */
export async function strengthOf(password: string, words: readonly string[]): Promise<PasswordStrength> {
  const result = (await estimator()).check(password.trim(), [...words]);
  const { warning } = result.feedback;
  return { isCommon: isCommon(password, result), hint: [hints[warning ?? ''], advice].filter(Boolean).join(' ') };
}

/** Made of common passwords, sequences and rows of keys alone, with a few digits and signs about. A single character over and over is no word of a list. */
function isCommon(password: string, { sequence, guessesLog10 }: ZxcvbnResult): boolean {
  if (password.length > LOOKED_AT || guessesLog10 >= COMMON_BELOW || sequence.length === 0) return false;
  return sequence.every(({ pattern, dictionaryName, baseToken, token }) => {
    if (pattern === 'dictionary') return dictionaryName === LIST;
    if (pattern === 'repeat') return sequence.length > 1 || Array.from(String(baseToken)).length > 1;
    return pattern === 'sequence' || pattern === 'spatial' || (sequence.length > 1 && /^\P{L}{1,4}$/u.test(token));
  });
}
