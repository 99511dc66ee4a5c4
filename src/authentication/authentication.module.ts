import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SsoModule } from '../sso/sso.module.js';
import { UsersModule } from '../users/users.module.js';
import { accountControllers, accountProviders } from './account/account.providers.js';
import { FlowCookie } from './login-flow/flow-cookie.service.js';
import { LoginController } from './login-flow/login.controller.js';
import { LoginFlowEntity } from './login-flow/login-flow.entity.js';
import { LoginFlowService } from './login-flow/login-flow.service.js';
import { PostedAnswers } from './login-flow/posted-answer.service.js';
import { ProviderFailures } from './login-flow/provider-failures.service.js';
import { ProviderSignInService } from './login-flow/provider-sign-in.service.js';
import { ProviderVisits } from './login-flow/provider-visit.service.js';
import { VisitTraces } from './login-flow/visit-traces.service.js';
import { MailboxController } from './mailbox/mailbox.controller.js';
import { mailboxProviders } from './mailbox/mailbox.providers.js';
import { MailboxTokenEntity } from './mailbox/mailbox-token.entity.js';
import { AuthErrorPage } from './pages/auth-error.page.js';
import { ForgotPasswordPage } from './pages/forgot-password.page.js';
import { ResetPasswordPage } from './pages/reset-password.page.js';
import { SignInForms } from './pages/sign-in-forms.service.js';
import { SignInPasswordPage } from './pages/sign-in-password.page.js';
import { SignInPage } from './pages/sign-in.page.js';
import { SignInTracePage } from './pages/sign-in-trace.page.js';
import { SignUpPage } from './pages/sign-up.page.js';
import { VerifyEmailPage } from './pages/verify-email.page.js';
import {
  secondFactorControllers,
  secondFactorEntities,
  secondFactorProviders,
} from './second-factors/second-factors.providers.js';
import { CallerMiddleware } from './sessions/caller.middleware.js';
import { SessionCookie } from './sessions/session-cookie.service.js';
import { sessionProviders } from './sessions/sessions.providers.js';
import { SessionsPage } from './sessions/sessions.page.js';
import { AccountEntry } from './sign-in/account-entry.service.js';
import { AccountService } from './sign-in/account.service.js';
import { IdentitySignIn } from './sign-in/identity-sign-in.service.js';
import { AuthController } from './sign-in/auth.controller.js';
import { BrokenGlass } from './sign-in/broken-glass.service.js';
import { EmailTrail } from './sign-in/email-trail.service.js';
import { LastMethodCookie } from './sign-in/last-method-cookie.service.js';
import { NewcomerService } from './sign-in/newcomer.service.js';
import { SessionOpener } from './sign-in/session-opener.service.js';
import { SignInOptionsService } from './sign-in/sign-in-options.service.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { SsoBarrier } from './sign-in/sso-barrier.service.js';
import { WelcomeService } from './sign-in/welcome.service.js';
import { BackchannelLogoutController } from './sign-out/backchannel-logout.controller.js';
import { BackchannelLogoutService } from './sign-out/backchannel-logout.service.js';
import { ProviderSignOutService } from './sign-out/provider-sign-out.service.js';
import { SignOutPage } from './sign-out/sign-out.page.js';
import { signUpProviders } from './sign-up/sign-up.providers.js';
import { SsoTestPage } from './sso-test/sso-test.page.js';
import { TestReports } from './sso-test/test-report.service.js';
import { TestSignIn } from './sso-test/test-sign-in.service.js';
import { PasswordSignInService } from './strategies/password/password-sign-in.service.js';
import { PasswordStrategy } from './strategies/password/password.strategy.js';
import { SamlMetadataController } from './strategies/saml/saml-metadata.controller.js';
import { KnownDeviceCookie } from './throttle/known-device-cookie.service.js';
import { SignInThrottle } from './throttle/sign-in-throttle.service.js';
import { SigningKeyEntity } from './tokens/signing-key.entity.js';
import { TokenController } from './tokens/token.controller.js';
import { tokenProviders } from './tokens/tokens.providers.js';

const pages = [
  SignInPage,
  SignInPasswordPage,
  SignOutPage,
  SignUpPage,
  ForgotPasswordPage,
  ResetPasswordPage,
  VerifyEmailPage,
  SessionsPage,
  AuthErrorPage,
  SignInTracePage,
  SsoTestPage,
];

const signInProviders = [
  AccountEntry,
  AccountService,
  BrokenGlass,
  EmailTrail,
  IdentitySignIn,
  KnownDeviceCookie,
  LastMethodCookie,
  NewcomerService,
  PasswordSignInService,
  PasswordStrategy,
  SessionOpener,
  SignInForms,
  SignInOptionsService,
  SignInService,
  SignInThrottle,
  SsoBarrier,
  WelcomeService,
];

const loginFlowProviders = [
  FlowCookie,
  LoginFlowService,
  PostedAnswers,
  ProviderFailures,
  ProviderSignInService,
  ProviderVisits,
  VisitTraces,
];

const ssoTestProviders = [TestReports, TestSignIn];

/** Everything about proving who somebody is. A room for each part, a folder for each strategy. */
@Module({
  imports: [
    PassportModule.register({ session: false }),
    AuditModule,
    UsersModule,
    SessionsModule,
    OrganizationsModule,
    ProjectsModule,
    AccessModule,
    ApiKeysModule,
    SsoModule,
    TypeOrmModule.forFeature([LoginFlowEntity, MailboxTokenEntity, SigningKeyEntity, ...secondFactorEntities]),
  ],
  controllers: [
    AuthController,
    LoginController,
    BackchannelLogoutController,
    MailboxController,
    SamlMetadataController,
    TokenController,
    ...pages,
    ...accountControllers,
    ...secondFactorControllers,
  ],
  providers: [
    ...signInProviders,
    ...signUpProviders,
    ...loginFlowProviders,
    ...ssoTestProviders,
    BackchannelLogoutService,
    ProviderSignOutService,
    ...sessionProviders,
    ...accountProviders,
    ...mailboxProviders,
    ...secondFactorProviders,
    ...tokenProviders,
  ],
  exports: [SessionCookie, SessionOpener, SignInOptionsService, SignInService],
})
export class AuthenticationModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    // There a directory calls, which has a way in of its own.
    consumer.apply(CallerMiddleware).exclude('api/scim', 'api/scim/{*path}').forRoutes('{*path}');
  }
}
