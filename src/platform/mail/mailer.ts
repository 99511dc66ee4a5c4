import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Cipher, type CipherPlace } from '../crypto/cipher.js';
import { randomId } from '../crypto/digest.js';
import { Secret } from '../crypto/secret.js';
import type { Tx } from '../database/database.js';
import { ATTEMPTS_OF_A_DAY, job } from '../jobs/job.js';
import { Jobs } from '../jobs/jobs.js';
import { MailTransport } from './mail-transport.js';
import type { Mail } from './mail.js';

interface SealedMail {
  readonly id: string;
  /** The mail as JSON, encrypted: it may hold a link with a token, and a dump of the database gives hashes only. */
  readonly sealed: string;
}

const sendMail = job<SealedMail>('mail.send', ATTEMPTS_OF_A_DAY);

/** Sends mails: each belongs to a change, and goes out once that has committed, now or when the mail server is back. */
@Injectable()
export class Mailer implements OnModuleInit {
  private readonly host: string;

  constructor(
    private readonly jobs: Jobs,
    private readonly cipher: Cipher,
    private readonly transport: MailTransport,
    config: Config,
  ) {
    this.host = new URL(config.rootUrl).hostname;
  }

  onModuleInit(): void {
    this.jobs.handle(sendMail, (mail) => this.deliver(mail));
  }

  /**
   * Puts a mail into the commit of the change that it tells of. It is sent behind that commit, and not if it rolls back;
   * while no mail server takes it, it is tried again with growing delay for about a day.
   */
  async enqueue(tx: Tx, mail: Mail): Promise<void> {
    const id = randomId();
    await this.jobs.add(tx, sendMail, {
      id,
      sealed: this.cipher.encrypt(Secret.of(JSON.stringify(mail)), placeOf(id)),
    });
  }

  /** Under the same Message-ID however often: a process may die between the server's "250" and the job's end. */
  private async deliver({ id, sealed }: SealedMail): Promise<void> {
    const mail = JSON.parse(this.cipher.decrypt(sealed, placeOf(id)).reveal()) as Mail;
    await this.transport.send(mail, `<${id}@${this.host}>`);
  }
}

const placeOf = (id: string): CipherPlace => ({ table: 'graphile_worker.jobs', column: 'payload', row: id });
