import { mailOf, moment } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { SsoConnectionEntity } from '../sso-connection.entity.js';
import type { Expiry, Warning } from './expiries.js';

const names = { clientSecret: 'client secret', certificate: 'certificate' } as const satisfies Record<
  Expiry['what'],
  string
>;

const remedies = {
  clientSecret:
    'Make a new one at the provider and enter it at the connection with its date; then take the old one away.',
  certificate: 'Enter the provider’s new certificate at the connection before the provider begins to sign with it.',
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
      days === 0
        ? `Nobody can sign in by it any more${way}, unless the provider still takes it.`
        : `From then on nobody can sign in by it${way}.`,
      remedies[expiry.what],
    ],
    closing:
      'If the date is wrong, correct it at the connection. Signed-in people stay signed in until their sessions end.',
  });
}

const within = (days: Warning): string => (days === 1 ? 'within a day' : `within ${days} days`);
