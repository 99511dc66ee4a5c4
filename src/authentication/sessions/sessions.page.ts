import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import type { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem } from '../../platform/http/pages/form-problems.js';
import type { PageModels } from '../../platform/http/pages/page-models.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import type { Caller } from '../../policy/current.decorators.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { SessionService } from '../../sessions/session.service.js';
import type { SessionDetails } from '../../sessions/session.types.js';
import { signInUrl } from '../pages/links.js';
import { SessionCookie } from './session-cookie.service.js';
import { SessionManagementService } from './session-management.service.js';

const PATH = '/account/sessions';
const own = 'shows and ends the caller’s own sessions, and leads everybody else to the sign-in page';

/** So many fit into a page of 10 kB. */
const SHOWN = 6;

type Model = PageModels['sessions'];

/** A person's own sessions, with a button to end each. Works without JavaScript. */
@Controller(PATH)
export class SessionsPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly sessions: SessionService,
    private readonly management: SessionManagementService,
    private readonly cookie: SessionCookie,
    private readonly refusals: RefusalService,
  ) {}

  @Get()
  @Public(own)
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const caller = callerOf(request);
    if (caller.sessionId === null) response.redirect(303, signInUrl(PATH));
    else await this.tell(response, caller, { after: cursorIn(request), ...noticeFor(request) });
  }

  @Post('revoke')
  @Public(own)
  async revoke(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.end(request, response, ({ actor }) => this.management.revoke(actor, formField(request, 'sessionId')));
  }

  @Post('revoke-others')
  @Public(own)
  async revokeOthers(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.end(request, response, (caller) => this.management.revokeOthers(caller));
  }

  @Post('revoke-all')
  @Public(own)
  async revokeAll(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.end(request, response, ({ actor }) => this.management.revokeAll(actor, actor.id));
  }

  /** Whoever has ended the session that they call through is signed out. */
  private async end(request: Request, response: Response, work: (caller: Caller) => Promise<unknown>): Promise<void> {
    const caller = callerOf(request);
    if (caller.sessionId === null) {
      response.redirect(303, signInUrl(PATH));
      return;
    }
    const problem = await work(caller).then(() => null, asProblem);
    if (problem) {
      await this.refusals.recordRequest(request, problem);
      await this.tell(response, caller, { after: null, alert: problem.message }, problem);
    } else if (await this.sessions.findById(caller.sessionId)) {
      response.redirect(303, `${PATH}?ended=1`);
    } else {
      this.cookie.clear(response);
      response.redirect(303, '/sign-in?signedOut=1');
    }
  }

  private async tell(
    response: Response,
    { actor, sessionId }: Caller,
    { after, ...news }: Pick<Model, 'alert' | 'notice'> & { readonly after: string | null },
    problem: AppError | null = null,
  ): Promise<void> {
    const { nodes, pageInfo } = await this.sessions.list(actor.id, { first: SHOWN, after });
    const model: Model = {
      ...news,
      sessions: nodes.map((session) => rowOf(session, sessionId)),
      ...(pageInfo.hasNextPage ? { olderUrl: `${PATH}?after=${pageInfo.endCursor ?? ''}` } : {}),
    };
    sendPage(response, this.pages.render('sessions', model), problem?.status ?? 200);
  }
}

const methods = {
  password: 'Password',
  oidc: 'OpenID Connect',
  oauth2: 'OAuth 2.0',
  saml: 'SAML',
  passkey: 'Passkey',
} as const satisfies Record<SessionDetails['method'], string>;

const secondFactors = {
  totp: 'an authenticator app',
  passkey: 'a passkey',
  recoveryCode: 'a recovery code',
} as const satisfies Record<NonNullable<SessionDetails['secondFactor']>, string>;

function rowOf(session: SessionDetails, currentId: string | null): Model['sessions'][number] {
  const { id, device, method, secondFactor, connection, address, network, createdAt, lastSeenAt } = session;
  return {
    ...{ id, device, createdAt, lastSeenAt, isCurrent: id === currentId },
    proof: methods[method] + (secondFactor === null ? '' : ` and ${secondFactors[secondFactor]}`),
    ...(connection === null ? {} : { connection }),
    ...(address === null || network === null ? {} : { place: `From ${address}, in the network ${network}` }),
  };
}

function cursorIn({ query }: Request): string | null {
  return typeof query.after === 'string' ? query.after : null;
}

function noticeFor({ query }: Request): Pick<Model, 'notice'> {
  return query.ended === undefined ? {} : { notice: 'Ended.' };
}
