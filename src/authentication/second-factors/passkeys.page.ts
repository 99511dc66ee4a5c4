import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formField } from '../../platform/http/form.js';
import { problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage, sendScriptedPage } from '../../platform/http/pages/send-page.js';
import { Public } from '../../policy/requires.decorator.js';
import { FlowCookie } from '../login-flow/flow-cookie.service.js';
import { AccountVisit, FACTORS_PATH } from './account-visit.service.js';
import { FactorChangeGuard } from './factor-change-guard.service.js';
import { FactorChangeService } from './factor-change.service.js';
import { asFormProblem } from './form-problem.js';
import { PasskeyEnrolment } from './passkey-enrolment.service.js';
import { SecondFactorsView } from './second-factors-view.service.js';
import { credentialField } from '../strategies/passkey/credential-field.js';

const own = 'changes the visitor’s own passkeys, and leads everybody else to the sign-in page';

/** A person's passkeys: adding one, naming it. */
@Controller(`${FACTORS_PATH}/passkeys`)
export class PasskeysPage {
  constructor(
    private readonly visits: AccountVisit,
    private readonly guard: FactorChangeGuard,
    private readonly changes: FactorChangeService,
    private readonly enrolment: PasskeyEnrolment,
    private readonly view: SecondFactorsView,
    private readonly pages: PageRenderer,
    private readonly flow: FlowCookie,
  ) {}

  /** Asks the browser to make one. */
  @Post()
  @Public(own)
  begin(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async (visitor) => {
      await this.guard.refuseUnproven(visitor);
      const options = await this.enrolment.options(visitor, this.flow.ensure(request, response));
      const html = this.pages.render('passkey', {
        heading: 'Add a passkey',
        lead: 'Your browser asks for your fingerprint, face, or PIN, or for a security key.',
        ceremony: 'create',
        options: JSON.stringify(options),
        action: `${FACTORS_PATH}/passkeys/register`,
        fields: { name: formField(request, 'name') },
        cancelUrl: FACTORS_PATH,
      });
      sendScriptedPage(response, html);
    });
  }

  @Post('register')
  @Public(own)
  register(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async (visitor) => {
      const shown = { answer: credentialField(request), browser: this.flow.read(request) ?? '' };
      const outcome = await this.enrolment.complete(visitor, formField(request, 'name'), shown).catch(asFormProblem);
      if (outcome && 'code' in outcome)
        await this.view.send(response, visitor, problemsForForm(outcome), outcome.status);
      else if (outcome)
        sendPage(response, this.pages.render('recovery-codes', { codes: outcome, notice: 'Your passkey is set up.' }));
      else response.redirect(303, `${FACTORS_PATH}?done=added`);
    });
  }

  @Get(':id')
  @Public(own)
  show(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async (visitor) => {
      await this.guard.refuseUnproven(visitor);
      const { name } = await this.changes.own(visitor, id);
      sendPage(response, this.pages.render('passkey-details', { id, name }));
    });
  }

  @Post(':id')
  @Public(own)
  rename(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async (visitor) => {
      const name = formField(request, 'name');
      const problem = await this.changes.renamePasskey(visitor, id, name).then(() => null, asFormProblem);
      if (problem)
        sendPage(
          response,
          this.pages.render('passkey-details', { id, name, ...problemsForForm(problem) }),
          problem.status,
        );
      else response.redirect(303, `${FACTORS_PATH}?done=renamed`);
    });
  }
}
