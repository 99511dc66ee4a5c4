import { Injectable } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { Config } from '../config/config.js';
import { Logger } from '../logging/logger.js';

export interface Mail {
  /** One canonical address, never a list. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mail server that hangs is given up, in milliseconds. */
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

@Injectable()
export class Mailer {
  private readonly transport: Transporter | null;

  constructor(
    config: Config,
    private readonly logger: Logger,
  ) {
    this.transport = config.smtpUrl
      ? createTransport({ ...patience, url: config.smtpUrl.reveal() }, { from: config.mailFrom })
      : null;
  }

  /** Hands the mail to the SMTP server; without one it is written to the log, so that a first try needs no mail server. */
  async send(mail: Mail): Promise<void> {
    if (!this.transport) {
      this.logger.event('mail (no SMTP_URL is set)', { to: mail.to, subject: mail.subject, text: mail.text });
      return;
    }
    // An address object is one recipient whatever it holds; a string would be parsed as a list.
    await this.transport.sendMail({ ...mail, to: { name: '', address: mail.to } });
  }

  onApplicationShutdown(): void {
    this.transport?.close();
  }
}
