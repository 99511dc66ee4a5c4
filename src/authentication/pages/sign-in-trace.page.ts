import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import type { SignInTracePage as Model } from '../../platform/http/pages/sso-pages.js';
import type { Actor } from '../../policy/actor.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { SignInTraceReader } from '../../sso/tracing/sign-in-trace-reader.service.js';
import type { SignInTrace, TracePurpose, TraceStepName } from '../../sso/tracing/sign-in-trace.types.js';
import { signInUrl, traceUrl } from './links.js';

/** What the reference of a failed sign-in opens, for those who may read the single sign-on of its organization. */
@Controller('sign-in-trace')
export class SignInTracePage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly traces: SignInTraceReader,
    private readonly refusals: RefusalService,
  ) {}

  @Get(':reference')
  @Public(
    'leads whoever is not signed in to the sign-in page, and tells everybody who may not read it that there is none',
  )
  async show(@Req() request: Request, @Res() response: Response, @Param('reference') reference: string): Promise<void> {
    const { actor, sessionId } = callerOf(request);
    if (sessionId === null) {
      response.redirect(303, signInUrl(traceUrl(reference)));
      return;
    }
    const trace = await this.find(actor, reference);
    if (trace) {
      sendPage(response, this.pages.render('sign-in-trace', modelOf(trace)));
      return;
    }
    const refusal = new AppError('NOT_FOUND');
    await this.refusals.recordRequest(request, refusal);
    throw refusal;
  }

  /** @throws what the organization's security policy has against how the reader came in */
  private async find(actor: Actor, reference: string): Promise<SignInTrace | null> {
    const scope = /^[\w.-]{1,64}$/.test(reference) ? await this.traces.scopeOf(reference) : null;
    if (!scope || !(await actor.permissionsIn(scope)).has('sso.read')) return null;
    const objection = await actor.objectionOf(scope.organizationId);
    if (objection) throw objection;
    return this.traces.get(reference);
  }
}

const purposes = {
  SIGN_IN: 'Signing in',
  CONFIRM: 'Proving again who they are',
  LINK: 'Adding a way to sign in',
  TEST: 'A test of the connection',
} as const satisfies Record<TracePurpose, string>;

const steps = {
  BEGUN: 'Begun',
  SENT_TO_PROVIDER: 'Sent to the provider',
  CAME_BACK: 'Came back',
  CODE_EXCHANGED: 'Code exchanged',
  PROOF_CHECKED: 'Answer checked',
  ACCOUNT_JUDGED: 'Account judged',
  SIGNED_IN: 'Signed in',
} as const satisfies Record<TraceStepName, string>;

function modelOf(trace: SignInTrace): Model {
  const { outcome, purpose, connectionKey: connection, email, redirectUri, begunAt } = trace;
  const { cause, explanation, remedy, detail } = trace;
  const isTold = cause !== null && explanation !== null && remedy !== null;
  return {
    ...{ outcome, connection, email, redirectUri, begunAt },
    purpose: purposes[purpose],
    cause: isTold ? { code: cause, explanation, remedy, detail: detail ?? undefined } : undefined,
    steps: trace.steps.map(({ step, ...told }) => ({ ...told, name: steps[step] })),
  };
}
