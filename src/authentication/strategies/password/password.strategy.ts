import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-local';
import type { User } from '../../../users/user.types.js';
import { PasswordSignInService } from './password-sign-in.service.js';
import { visitorOf } from '../../throttle/visitor.js';
import { KnownDeviceCookie } from '../../throttle/known-device-cookie.service.js';

/** Passport's way to a password: reads `email` and `password` of the body and asks whose they are. */
@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy, 'password') {
  constructor(
    private readonly passwords: PasswordSignInService,
    private readonly devices: KnownDeviceCookie,
  ) {
    super({ usernameField: 'email', passwordField: 'password', session: false, passReqToCallback: true });
  }

  /** @throws SignInRefused, with its reason on the trail */
  validate(request: Request, email: string, password: string): Promise<User> {
    return this.passwords.prove(email, password, visitorOf(request, this.devices));
  }
}
