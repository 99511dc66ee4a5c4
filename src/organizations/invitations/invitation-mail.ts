import type { Mail } from '../../platform/mail/mailer.js';
import { escapeHtml, shortened } from '../../platform/text/printable.js';
import type { BuiltInRole } from '../../policy/permissions.js';

const NAME_LENGTH = 80;

export interface InvitationLetter {
  readonly to: string;
  readonly organizationName: string;
  /** Null: a key or the instance's administrator invited. */
  readonly invitedBy: { readonly name: string; readonly email: string } | null;
  readonly role: BuiltInRole;
  readonly link: string;
  readonly expiresAt: Date;
}

/** The mail that offers a place. Names in it were chosen by people whom the recipient may not know. */
export function invitationMail(letter: InvitationLetter): Mail {
  const organization = tamed(letter.organizationName);
  const inviter = letter.invitedBy && `${tamed(letter.invitedBy.name)} (${letter.invitedBy.email})`;
  const offer = inviter
    ? `${inviter} has invited you to join “${organization}” as ${roleName(letter.role)}.`
    : `You are invited to join “${organization}” as ${roleName(letter.role)}.`;
  const terms =
    `The link works once, for ${letter.to} alone, until ${moment(letter.expiresAt)}. ` +
    'If you did not expect this, ignore it: nothing happens unless you accept.';
  return {
    to: letter.to,
    subject: `Invitation to join ${organization}`,
    text: `${offer}\n\nAccept the invitation:\n${letter.link}\n\n${terms}\n`,
    html: htmlOf({ offer, link: letter.link, terms }),
  };
}

function htmlOf({ offer, link, terms }: { offer: string; link: string; terms: string }): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Invitation</title></head>
<body style="font-family: system-ui, sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em">
<p>${escapeHtml(offer)}</p>
<p><a href="${escapeHtml(link)}" style="font-weight: bold">Accept the invitation</a></p>
<p style="color: #555">${escapeHtml(terms)}</p>
</body></html>
`;
}

/**
 * A name as the mail can carry it: on one line, nothing invisible, not long. Word joiners (U+2060) behind dots, slashes,
 * colons and @ keep mail programs from turning a name such as `evil.example` into a link of its own.
 */
function tamed(name: string): string {
  const plain = name.replace(/[\p{C}\s]+/gu, ' ').trim();
  return shortened(plain, NAME_LENGTH).replace(/[./:@](?=\S)/g, '$&\u2060');
}

const roleName = (role: BuiltInRole): string => role.charAt(0) + role.slice(1).toLowerCase();

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

const moment = (date: Date): string => `${format.format(date)} UTC`;
