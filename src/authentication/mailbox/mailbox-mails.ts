import { mailOf, moment, tamed } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { MailedLink } from './mailbox-links.service.js';

interface Person {
  readonly name: string;
  readonly email: string;
}

const greeting = ({ name }: Person): string => `Hello ${tamed(name)},`;
const once = ({ expiresAt }: MailedLink): string => `The link works once, until ${moment(expiresAt)}.`;

export function verificationMail(to: Person, link: MailedLink): Mail {
  return mailOf({
    to: to.email,
    subject: 'Verify your email',
    opening: [greeting(to), `an account was made with this address, ${to.email}. If it was you, say so:`],
    action: { text: 'Verify this email', url: link.url },
    closing: `${once(link)} If it was not you, do not follow it: the account stays unverified.`,
  });
}

export function resetMail(to: Person, link: MailedLink): Mail {
  return mailOf({
    to: to.email,
    subject: 'Set a new password',
    opening: [greeting(to), `somebody asked to set a new password for ${to.email}. If it was you, go on here:`],
    action: { text: 'Set a new password', url: link.url },
    closing: `${once(link)} If it was not you, ignore this: your password stays as it is.`,
  });
}

export function passwordChangedMail(to: Person, at: Date, forgotUrl: string): Mail {
  return mailOf({
    to: to.email,
    subject: 'Your password was changed',
    opening: [
      greeting(to),
      `the password of ${to.email} was changed on ${moment(at)}, and what was open elsewhere was ended.`,
    ],
    action: { text: 'If it was not you, set a new password', url: forgotUrl },
    closing: 'If it was you, there is nothing to do.',
  });
}

/** To somebody who signs up with an address that has an account. */
export function accountExistsMail(email: string, signInUrl: string): Mail {
  return mailOf({
    to: email,
    subject: 'You have an account already',
    opening: [`Somebody wanted to use ${email} for an account, and there is one already.`],
    action: { text: 'Sign in', url: signInUrl },
    closing: 'If it was not you, ignore this: nothing has changed.',
  });
}

/** To the address that is to become the account's. */
export function confirmChangeMail(to: string, from: Person, link: MailedLink): Mail {
  return mailOf({
    to,
    subject: 'Confirm your new email',
    opening: [`${tamed(from.name)} (${from.email}) wants to sign in with ${to} from now on. If it is you, confirm it:`],
    action: { text: 'Use this email', url: link.url },
    closing: `${once(link)} If it is not you, ignore this: nothing happens unless you confirm.`,
  });
}

/** To the address that is still the account's. */
export function changeRequestedMail(to: Person, email: string, forgotUrl: string): Mail {
  return mailOf({
    to: to.email,
    subject: 'Your email is about to change',
    opening: [greeting(to), `somebody signed in as you asked to replace ${to.email} by ${tamed(email)}.`],
    action: { text: 'If it was not you, set a new password now', url: forgotUrl },
    closing: 'That ends all sessions and stops the change. If it was you, confirm it in the other mailbox.',
  });
}

/** To both addresses, once it has happened. */
export function emailChangedMail(to: string, change: { readonly from: string; readonly to: string }, at: Date): Mail {
  return mailOf({
    to,
    subject: 'Your email was changed',
    opening: [`The account of ${tamed(change.from)} belongs to ${tamed(change.to)} since ${moment(at)}.`],
    closing: 'If it was not you, tell the administrators of your organization at once.',
  });
}

/** A way to sign in that was added or taken away. @param change "You can sign in with … now." */
export function signInMethodsMail(to: Person, change: string, at: Date, accountUrl: string): Mail {
  return mailOf({
    to: to.email,
    subject: 'The ways to sign in to your account have changed',
    opening: [greeting(to), `${change} That was changed on ${moment(at)}, by somebody signed in as ${to.email}.`],
    action: { text: 'Look at your account', url: accountUrl },
    closing: 'If it was not you, set a new password, which ends all sessions, and tell your administrators.',
  });
}
