import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import { callerOf } from '../../policy/current.decorators.js';
import { originOf } from '../../policy/request-origin.js';
import { EmailConfirmation } from './email-confirmation.service.js';
import { MailboxThrottle } from './mailbox-throttle.service.js';
import { NewPasswordService } from './new-password.service.js';

/** What a mailed link leads to, for the API and for the pages: every try is counted, every refusal is on the trail. */
@Injectable()
export class MailboxActions {
  constructor(
    private readonly throttle: MailboxThrottle,
    private readonly passwords: NewPasswordService,
    private readonly confirmation: EmailConfirmation,
    private readonly refusals: RefusalService,
  ) {}

  /** @throws RATE_LIMITED, and as `NewPasswordService.set` */
  resetPassword(request: Request, token: string, password: string): Promise<void> {
    return this.counted(request, () => this.passwords.set(token, password, originOf(request)));
  }

  /** @throws RATE_LIMITED, and as `EmailConfirmation.confirm` */
  confirmEmail(request: Request, token: string): Promise<void> {
    return this.counted(request, () => this.confirmation.confirm(token, callerOf(request)));
  }

  private async counted(request: Request, act: () => Promise<void>): Promise<void> {
    await this.throttle.admitGuess(originOf(request).ip);
    try {
      await act();
    } catch (error) {
      // A password that is too weak is typed again; everything else is a "no".
      if (error instanceof AppError && error.code !== 'VALIDATION_FAILED')
        await this.refusals.recordRequest(request, error);
      throw error;
    }
  }
}
