import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { Tx } from '../database/database.js';
import { ATTEMPTS_OF_A_DAY, job } from '../jobs/job.js';
import { Jobs } from '../jobs/jobs.js';
import { MailTransport } from './mail-transport.js';
import type { Mail } from './mail.js';

const sendMail = job<Mail>('mail.send', ATTEMPTS_OF_A_DAY);

/** Sends mails: each belongs to a change, and goes out once that has committed, now or when the mail server is back. */
@Injectable()
export class Mailer implements OnModuleInit {
  private readonly host: string;

  constructor(
    private readonly jobs: Jobs,
    private readonly transport: MailTransport,
    config: Config,
  ) {
    this.host = new URL(config.rootUrl).hostname;
  }

  /** Under the same Message-ID however often: a process may die between the server's "250" and the job's end. */
  onModuleInit(): void {
    this.jobs.handle(sendMail, (mail, id) => this.transport.send(mail, `<${id}@${this.host}>`));
  }

  /**
   * Puts a mail into the commit of the change that it tells of. It is sent behind that commit, and not if it rolls back;
   * while no mail server takes it, it is tried again with growing delay for about a day.
   */
  enqueue(tx: Tx, mail: Mail): Promise<void> {
    return this.jobs.add(tx, sendMail, mail);
  }
}
