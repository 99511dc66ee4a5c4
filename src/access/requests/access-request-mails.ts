import { mailOf, moment, tamed } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';

const WORDS_LENGTH = 500;

/** What is asked for, in words. The names and the reason in it were chosen by people. */
export interface Wish {
  readonly id: string;
  readonly roleName: string;
  readonly organizationName: string;
  /** Null: in the whole organization. */
  readonly projectName: string | null;
  readonly forSeconds: number | null;
  readonly reason: string;
}

/** To whoever can decide. */
export function requestedMail(
  to: string,
  asker: { readonly name: string; readonly email: string },
  wish: Wish,
  expiresAt: Date,
): Mail {
  return mailOf({
    to,
    subject: `${tamed(asker.name)} asks for a role in ${tamed(wish.organizationName)}`,
    opening: [
      `${tamed(asker.name)} (${asker.email}) asks for ${roleIn(wish)}, ${duration(wish.forSeconds)}.`,
      `The reason given: “${tamed(wish.reason, WORDS_LENGTH)}”`,
      `Approve or decline the request ${wish.id}.`,
    ],
    closing: `It can be decided until ${moment(expiresAt)}, by anybody who manages members there and holds the role for good. Until then nothing changes.`,
  });
}

/** To who asked. */
export function approvedMail(to: string, wish: Wish, expiresAt: Date | null, note: string | null): Mail {
  return mailOf({
    to,
    subject: `Your request in ${tamed(wish.organizationName)} is approved`,
    opening: [`You have ${roleIn(wish)} now.`, ...noteOf(note)],
    closing:
      expiresAt === null ? 'It stays until somebody takes it back.' : `It ends by itself on ${moment(expiresAt)}.`,
  });
}

/** To who asked. */
export function declinedMail(to: string, wish: Wish, note: string | null): Mail {
  return mailOf({
    to,
    subject: `Your request in ${tamed(wish.organizationName)} is declined`,
    opening: [`You asked for ${roleIn(wish)}. It was declined.`, ...noteOf(note)],
    closing: 'What you could do before you can do still.',
  });
}

function roleIn({ roleName, organizationName, projectName }: Wish): string {
  const place = projectName === null ? 'with all its projects' : `in its project “${tamed(projectName)}” alone`;
  return `the role “${tamed(roleName)}” in “${tamed(organizationName)}”, ${place}`;
}

const noteOf = (note: string | null): string[] => (note === null ? [] : [`The note: “${tamed(note, WORDS_LENGTH)}”`]);

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "for 90 minutes": in the largest unit that has no remainder. */
export function duration(seconds: number | null): string {
  if (seconds === null) return 'for good';
  const [name, length] = units.find(([, unit]) => seconds % unit === 0) ?? units[3];
  const count = seconds / length;
  return `for ${count} ${name}${count === 1 ? '' : 's'}`;
}
