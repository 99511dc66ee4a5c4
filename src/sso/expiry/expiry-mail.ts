import { mailOf, moment } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import type { Expiry, Warning } from './expiries.js';

const names = { clientSecret: 'client secret', certificate: 'certificate' } as const satisfies Record<
  Expiry['what'],
  string
>;

const remedies = {
  clientSecret:
    'Make a new one at the provider and enter it at the connection with its date; then take the old one away.',
  certificate:
    'Give the connection the address of the provider’s metadata, or enter its new certificate beside the old one.',
} as const satisfies Record<Expiry['what'], string>;

const soon = {
  clientSecret: 'From then on nobody can sign in by it',
  certificate: 'Before that the provider will sign with another one, and until we have that nobody can sign in by it',
} as const satisfies Record<Expiry['what'], string>;

const past = {
  clientSecret: 'Nobody can sign in by it any more, unless the provider still takes it',
  certificate: 'It is still accepted here. Once the provider signs with another one nobody can sign in by it',
} as const satisfies Record<Expiry['what'], string>;

export interface ExpiryNotice {
  readonly connection: Pick<SsoConnectionEntity, 'key' | 'name' | 'state'>;
  readonly expiry: Expiry;
  readonly days: Warning;
}

export function expiryMail(to: string, { connection, expiry, days }: ExpiryNotice, host: string): Mail {
  const { key, name, state } = connection;
  const thing = names[expiry.what];
  const way = state === 'ENFORCED' ? ', the only way in for the people of its domain' : '';
  return mailOf({
    to,
    subject: days === 0 ? `The ${thing} of ${key} has expired` : `The ${thing} of ${key} expires ${within(days)}`,
    opening: [
      days === 0
        ? `The ${thing} of the single sign-on ${key} (${name}) at ${host} expired on ${moment(expiry.at)}.`
        : `The ${thing} of the single sign-on ${key} (${name}) at ${host} expires on ${moment(expiry.at)}.`,
      `${(days === 0 ? past : soon)[expiry.what]}${way}.`,
      remedies[expiry.what],
    ],
    closing:
      'If the date is wrong, correct it at the connection. Signed-in people stay signed in until their sessions end.',
  });
}

const within = (days: Warning): string => (days === 1 ? 'within a day' : `within ${days} days`);
