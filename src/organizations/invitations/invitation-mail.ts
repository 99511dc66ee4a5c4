import { mailOf, moment, tamed } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { BuiltInRole } from '../../policy/permissions.js';

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
  return mailOf({
    to: letter.to,
    subject: `Invitation to join ${organization}`,
    opening: [offer],
    action: { text: 'Accept the invitation', url: letter.link },
    closing:
      `The link works once, for ${letter.to} alone, until ${moment(letter.expiresAt)}. ` +
      'If you did not expect this, ignore it: nothing happens unless you accept.',
  });
}

const roleName = (role: BuiltInRole): string => role.charAt(0) + role.slice(1).toLowerCase();
