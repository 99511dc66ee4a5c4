import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formField } from '../../platform/http/form.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendScriptedPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { Public } from '../../policy/requires.decorator.js';
import { FlowCookie } from '../login-flow/flow-cookie.service.js';
import { confirmUrl } from '../pages/links.js';
import { credentialField } from '../strategies/passkey/credential-field.js';
import { PasskeyService } from '../strategies/passkey/passkey.service.js';
import { AccountVisit, FACTORS_PATH } from './account-visit.service.js';
import type { Changer } from './factor-book.service.js';
import { asFormProblem } from './form-problem.js';
import { SecondFactorsView } from './second-factors-view.service.js';
import { SessionProofService } from './session-proof.service.js';

const own = 'proves the visitor’s own second factor, and leads everybody else to the sign-in page';

/** Proves a second factor in a session that a password alone has opened. */
@Controller(`${FACTORS_PATH}/prove`)
export class ProvePage {
  constructor(
    private readonly visits: AccountVisit,
    private readonly proof: SessionProofService,
    private readonly passkeys: PasskeyService,
    private readonly view: SecondFactorsView,
    private readonly pages: PageRenderer,
    private readonly flow: FlowCookie,
  ) {}

  @Post()
  @Public(own)
  byCode(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async (visitor) => {
      await this.conclude(request, response, visitor, this.proof.byCode(visitor, formField(request, 'code')));
    });
  }

  @Post('passkey')
  @Public(own)
  askPasskey(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async ({ user }) => {
      const browser = this.flow.ensure(request, response);
      const returnTo = safeReturnTo(formField(request, 'returnTo'));
      const options = await this.passkeys.authenticationOptions({ browser, purpose: 'prove', userId: user.id });
      const html = this.pages.render('passkey', {
        heading: 'Use a passkey',
        lead: 'Your browser asks for your fingerprint, face, or PIN, or for a security key.',
        ceremony: 'get',
        options: JSON.stringify(options),
        action: `${FACTORS_PATH}/prove/passkey-answer`,
        fields: { returnTo },
        cancelUrl: returnTo === '/' ? FACTORS_PATH : confirmUrl(returnTo),
      });
      sendScriptedPage(response, html);
    });
  }

  @Post('passkey-answer')
  @Public(own)
  byPasskey(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async (visitor) => {
      const shown = { answer: credentialField(request), browser: this.flow.read(request) ?? '' };
      await this.conclude(request, response, visitor, this.proof.byPasskey(visitor, shown));
    });
  }

  /** What the proof says stands above the form that asks for it; a right one goes on to where it was asked for. */
  private async conclude(request: Request, response: Response, visitor: Changer, proof: Promise<void>): Promise<void> {
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const problem = await proof.then(() => null, asFormProblem);
    if (!problem) response.redirect(303, returnTo === '/' ? `${FACTORS_PATH}?done=proven` : returnTo);
    else if (problem.code === 'INVALID_CODE')
      await this.view.send(response, visitor, { errors: { code: problem.message } }, problem.status);
    else await this.view.send(response, visitor, { alert: problem.message }, problem.status);
  }
}
