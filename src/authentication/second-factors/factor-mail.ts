import { mailOf, moment } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { FactorKind } from './second-factor.types.js';

const names: Readonly<Record<FactorKind, string>> = { totp: 'an authenticator app', passkey: 'a passkey' };

/** What has happened to the second factors of a person. */
export type FactorNews =
  | { readonly what: 'added' | 'removed'; readonly kind: FactorKind }
  | { readonly what: 'codesCreated' }
  | { readonly what: 'codeUsed'; readonly left: number }
  | { readonly what: 'codesGuessed' }
  | { readonly what: 'reset' };

/**
 * The mail that tells a person of it: whoever has come into an account by stealth is not to change its locks by stealth.
 * @param page the address where they see to it
 */
export function factorMail(to: string, news: FactorNews, at: Date, page: string): Mail {
  const { subject, sentence } = wordsOf(news);
  return mailOf({
    to,
    subject,
    opening: [`${sentence} It was on ${moment(at)}.`],
    action: { text: 'Look at your second factors', url: page },
    closing:
      news.what === 'reset'
        ? 'All your sessions have ended. Sign in with your password, and set up a second factor again.'
        : 'If it was not you, change your password at once.',
  });
}

function wordsOf(news: FactorNews): { subject: string; sentence: string } {
  switch (news.what) {
    case 'added':
      return { subject: 'A second factor was added', sentence: `You can now sign in with ${names[news.kind]}.` };
    case 'removed':
      return {
        subject: 'A second factor was removed',
        sentence: `You can no longer sign in with ${names[news.kind]} that you had.`,
      };
    case 'codesCreated':
      return { subject: 'New recovery codes', sentence: 'You have ten new recovery codes. The old ones are void.' };
    case 'codeUsed':
      return {
        subject: 'A recovery code was used',
        sentence: `Somebody signed in with a recovery code of yours. ${left(news.left)}`,
      };
    case 'codesGuessed':
      return {
        subject: 'Wrong codes for your account',
        sentence:
          'Somebody who knows your password has entered ten wrong codes. Each further one has to wait, longer and longer.',
      };
    case 'reset':
      return {
        subject: 'Your second factors were taken off',
        sentence: 'An administrator took off your second factors.',
      };
  }
}

const left = (count: number): string => (count === 1 ? 'One is left.' : `${count} are left.`);
