import { withInvisiblesShown } from '../../platform/text/printable.js';

/** What a check has looked for and what was there, for whoever mends it. Public facts alone: never a code, token or secret. */
export interface Check {
  readonly expected?: string;
  readonly found?: string;
}

/** More than is ever kept, so that what is left out of it can be cut off behind that. */
const LONGEST = 1_000;

/** A value that a stranger has sent, fit to be read: of whatever type, with nothing unseen in it. */
export function toldValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '' ? 'an empty text' : withInvisiblesShown(text.slice(0, LONGEST));
}

/** What a stranger has sent, by name alone. */
export function toldNames(members: Readonly<Record<string, unknown>>): string {
  return toldValue(Object.keys(members).sort().join(', '));
}
