import { randomCharacters } from '../../platform/crypto/digest.js';

/** Without vowels, which make words, and without what looks alike: 28 characters. */
const alphabet = '23456789bcdfghjkmnpqrstvwxyz';

const GROUPS = 4;
const GROUP_LENGTH = 4;
const pattern = new RegExp(`^[${alphabet}]{${GROUPS * GROUP_LENGTH}}$`);

/** A new recovery code as it is shown, `bcdf-2345-ghjk-6789`: 76 random bits, so that a plain digest of it can be kept. */
export function newRecoveryCode(): string {
  return Array.from({ length: GROUPS }, () => randomCharacters(alphabet, GROUP_LENGTH)).join('-');
}

/** A typed recovery code without what people put between its characters, in lower case; null for what is none. */
export function parseRecoveryCode(typed: string): string | null {
  const code = typed.replace(/[\s-]/g, '').toLowerCase();
  return pattern.test(code) ? code : null;
}
