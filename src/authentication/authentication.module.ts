import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SsoModule } from '../sso/sso.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountService } from './account.service.js';
import { AuthController } from './auth.controller.js';
import { BackchannelLogoutController } from './backchannel-logout.controller.js';
import { BackchannelLogoutService } from './backchannel-logout.service.js';
import { CallerMiddleware } from './caller.middleware.js';
import { FlowCookie } from './flow-cookie.service.js';
import { LoginController } from './login.controller.js';
import { LoginFlowEntity } from './login-flow.entity.js';
import { LoginFlowService } from './login-flow.service.js';
import { NewcomerService } from './newcomer.service.js';
import { AuthErrorPage } from './pages/auth-error.page.js';
import { SignInPage } from './pages/sign-in.page.js';
import { SignUpPage } from './pages/sign-up.page.js';
import {
  secondFactorControllers,
  secondFactorEntities,
  secondFactorProviders,
} from './second-factors/second-factors.providers.js';
import { SessionCookie } from './session-cookie.service.js';
import { SignInOptionsService } from './sign-in-options.service.js';
import { SignInThrottle } from './sign-in-throttle.service.js';
import { SignInService } from './sign-in.service.js';
import { SignUpService } from './sign-up.service.js';
import { OidcSignInService } from './strategies/oidc/oidc-sign-in.service.js';
import { PasswordSignInService } from './strategies/password/password-sign-in.service.js';
import { PasswordStrategy } from './strategies/password/password.strategy.js';

@Module({
  imports: [
    PassportModule.register({ session: false }),
    AuditModule,
    UsersModule,
    SessionsModule,
    OrganizationsModule,
    AccessModule,
    ApiKeysModule,
    SsoModule,
    TypeOrmModule.forFeature([LoginFlowEntity, ...secondFactorEntities]),
  ],
  controllers: [
    AuthController,
    BackchannelLogoutController,
    LoginController,
    SignInPage,
    SignUpPage,
    AuthErrorPage,
    ...secondFactorControllers,
  ],
  providers: [
    BackchannelLogoutService,
    AccountService,
    CallerMiddleware,
    FlowCookie,
    LoginFlowService,
    NewcomerService,
    OidcSignInService,
    PasswordSignInService,
    PasswordStrategy,
    SessionCookie,
    SignInOptionsService,
    SignInService,
    SignInThrottle,
    SignUpService,
    ...secondFactorProviders,
  ],
  exports: [SessionCookie, SignInOptionsService, SignInService],
})
export class AuthenticationModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(CallerMiddleware).forRoutes('{*path}');
  }
}
