import { mailOf, tamed } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { ScimToken } from './scim-token.types.js';

/** A directory's token was found where strangers can read it, and does not work any more. */
export function leakedScimTokenMail(to: string, { name, display }: ScimToken, host: string): Mail {
  return mailOf({
    to,
    subject: 'A leaked SCIM token was revoked',
    opening: [
      `Somebody has reported to ${host} a SCIM token of your organization, as found in a place that others can read. It was revoked at once:`,
      `${tamed(name)} (${display})`,
      'Your directory provisions nobody with it any more: make a new one and give it to the directory. See on the audit trail what was done with this one.',
    ],
    closing: 'Taking a secret out of a repository does not bring it back: its history keeps it.',
  });
}
