import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import type { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { callerOf } from '../../policy/current.decorators.js';
import { hasFreshProof } from '../../policy/fresh-proof.js';
import { Public } from '../../policy/requires.decorator.js';
import { EmailChange } from '../mailbox/email-change.service.js';
import { confirmUrl, signInUrl } from '../pages/links.js';

const HERE = '/account/email';
const own = 'changes the caller’s own email, and leads everybody else to the sign-in page';

/** Where somebody who is signed in asks for another email. It takes effect when they follow the link that is mailed there. */
@Controller('account/email')
export class EmailChangePage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly changes: EmailChange,
    private readonly refusals: RefusalService,
  ) {}

  @Get()
  @Public(own)
  show(@Req() request: Request, @Res() response: Response): void {
    const { actor } = callerOf(request);
    if (actor.kind !== 'user') response.redirect(303, signInUrl(HERE));
    else if (!hasFreshProof(actor)) response.redirect(303, confirmUrl(HERE));
    else this.ask(request, response, '');
  }

  @Post()
  @Public(own)
  async change(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { actor } = callerOf(request);
    if (actor.kind !== 'user') {
      response.redirect(303, signInUrl(HERE));
      return;
    }
    const email = formField(request, 'email');
    const problem = await this.changes.request(actor, email).then(() => null, asProblem);
    if (!problem) {
      sendPage(response, this.pages.render('message', lookIntoTheOther(email)));
      return;
    }
    await this.refusals.recordRequest(request, problem);
    if (problem.code === 'STEP_UP_REQUIRED') response.redirect(303, confirmUrl(HERE));
    else this.ask(request, response, email, problem);
  }

  private ask(request: Request, response: Response, email: string, problem?: AppError): void {
    const model = { current: callerOf(request).actor.label, email, ...problemsForForm(problem) };
    sendPage(response, this.pages.render('account-email', model), problem?.status ?? 200);
  }
}

const lookIntoTheOther = (email: string) => ({
  title: 'Look into your mail',
  explanation: `We have sent a mail to ${email.trim()}. Your email changes when you open the link in it.`,
  remark: 'Until then you sign in as before.',
  action: { text: 'Your account', url: '/account' },
});
