import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomId } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { job } from '../../platform/jobs/job.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import type { EmailAddress } from '../../platform/text/email-address.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { EmailVerification } from '../mailbox/email-verification.service.js';
import { TakenEmail } from './taken-email.service.js';

interface Order {
  /** Of the account, if the email has none yet. */
  readonly id: string;
  readonly email: EmailAddress;
  readonly name: string;
  readonly passwordHash: string;
  readonly origin: Origin;
}

const makeAccount = job<Order>('account.make', 5);

/**
 * Sign-up where the email has to be proven first. Whether it has an account is looked up by a job, behind the answer: what
 * happens before it is the same for every address, and so are the answer and its time (SECURITY 92).
 */
@Injectable()
export class QuietSignUp implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly users: UserService,
    private readonly taken: TakenEmail,
    private readonly verification: EmailVerification,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(makeAccount, (order) => this.make(order));
  }

  /** @returns the account as it will be, unless there is one; then it is of nobody */
  async ask(email: EmailAddress, name: string, passwordHash: string, origin: Origin): Promise<User> {
    const order = { id: randomId(), email, name, passwordHash, origin };
    await this.database.transaction((tx) => this.jobs.add(tx, makeAccount, order));
    const facts = {
      emailVerified: false,
      isInstanceAdministrator: false,
      isDeactivated: false,
      deactivatedByDirectoryOf: null,
      isNew: true,
      createdAt: new Date(),
    };
    return { id: order.id, email: email.address, name, ...facts };
  }

  private async make(order: Order): Promise<void> {
    const isTaken = await this.database.transaction((tx) => this.makeUnlessTaken(tx, order));
    if (isTaken) await this.taken.tellOwner(order.email, order.origin);
  }

  /** A job may be done twice: the account that it made the first time is not taken. @returns whether another one is there */
  private async makeUnlessTaken(tx: Tx, order: Order): Promise<boolean> {
    const { id, email, name, passwordHash, origin } = order;
    await this.users.takeTurns(tx, email.address);
    const existing = await this.users.findByEmail(email.address);
    if (existing) return existing.id !== id;
    const values = { id, email: email.address, name, passwordHash, by: 'signUp', organizationId: null };
    await this.verification.ask(tx, await this.users.create(tx, anonymous(origin), values));
    return false;
  }
}
