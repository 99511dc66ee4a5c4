import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { Public } from '../../policy/requires.decorator.js';
import { AccountVisit, FACTORS_PATH } from './account-visit.service.js';
import type { Changer } from './factor-book.service.js';
import { FactorChangeGuard } from './factor-change-guard.service.js';
import { FactorChangeService } from './factor-change.service.js';
import { qrCodeOf } from './qr-code.js';
import { type Enrolment, TotpService } from './totp.service.js';
import { asFormProblem } from './form-problem.js';

const TOTP_PATH = `${FACTORS_PATH}/totp`;
const own = 'sets up the visitor’s own app, and leads everybody else to the sign-in page';

/** Sets up an authenticator app. Nothing is stored before the app has shown a right code. */
@Controller(TOTP_PATH)
export class TotpPage {
  constructor(
    private readonly visits: AccountVisit,
    private readonly guard: FactorChangeGuard,
    private readonly changes: FactorChangeService,
    private readonly totp: TotpService,
    private readonly pages: PageRenderer,
  ) {}

  @Get()
  @Public(own)
  show(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, TOTP_PATH, async (visitor) => {
      await this.guard.refuseUnproven(visitor);
      this.ask(response, this.totp.begin(visitor.user));
    });
  }

  @Post()
  @Public(own)
  finish(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, TOTP_PATH, async (visitor) => {
      const enrolment = this.totp.resume(visitor.user, formField(request, 'enrolment'));
      if (enrolment) await this.complete(response, visitor, enrolment, formField(request, 'code'));
      else response.redirect(303, TOTP_PATH);
    });
  }

  private async complete(response: Response, visitor: Changer, enrolment: Enrolment, code: string): Promise<void> {
    const outcome = await this.changes.addTotp(visitor, enrolment, code).catch(asFormProblem);
    if (outcome && 'code' in outcome) this.ask(response, enrolment, outcome);
    else if (outcome)
      sendPage(response, this.pages.render('recovery-codes', { codes: outcome, notice: 'Your app is set up.' }));
    else response.redirect(303, `${FACTORS_PATH}?done=added`);
  }

  private ask(response: Response, { key, uri, signed }: Enrolment, problem?: AppError): void {
    const model = { key: key.reveal(), qr: qrCodeOf(uri.reveal()), enrolment: signed, ...problemsForForm(problem) };
    sendPage(response, this.pages.render('totp', model), problem?.status ?? 200);
  }
}
