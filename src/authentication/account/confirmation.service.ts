import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import type { Caller } from '../../policy/current.decorators.js';
import { SignInOptionsService } from '../sign-in/sign-in-options.service.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { PasswordSignInService } from '../strategies/password/password-sign-in.service.js';
import type { Visitor } from '../throttle/visitor.js';
import { SecondFactorService } from '../second-factors/second-factor.service.js';
import { SignInMethodsService } from './sign-in-methods.service.js';

/** The ways by which somebody can prove again who they are. */
export interface ConfirmationWays {
  readonly password: boolean;
  readonly passkey: boolean;
  readonly providers: readonly { readonly name: string; readonly loginUrl: string }[];
}

/** Fresh proof of somebody who is signed in, by any way that would sign them in. */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly methods: SignInMethodsService,
    private readonly options: SignInOptionsService,
    private readonly factors: SecondFactorService,
    private readonly passwords: PasswordSignInService,
    private readonly signIn: SignInService,
  ) {}

  async waysOf({ id, label }: Actor): Promise<ConfirmationWays> {
    const usable = await this.options.assertPasswordUsable(label).then(
      () => true,
      () => false,
    );
    const identities = await this.methods.identitiesOf(id);
    return {
      passkey: (await this.factors.askedOf(id)).includes('passkey') && (await this.options.isPasskeyUsable(label)),
      password: usable && (await this.methods.hasPassword(id)),
      providers: identities.flatMap(({ name, key }) =>
        key === null ? [] : [{ name, loginUrl: `/api/auth/confirm/${key}` }],
      ),
    };
  }

  /** @throws SignInRefused as at a sign-in, with its reason on the trail: INVALID_CREDENTIALS, RATE_LIMITED, SSO_REQUIRED … */
  async withPassword({ actor, sessionId }: Caller, password: string, visitor: Visitor): Promise<void> {
    if (sessionId === null) throw new AppError('UNAUTHENTICATED');
    await this.passwords.prove(actor.label, password, visitor);
    await this.signIn.confirm(actor, sessionId, 'password');
  }
}
