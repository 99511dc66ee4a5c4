import { Body, Controller, Get, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Caller } from '../../policy/current.decorators.js';
import { CurrentCaller } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { SessionService } from '../../sessions/session.service.js';
import type { User } from '../../users/user.types.js';
import { UserService } from '../../users/user.service.js';
import { DiscoverBody, SignUpBody } from './auth.dto.js';
import { PasswordGuard } from '../strategies/password/password.guard.js';
import { ProviderSignOutService } from '../sign-out/provider-sign-out.service.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';
import { SecondFactorGate } from '../second-factors/second-factor-gate.service.js';
import { SignInOptionsService, type Discovery, type SignInOptions } from './sign-in-options.service.js';
import { signInRequest } from './sign-in-request.service.js';
import { SignUpService } from '../sign-up/sign-up.service.js';
import { userAnswer, type UserAnswer } from './user-answer.js';
import { AppError } from '../../platform/errors/app-error.js';

/** Sign-in as an API: what the hosted pages do, for an application's own pages and for programs. */
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly options: SignInOptionsService,
    private readonly signingOut: ProviderSignOutService,
    private readonly signUp: SignUpService,
    private readonly gate: SecondFactorGate,
    private readonly sessions: SessionService,
    private readonly users: UserService,
    private readonly cookie: SessionCookie,
  ) {}

  @Get('providers')
  @Public('the sign-in page shows it to everybody')
  providers(): SignInOptions {
    return this.options.list();
  }

  @Post('discover')
  @HttpCode(200)
  @Public('tells of the email’s domain alone, never of an account')
  discover(@Body() { email }: DiscoverBody): Promise<Discovery> {
    return this.options.discover(email);
  }

  @Post('signup')
  @Public('making an account is what proves somebody')
  async create(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body() body: SignUpBody,
  ): Promise<UserAnswer> {
    const { user, opened } = await this.signUp.signUp(body, signInRequest(request));
    if (opened) this.cookie.write(response, opened);
    return userAnswer(user);
  }

  @Post('login')
  @HttpCode(200)
  @UseGuards(PasswordGuard)
  @Public('the password is the proof')
  async login(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<UserAnswer> {
    const user = request.user as User;
    await this.gate.pass(user, request, response);
    return userAnswer(user);
  }

  @Get('session')
  @Requires('user')
  async session(@CurrentCaller() caller: Caller): Promise<UserAnswer & { session: object }> {
    const session = caller.sessionId === null ? null : await this.sessions.findById(caller.sessionId);
    if (!session) throw new AppError('UNAUTHENTICATED');
    const { userId, ...told } = session;
    return {
      ...userAnswer(await this.users.get(userId)),
      session: told,
    };
  }

  /** With `X-Provider-Sign-Out`: where to send the browser to sign out at the provider too. */
  @Post('logout')
  @HttpCode(204)
  @Public('signing out twice is no error')
  async logout(
    @CurrentCaller() { actor, sessionId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const there = await this.signingOut.signOut(actor, sessionId);
    if (there) response.set('X-Provider-Sign-Out', there.to);
    this.cookie.clear(response);
  }
}
