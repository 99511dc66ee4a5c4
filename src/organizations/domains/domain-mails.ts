import { mailOf, moment } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { Domain, DomainProof, ProofPlace } from './domain.types.js';

const kinds: Record<DomainProof, string> = { TXT: 'TXT record', CNAME: 'CNAME record', FILE: 'File' };
const nouns: Record<DomainProof, string> = { TXT: 'DNS record', CNAME: 'DNS record', FILE: 'file' };
const values: Record<DomainProof, string> = { TXT: 'Value', CNAME: 'Target', FILE: 'Text' };

/** What to put back, so that the mail can be handed to whoever keeps the zone or the web server. */
const linesOf = ({ proof, name, value }: ProofPlace): string[] => [
  `${kinds[proof]}: ${name}`,
  `${values[proof]}: ${value}`,
];

/** The proof is gone, and until when it must be back. */
export function failingMail(to: string, { name, lapsesAt }: Domain, place: ProofPlace, host: string): Mail {
  return mailOf({
    to,
    subject: `The proof of ${name} is gone`,
    opening: [
      `The ${nouns[place.proof]} which proves that ${name} belongs to your organization at ${host} is no longer there.`,
      `Nothing has changed yet. Put it back${lapsesAt ? ` before ${moment(lapsesAt)}` : ''}; otherwise single sign-on for ${name} is suspended. Another organization that proves the domain meanwhile takes it over.`,
      ...linesOf(place),
    ],
    closing: 'It is looked for every hour. Once it is back, there is nothing else to do.',
  });
}

/** The time of grace is over. */
export function lapsedMail(to: string, { name }: Domain, place: ProofPlace, host: string): Mail {
  return mailOf({
    to,
    subject: `Single sign-on for ${name} is suspended`,
    opening: [
      `The ${nouns[place.proof]} which proves that ${name} belongs to your organization at ${host} has been gone for seven days. The domain no longer counts as your organization's, and nobody can sign in through its single sign-on.`,
      `To take it up again, put it back and have the domain verified.`,
      ...linesOf(place),
    ],
    closing: 'People and their memberships stay as they are. Signed-in people stay signed in until their sessions end.',
  });
}

/** Another organization has proven the domain. Not which one: that it proved it says nothing of who it is. */
export function handedOverMail(to: string, { name }: Domain, { proof }: ProofPlace, host: string): Mail {
  const lack = proof === 'FILE' ? 'you had no record in DNS' : 'your record was not there';
  return mailOf({
    to,
    subject: `${name} belongs to another organization now`,
    opening: [
      `Another organization at ${host} has proven that ${name} is its own, while ${lack}.`,
      `Nobody can sign in to your organization through the single sign-on of ${name} any more.`,
    ],
    closing: `If this should not have happened, find out who changes the DNS records of ${name}, and tell the administrator of ${host}.`,
  });
}
