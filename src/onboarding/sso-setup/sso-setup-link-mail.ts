import { mailOf, moment, tamed } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';

export interface SetupLinkLetter {
  readonly to: string;
  readonly organizationName: string;
  /** The domain that it is for; null where whoever opens it says which. */
  readonly domain: string | null;
  readonly link: string;
  readonly expiresAt: Date;
}

/** The mail that asks somebody in IT to set single sign-on up. The name in it was chosen by people whom they may not know. */
export function setupLinkMail({ to, organizationName, domain, link, expiresAt }: SetupLinkLetter): Mail {
  const organization = tamed(organizationName);
  const what = domain === null ? 'single sign-on' : `single sign-on for ${domain}`;
  return mailOf({
    to,
    subject: `Set up single sign-on for ${organization}`,
    opening: [
      `You are asked to set up ${what}, for “${organization}”. It takes a DNS record, the settings of your identity ` +
        'provider, and a test. You need no account, and nothing is switched on by it.',
    ],
    action: { text: 'Set up single sign-on', url: link },
    closing:
      `The link works until ${moment(expiresAt)}, for whoever has it: forward it only to those who do this work. ` +
      'If you did not expect this, ignore it.',
  });
}
