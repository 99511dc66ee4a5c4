import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formField } from '../../platform/http/form.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { Public } from '../../policy/requires.decorator.js';
import { AccountVisit, FACTORS_PATH } from './account-visit.service.js';
import { FactorChangeService } from './factor-change.service.js';
import { SecondFactorsView } from './second-factors-view.service.js';

const own = 'shows the visitor their own second factors, and leads everybody else to the sign-in page';

const notices: Readonly<Record<string, string>> = {
  added: 'That is set up. This session counts as proven by it.',
  removed: 'That is removed.',
  renamed: 'That has its new name.',
  proven: 'Proven. You can change your second factors now.',
};

/** `/account/second-factor`: what a person has, and what they take off. */
@Controller(FACTORS_PATH)
export class SecondFactorsPage {
  constructor(
    private readonly visits: AccountVisit,
    private readonly view: SecondFactorsView,
    private readonly changes: FactorChangeService,
    private readonly pages: PageRenderer,
  ) {}

  @Get()
  @Public(own)
  show(@Req() request: Request, @Res() response: Response, @Query('done') done?: unknown): Promise<void> {
    const notice = typeof done === 'string' && Object.hasOwn(notices, done) ? notices[done] : undefined;
    return this.visits.by(request, response, FACTORS_PATH, (visitor) => this.view.send(response, visitor, { notice }));
  }

  @Post('remove')
  @Public(own)
  remove(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async (visitor) => {
      await this.changes.remove(visitor, formField(request, 'id'));
      response.redirect(303, `${FACTORS_PATH}?done=removed`);
    });
  }

  @Post('recovery-codes')
  @Public(own)
  renewCodes(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.visits.by(request, response, FACTORS_PATH, async (visitor) => {
      const codes = await this.changes.renewRecoveryCodes(visitor);
      sendPage(response, this.pages.render('recovery-codes', { codes, notice: 'The old codes are worthless now.' }));
    });
  }
}
