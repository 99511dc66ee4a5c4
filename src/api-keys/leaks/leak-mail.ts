import { mailOf, tamed } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { ApiKey } from '../api-key.types.js';

/** Keys were found where strangers can read them, and do not work any more. */
export function leakedKeysMail(to: string, keys: readonly ApiKey[], host: string): Mail {
  return mailOf({
    to,
    subject: keys.length === 1 ? 'A leaked API key was revoked' : `${keys.length} leaked API keys were revoked`,
    opening: [
      `Somebody has reported to ${host} the secrets of API keys of your organization, as found in a place that others can read. They were revoked at once, and whatever used them is refused now:`,
      ...keys.map(({ name, publicKey }) => `${tamed(name)} (${publicKey})`),
      'Make new keys for the programs that used these, and see on the audit trail what was done with them.',
    ],
    closing: 'Taking a secret out of a repository does not bring it back: its history keeps it.',
  });
}
