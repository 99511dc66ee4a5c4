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
import { AccountFlowController } from './account/account-flow.controller.js';
import { AccountProofService } from './account/account-proof.service.js';
import { AccountPage } from './account/account.page.js';
import { ChooseOrganizationPage } from './account/choose-organization.page.js';
import { ConfirmPage } from './account/confirm.page.js';
import { ConfirmationService } from './account/confirmation.service.js';
import { IdentityResolver } from './account/identity.resolver.js';
import { OrganizationChoiceService } from './account/organization-choice.service.js';
import { SignInMethodsService } from './account/sign-in-methods.service.js';
import { AccountService } from './account.service.js';
import { AuthController } from './auth.controller.js';
import { BackchannelLogoutController } from './backchannel-logout.controller.js';
import { BackchannelLogoutService } from './backchannel-logout.service.js';
import { ForwardAuth } from './check/forward-auth.service.js';
import { SessionCheckService } from './check/session-check.service.js';
import { SessionLookup } from './check/session-lookup.service.js';
import { CallerMiddleware } from './caller.middleware.js';
import { EmailTrail } from './email-trail.service.js';
import { FlowCookie } from './flow-cookie.service.js';
import { LastMethodCookie } from './last-method-cookie.service.js';
import { LoginController } from './login.controller.js';
import { LoginFlowEntity } from './login-flow.entity.js';
import { LoginFlowService } from './login-flow.service.js';
import { MailboxTokenEntity } from './mailbox/mailbox-token.entity.js';
import { MailboxController } from './mailbox/mailbox.controller.js';
import { mailboxProviders } from './mailbox/mailbox.providers.js';
import { NewcomerService } from './newcomer.service.js';
import { AuthErrorPage } from './pages/auth-error.page.js';
import { ForgotPasswordPage } from './pages/forgot-password.page.js';
import { ResetPasswordPage } from './pages/reset-password.page.js';
import { SignInForms } from './pages/sign-in-forms.service.js';
import { SignInPasswordPage } from './pages/sign-in-password.page.js';
import { SignInPage } from './pages/sign-in.page.js';
import { SignOutPage } from './pages/sign-out.page.js';
import { SignUpPage } from './pages/sign-up.page.js';
import { ProviderSignInService } from './provider-sign-in.service.js';
import { ProviderSignOutService } from './provider-sign-out.service.js';
import { VerifyEmailPage } from './pages/verify-email.page.js';
import { QuietSignUp } from './quiet-sign-up.service.js';
import {
  secondFactorControllers,
  secondFactorEntities,
  secondFactorProviders,
} from './second-factors/second-factors.providers.js';
import { SessionCookie } from './session-cookie.service.js';
import { SessionOpener } from './session-opener.service.js';
import { SignInOptionsService } from './sign-in-options.service.js';
import { SessionManagementResolver } from './sessions/session-management.resolver.js';
import { SessionManagementService } from './sessions/session-management.service.js';
import { SessionsPage } from './sessions/sessions.page.js';
import { SignInService } from './sign-in.service.js';
import { SignUpAccount } from './sign-up-account.service.js';
import { SignUpRules } from './sign-up-rules.service.js';
import { SignUpService } from './sign-up.service.js';
import { PasswordSignInService } from './strategies/password/password-sign-in.service.js';
import { PasswordStrategy } from './strategies/password/password.strategy.js';
import { KnownDeviceCookie } from './throttle/known-device-cookie.service.js';
import { SignInThrottle } from './throttle/sign-in-throttle.service.js';
import { PublishedKeys } from './tokens/published-keys.service.js';
import { SigningKeyEntity } from './tokens/signing-key.entity.js';
import { SigningKeyResolver } from './tokens/signing-key.resolver.js';
import { SigningKeyService } from './tokens/signing-key.service.js';
import { TokenController } from './tokens/token.controller.js';
import { TokenService } from './tokens/token.service.js';
import { WelcomeService } from './welcome.service.js';

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
    BackchannelLogoutController,
    LoginController,
    MailboxController,
    SignInPage,
    SignInPasswordPage,
    SignOutPage,
    SignUpPage,
    ForgotPasswordPage,
    ResetPasswordPage,
    VerifyEmailPage,
    AuthErrorPage,
    AccountFlowController,
    AccountPage,
    ConfirmPage,
    ChooseOrganizationPage,
    SessionsPage,
    TokenController,
    ...secondFactorControllers,
  ],
  providers: [
    ...mailboxProviders,
    SignUpAccount,
    SignUpRules,
    QuietSignUp,
    BackchannelLogoutService,
    AccountProofService,
    AccountService,
    CallerMiddleware,
    ConfirmationService,
    EmailTrail,
    OrganizationChoiceService,
    SignInMethodsService,
    FlowCookie,
    KnownDeviceCookie,
    IdentityResolver,
    LastMethodCookie,
    ForwardAuth,
    LoginFlowService,
    NewcomerService,
    PasswordSignInService,
    PasswordStrategy,
    ProviderSignInService,
    ProviderSignOutService,
    PublishedKeys,
    SessionCheckService,
    SessionCookie,
    SessionLookup,
    SessionManagementResolver,
    SessionManagementService,
    SessionOpener,
    SignInForms,
    SignInOptionsService,
    SignInService,
    SignInThrottle,
    SignUpService,
    SigningKeyResolver,
    SigningKeyService,
    TokenService,
    ...secondFactorProviders,
    WelcomeService,
  ],
  exports: [SessionCookie, SessionOpener, SignInOptionsService, SignInService],
})
export class AuthenticationModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(CallerMiddleware).forRoutes('{*path}');
  }
}
