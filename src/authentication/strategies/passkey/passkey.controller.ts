import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { IsObject } from 'class-validator';
import type { Request, Response } from 'express';
import { Public } from '../../../policy/requires.decorator.js';
import { FlowCookie } from '../../login-flow/flow-cookie.service.js';
import { SessionCookie } from '../../sessions/session-cookie.service.js';
import { signInRequest } from '../../sign-in/sign-in-request.service.js';
import { userAnswer, type UserAnswer } from '../../sign-in/user-answer.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';
import { PasskeyService } from './passkey.service.js';

/** Body of `POST /api/auth/passkey`. */
export class PasskeyBody {
  /** The JSON form of what `navigator.credentials.get` gave (WebAuthn Level 3, 5.1). */
  @IsObject()
  passkey!: object;
}

/** Sign-in by a passkey as an API. */
@Controller('api/auth/passkey')
export class PasskeyController {
  constructor(
    private readonly passkeys: PasskeyService,
    private readonly signIn: PasskeySignInService,
    private readonly session: SessionCookie,
    private readonly flow: FlowCookie,
  ) {}

  /** What `navigator.credentials.get` needs. The same for everybody: the authenticator knows whose passkeys it has. */
  @Post('options')
  @HttpCode(200)
  @Public('a sign-in begins before anybody has proven anything')
  options(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const browser = this.flow.ensure(request, response);
    return this.passkeys.authenticationOptions({ browser, purpose: 'signIn', userId: null });
  }

  @Post()
  @HttpCode(200)
  @Public('the passkey is the proof')
  async login(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body() { passkey }: PasskeyBody,
  ): Promise<UserAnswer> {
    const browser = this.flow.read(request) ?? '';
    const { user, opened } = await this.signIn.complete(passkey, browser, signInRequest(request));
    this.session.write(response, opened);
    return userAnswer(user);
  }
}
