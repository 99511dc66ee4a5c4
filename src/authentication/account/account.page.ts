import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import { formField } from '../../platform/http/form.js';
import { asProblem } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { UserService } from '../../users/user.service.js';
import { confirmUrl, signInUrl } from '../pages/links.js';
import { SignInMethodsService } from './sign-in-methods.service.js';
import { UnlinkingService } from './unlinking.service.js';

const own = 'shows callers their own account, and leads everybody else to the sign-in page';

/** What was done before this page came. */
const notices: Readonly<Record<string, string>> = {
  linked: 'From now on you can sign in with it too.',
  password: 'Your password is changed, and you are signed out everywhere else.',
  unlinked: 'You cannot sign in with it any more.',
};

/** A person's own account: who they are here, and the ways by which they sign in. */
@Controller('account')
export class AccountPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly users: UserService,
    private readonly methods: SignInMethodsService,
    private readonly unlinking: UnlinkingService,
    private readonly refusals: RefusalService,
  ) {}

  @Get()
  @Public(own)
  async show(@Req() request: Request, @Res() response: Response, @Query('done') done?: unknown): Promise<void> {
    if (callerOf(request).actor.kind !== 'user') response.redirect(303, signInUrl('/account'));
    else await this.tell(request, response, { notice: typeof done === 'string' ? notices[done] : undefined });
  }

  @Post('unlink')
  @Public(own)
  async unlink(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { actor, sessionId } = callerOf(request);
    if (actor.kind !== 'user') {
      response.redirect(303, signInUrl('/account'));
      return;
    }
    const identityId = formField(request, 'identityId');
    const problem = await this.unlinking.unlink(actor, sessionId, identityId).then(() => null, asProblem);
    if (!problem) {
      response.redirect(303, '/account?done=unlinked');
      return;
    }
    await this.refusals.recordRequest(request, problem);
    if (problem.code === 'STEP_UP_REQUIRED') response.redirect(303, confirmUrl('/account'));
    else await this.tell(request, response, { alert: problem.message }, problem.status);
  }

  private async tell(
    request: Request,
    response: Response,
    news: { readonly notice?: string | undefined; readonly alert?: string | undefined },
    status = 200,
  ): Promise<void> {
    const user = await this.users.get(callerOf(request).actor.id);
    const identities = await this.methods.identitiesOf(user.id);
    const html = this.pages.render('account', {
      ...news,
      user,
      hasPassword: await this.methods.hasPassword(user.id),
      identities: identities.map(({ id, name, key, lastSignedInAt }) => ({
        id,
        name,
        lastSignedInAt,
        inUse: key !== null,
      })),
      linkable: this.methods
        .linkable()
        .filter(({ key }) => !identities.some((identity) => identity.key === key))
        .map(({ key, name }) => ({ key, name })),
    });
    sendPage(response, html, status);
  }
}
