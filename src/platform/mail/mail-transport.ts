import { Injectable } from '@nestjs/common';
import type { Transporter } from 'nodemailer';
import { Config } from '../config/config.js';
import type { Secret } from '../crypto/secret.js';
import { Logger } from '../logging/logger.js';
import type { Mail } from './mail.js';

/** A mail server that hangs is given up, in milliseconds. */
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/** The SMTP server of `SMTP_URL`; or the log, so that a first try needs no mail server. */
@Injectable()
export class MailTransport {
  private transport: Promise<Transporter> | null = null;

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  /**
   * Hands the mail to the server. One that the server refuses for good (RFC 5321, 4.2.1: a 5yz reply to the recipient or
   * to the mail itself) is given up at once, with a line in the log.
   * @throws whatever may be over at the next attempt, such as a server that is not there
   */
  async send(mail: Mail, messageId: string): Promise<void> {
    const { smtpUrl } = this.config;
    if (!smtpUrl) {
      this.logger.event('mail (no SMTP_URL is set)', { to: mail.to, subject: mail.subject, text: mail.text });
      return;
    }
    const transport = await (this.transport ??= this.connect(smtpUrl));
    try {
      // An address object is one recipient whatever it holds; a string would be parsed as a list.
      await transport.sendMail({ ...mail, to: { name: '', address: mail.to }, messageId });
    } catch (error) {
      if (!isForGood(error)) throw new Error(reasonOf(error), { cause: error });
      this.logger.failure('a mail was refused for good', { messageId, reason: reasonOf(error) });
    }
  }

  /** The library is loaded with the first mail: it takes 16 MB, and a first try has no mail server. */
  private async connect(smtpUrl: Secret): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    return createTransport({ ...patience, url: smtpUrl.reveal() }, { from: this.config.mailFrom });
  }
}

interface SmtpError {
  readonly code?: unknown;
  readonly responseCode?: unknown;
}

function isForGood(error: unknown): boolean {
  const { code, responseCode } = error as SmtpError;
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && Number(responseCode) >= 500;
}

/** The client's code and the server's, which tell an administrator enough; the whole message may quote the address. */
function reasonOf(error: unknown): string {
  const { code, responseCode } = error as SmtpError;
  const codes = [code, responseCode].filter((part) => typeof part === 'string' || typeof part === 'number');
  return codes.join(' ') || 'unknown';
}
