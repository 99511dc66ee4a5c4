import { mailOf, moment } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { Domain } from './domain.types.js';

/** The record is gone, and until when it must be back. Names the record, so that the mail can be handed to whoever keeps the zone. */
export function failingMail(to: string, domain: Domain, host: string): Mail {
  const { name, recordName, recordValue, lapsesAt } = domain;
  return mailOf({
    to,
    subject: `The proof of ${name} is gone`,
    opening: [
      `The DNS record which proves that ${name} belongs to your organization at ${host} is no longer there.`,
      `Nothing has changed yet. Put it back${lapsesAt ? ` before ${moment(lapsesAt)}` : ''}; otherwise single sign-on for ${name} is suspended. Another organization that proves the domain meanwhile takes it over.`,
      `TXT record: ${recordName}`,
      `Value: ${recordValue}`,
    ],
    closing: 'The record is looked for every hour. Once it is back, there is nothing else to do.',
  });
}

/** The time of grace is over. */
export function lapsedMail(to: string, { name, recordName, recordValue }: Domain, host: string): Mail {
  return mailOf({
    to,
    subject: `Single sign-on for ${name} is suspended`,
    opening: [
      `The DNS record which proves that ${name} belongs to your organization at ${host} has been gone for seven days. The domain no longer counts as your organization's, and nobody can sign in through its single sign-on.`,
      `To take it up again, put the record back and have the domain verified.`,
      `TXT record: ${recordName}`,
      `Value: ${recordValue}`,
    ],
    closing: 'People and their memberships stay as they are. Signed-in people stay signed in until their sessions end.',
  });
}

/** Another organization has proven the domain. Not which one: that it proved it says nothing of who it is. */
export function handedOverMail(to: string, { name }: Domain, host: string): Mail {
  return mailOf({
    to,
    subject: `${name} belongs to another organization now`,
    opening: [
      `Another organization at ${host} has proven by DNS that ${name} is its own, while your record was not there.`,
      `Nobody can sign in to your organization through the single sign-on of ${name} any more.`,
    ],
    closing: `If this should not have happened, find out who changes the DNS records of ${name}, and tell the administrator of ${host}.`,
  });
}
