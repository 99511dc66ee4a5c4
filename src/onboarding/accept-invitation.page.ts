import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalService } from '../access/refusal.service.js';
import { SignInOptionsService } from '../authentication/sign-in/sign-in-options.service.js';
import { InvitationService } from '../organizations/invitations/invitation.service.js';
import { AppError } from '../platform/errors/app-error.js';
import { formField } from '../platform/http/form.js';
import { asProblem, signInInstead } from '../platform/http/pages/form-problems.js';
import type { PageModels } from '../platform/http/pages/page-models.js';
import { PageRenderer } from '../platform/http/pages/page-renderer.js';
import { sendPage } from '../platform/http/pages/send-page.js';
import type { Actor } from '../policy/actor.js';
import { callerOf } from '../policy/current.decorators.js';
import { Public } from '../policy/requires.decorator.js';

type Model = PageModels['accept-invitation'];

/** Where the link of an invitation leads: to accept it, or first to sign in as whom it was sent to. */
@Controller('accept-invitation')
export class AcceptInvitationPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly invitations: InvitationService,
    private readonly options: SignInOptionsService,
    private readonly refusals: RefusalService,
  ) {}

  @Get()
  @Public('the invited person may have no account yet; the token tells whom it is for')
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const token = request.query.token;
    await this.tell(response, callerOf(request).actor, typeof token === 'string' ? token : '');
  }

  @Post()
  @Public('accepting demands the session of the invited person; the page says so to anybody else')
  async accept(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { actor } = callerOf(request);
    const token = formField(request, 'token');
    const problem =
      actor.kind === 'user' ? await this.invitations.acceptAs(actor, token).then(() => null, asProblem) : null;
    if (problem) await this.refusals.recordRequest(request, problem);
    if (actor.kind !== 'user' || problem) await this.tell(response, actor, token, problem);
    else response.redirect(303, '/console');
  }

  private async tell(response: Response, actor: Actor, token: string, problem: AppError | null = null): Promise<void> {
    const model = await this.modelOf(actor, token, problem);
    const known = model.state !== 'invalid' && model.state !== 'expired';
    sendPage(response, this.pages.render('accept-invitation', model), known ? (problem?.status ?? 200) : 410);
  }

  private async modelOf(actor: Actor, token: string, problem: AppError | null): Promise<Model> {
    const preview = await this.invitations.preview(token);
    if (preview?.state !== 'open') return { state: preview?.state === 'expired' ? 'expired' : 'invalid' };
    const shared = {
      token,
      organization: preview.organizationName,
      role: preview.role,
      email: preview.email,
      ...(preview.invitedBy === null ? {} : { invitedBy: preview.invitedBy }),
      ...(problem ? { alert: problem.message, loginUrl: signInInstead(problem) } : {}),
    };
    if (actor.kind !== 'user') return { ...shared, state: 'signed-out', signUpOpen: this.options.list().password };
    return actor.label === preview.email
      ? { ...shared, state: 'ready' }
      : { ...shared, state: 'other-account', signedInAs: actor.label };
  }
}
