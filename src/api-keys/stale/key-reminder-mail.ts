import { mailOf, moment, tamed } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { DueKey } from './due-keys.js';

/** All that one person has to see to in one organization. */
export function keyReminderMail(to: string, keys: readonly DueKey[], host: string, now: Date): Mail {
  const organization = tamed(keys[0]?.organization ?? '');
  const many = keys.length === 1 ? 'An API key' : `${keys.length} API keys`;
  return mailOf({
    to,
    subject: `${many} of ${organization} ${keys.length === 1 ? 'needs' : 'need'} your attention`,
    opening: [
      `At ${host} ${keys.length === 1 ? 'a key' : 'keys'} of ${organization} should be rotated:`,
      ...keys.map((key) => lineOf(key, now)),
      'Rotating makes the next pair, and the old one stays good until the new one has been in use for a while: nothing that runs is interrupted. A key that nobody needs any more is better revoked.',
    ],
    closing:
      'You get this because you made these keys, or because you own the organization and nobody else is there who did.',
  });
}

function lineOf({ name, publicKey, project, serviceAccount, what, at }: DueKey, now: Date): string {
  const whose = [
    ...(serviceAccount === null ? [] : [`service account ${tamed(serviceAccount)}`]),
    project === null ? 'the whole organization' : `project ${tamed(project)}`,
  ].join(', ');
  return `${tamed(name)} (${publicKey}; ${whose}) ${reasonOf(what, at, now)}.`;
}

function reasonOf(what: DueKey['what'], at: Date, now: Date): string {
  if (what !== 'ROTATION') return `ends on ${moment(at)}`;
  return at <= now ? `has been due for rotation since ${moment(at)}` : `is due for rotation on ${moment(at)}`;
}
