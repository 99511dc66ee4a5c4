import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import type { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, signInInstead } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import type { Caller } from '../../policy/current.decorators.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { SessionService } from '../../sessions/session.service.js';
import { onward, signInUrl } from '../pages/links.js';
import { OrganizationChoiceService } from './organization-choice.service.js';

const own = 'shows callers the organizations that they belong to, and leads everybody else to the sign-in page';

/** Where somebody says in which of their organizations they want to work. */
@Controller('choose-organization')
export class ChooseOrganizationPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly members: MemberService,
    private readonly organizations: OrganizationService,
    private readonly sessions: SessionService,
    private readonly choice: OrganizationChoiceService,
    private readonly refusals: RefusalService,
  ) {}

  @Get()
  @Public(own)
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const returnTo = safeReturnTo(request.query.returnTo);
    const caller = callerOf(request);
    if (caller.actor.kind !== 'user') response.redirect(303, signInUrl(returnTo));
    else await this.offer(response, caller, returnTo);
  }

  @Post()
  @Public(own)
  async choose(@Req() request: Request, @Res() response: Response): Promise<void> {
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const caller = callerOf(request);
    if (caller.actor.kind !== 'user') {
      response.redirect(303, signInUrl(returnTo));
      return;
    }
    const organizationId = formField(request, 'organizationId');
    const problem = await this.choice.choose(caller, organizationId).then(() => null, asProblem);
    if (!problem) {
      response.redirect(303, onward(returnTo));
      return;
    }
    await this.refusals.recordRequest(request, problem);
    const { setUpUrl } = problem.facts;
    if (typeof setUpUrl === 'string') response.redirect(303, setUpUrl);
    else await this.offer(response, caller, returnTo, problem);
  }

  private async offer(
    response: Response,
    { actor, sessionId }: Caller,
    returnTo: string,
    problem?: AppError,
  ): Promise<void> {
    const session = sessionId === null ? null : await this.sessions.findById(sessionId);
    const memberships = await this.members.listOfUser(actor.id);
    const organizations = await this.organizations.listByIds(memberships.map(({ organizationId }) => organizationId));
    const html = this.pages.render('choose-organization', {
      returnTo,
      email: actor.label,
      organizations: organizations.map(({ id, name, slug }) => ({
        id,
        name,
        slug,
        chosen: id === session?.organizationId,
      })),
      ...(problem ? { alert: problem.message, loginUrl: signInInstead(problem) } : {}),
    });
    sendPage(response, html, problem?.status ?? 200);
  }
}
