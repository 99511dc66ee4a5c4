import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../platform/config/config.js';
import { randomToken } from '../../platform/crypto/digest.js';
import { pathOfOurs, safeReturnTo } from '../../platform/http/return-to.js';
import { Logger } from '../../platform/logging/logger.js';
import { Public } from '../../policy/requires.decorator.js';
import { FlowCookie } from './flow-cookie.service.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';
import { TestSignIn } from '../sso-test/test-sign-in.service.js';
import { isStateOfTest } from './login-flow.service.js';
import { signingIn } from './login-flow.types.js';
import { leaveFor, leaveForExplanation } from './login-outcome.js';
import { PostedAnswers } from './posted-answer.service.js';
import { ProviderSignInService } from './provider-sign-in.service.js';
import type { Visit, Wish } from './provider-visit.types.js';

const beginning = 'a sign-in begins before anybody has proven anything';
const comingBack = 'the provider’s answer is what proves somebody';

type Address = Visit['address'];

/** Sign-in through a provider: where it begins, and where the provider sends the browser back to. All of it ends in a redirect. */
@Controller()
export class LoginController {
  constructor(
    private readonly providers: ProviderSignInService,
    private readonly tests: TestSignIn,
    private readonly posted: PostedAnswers,
    private readonly session: SessionCookie,
    private readonly flow: FlowCookie,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  @Get('api/auth/login/:key')
  @Public(beginning)
  login(@Req() request: Request, @Res() response: Response, @Param('key') key: string): Promise<void> {
    return this.begin(request, response, { key, address: 'callbackUrl' }, wishOf(request));
  }

  @Get('api/v1/auth/login/:key')
  @Public(beginning)
  loginAtAlias(@Req() request: Request, @Res() response: Response, @Param('key') key: string): Promise<void> {
    return this.begin(request, response, { key, address: 'aliasCallbackUrl' }, wishOf(request));
  }

  /** Begun from the provider's own list of applications (OpenID Connect Core 4): an ordinary sign-in, and nothing more. */
  @Get('auth/sso-initiate')
  @Public(beginning)
  initiate(@Req() request: Request, @Res() response: Response, @Query('provider') provider?: unknown): Promise<void> {
    const { target_link_uri: target, iss } = request.query;
    const returnTo = safeReturnTo(pathOfOurs(target, this.config.rootUrl));
    const wish = { ...wishOf(request), returnTo, issuer: typeof iss === 'string' ? iss : null };
    return this.begin(
      request,
      response,
      { key: typeof provider === 'string' ? provider : '', address: 'callbackUrl' },
      wish,
    );
  }

  /** The same by a form, which brings no cookie of ours along: the browser comes again by a link. */
  @Post('auth/sso-initiate')
  @Public(beginning)
  initiateByForm(@Req() request: Request, @Res() response: Response): void {
    const posted = request.body as Record<string, unknown> | undefined;
    const named = ['provider', 'iss', 'login_hint', 'target_link_uri'].flatMap((name) => {
      const value = posted?.[name] ?? request.query[name];
      return typeof value === 'string' ? [[name, value] as [string, string]] : [];
    });
    leaveFor(response, `/auth/sso-initiate?${new URLSearchParams(named).toString()}`);
  }

  @Get('api/auth/callback/:key')
  @Public(comingBack)
  callback(@Req() request: Request, @Res() response: Response, @Param('key') key: string): Promise<void> {
    return this.finish(request, response, { key, address: 'callbackUrl' });
  }

  /** SAML's answer comes in a form, posted from the provider's own page. */
  @Post('api/auth/callback/:key')
  @Public(comingBack)
  async receive(@Req() request: Request, @Res() response: Response, @Param('key') key: string): Promise<void> {
    const { SAMLResponse: answer, RelayState: relayState } = request.body as Record<string, unknown>;
    const posted = { answer: textOf(answer), relayState: textOf(relayState) };
    try {
      leaveFor(response, await this.posted.receive({ request, key, address: 'callbackUrl', browser: null }, posted));
    } catch (error) {
      leaveForExplanation(this.logger, request, response, error);
    }
  }

  @Get('api/v1/auth/login/:key/callback')
  @Public(comingBack)
  callbackAtAlias(@Req() request: Request, @Res() response: Response, @Param('key') key: string): Promise<void> {
    return this.finish(request, response, { key, address: 'aliasCallbackUrl' });
  }

  private async begin(
    request: Request,
    response: Response,
    at: { key: string; address: Address },
    wish: Wish,
  ): Promise<void> {
    const browser = this.flow.read(request) ?? randomToken();
    try {
      const url = await this.providers.begin({ request, ...at, browser }, wish);
      this.flow.write(response, browser);
      leaveFor(response, url);
    } catch (error) {
      leaveForExplanation(this.logger, request, response, error);
    }
  }

  private async finish(request: Request, response: Response, at: { key: string; address: Address }): Promise<void> {
    const visit = { request, ...at, browser: this.flow.read(request) };
    try {
      if (isStateOfTest(request.query.state)) {
        leaveFor(response, (await this.tests.finish(visit)).returnTo);
        return;
      }
      const { opened, returnTo } = await this.providers.finish(visit);
      if (opened) this.session.write(response, opened);
      leaveFor(response, returnTo);
    } catch (error) {
      leaveForExplanation(this.logger, request, response, error);
    }
  }
}

function wishOf({ query }: Request): Wish {
  const { returnTo, login_hint: hint } = query;
  const isHint = typeof hint === 'string' && /^[\x21-\x7e]{1,254}$/.test(hint);
  return { returnTo: safeReturnTo(returnTo), loginHint: isHint ? hint : null, issuer: null, purpose: signingIn };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
