import type { AccountEmailPage, AccountPage, AccountPasswordPage, SessionsPage } from './account-pages.js';
import type { FormState } from './form-state.js';
import type {
  PasskeyDetailsPage,
  PasskeyPage,
  RecoveryCodesPage,
  SecondFactorsPage,
  SecondStepPage,
  TotpPage,
} from './second-factor-pages.js';
import type { SsoSetupFormPage, SsoSetupPage } from './sso-setup-pages.js';
import type { ChooseConnectionPage, SignInTracePage, SsoTestPage } from './sso-pages.js';

/**
 * What each hosted page is told. The template of a page is named like its entry in `PageModels`, so a page rendered
 * with another page's model does not compile.
 *
 * Where the forms go (all `application/x-www-form-urlencoded`, all same-origin):
 *
 * | template            | form                      | fields                                        |
 * |---------------------|---------------------------|-----------------------------------------------|
 * | `sign-in`           | `POST /sign-in`           | `email returnTo`                              |
 * | `sign-in-password`  | `POST /sign-in/password`  | `email password returnTo`                     |
 * | `sign-up`           | `POST /sign-up`           | `name email password returnTo invitation?`    |
 * | `setup`             | `POST /setup`             | `token name email password`                   |
 * | `accept-invitation` | `POST /accept-invitation` | `token`                                       |
 * | `confirm`           | `POST /confirm`           | `password returnTo`                           |
 * | `account`           | `POST /account/unlink`    | `identityId`                                  |
 * | `account-email`     | `POST /account/email`     | `email`                                       |
 * | `account-password`  | `POST /account/password`  | `password`                                    |
 * | `account`           | `POST /account/link`      | `key`                                         |
 * | `choose-organization` | `POST /choose-organization` | `organizationId returnTo`                 |
 * | `forgot-password`   | `POST /forgot-password`   | `email`                                       |
 * | `reset-password`    | `POST /reset-password`    | `token password`                              |
 * | `verify-email`      | `POST /verify-email`      | `token`                                       |
 * | `sessions`          | `POST /account/sessions/revoke` | `sessionId`; and without fields `…/revoke-others` and `…/revoke-all` |
 * | (where signed in)   | `POST /sign-out`          | `returnTo`                                    |
 * | `sign-in`           | `POST /sign-in/passkey`   | `returnTo`                                    |
 * | `second-step`       | `POST /sign-in/second-factor`, `…/passkey` | `code returnTo`              |
 * | `passkey`           | whatever asked for it     | `credential` (JSON) and what it was given     |
 * | `second-factors` and what it leads to | `POST /account/second-factor/…` | see `second-factor-pages.ts` |
 * | `sso-setup`, `sso-setup-form` | `POST /sso-setup/<token>/domain`, `…/check`, `…/provider`, `…/test` | see `sso-setup.page.ts` |
 */
export interface PageModels {
  'sign-in': SignInPage;
  'sign-in-password': SignInPasswordPage;
  'sign-up': SignUpPage;
  setup: SetupPage;
  'accept-invitation': AcceptInvitationPage;
  confirm: ConfirmPage;
  account: AccountPage;
  'account-email': AccountEmailPage;
  'account-password': AccountPasswordPage;
  'choose-organization': ChooseOrganizationPage;
  'auth-error': AuthErrorPage;
  'forgot-password': ForgotPasswordPage;
  'reset-password': ResetPasswordPage;
  'verify-email': VerifyEmailPage;
  message: MessagePage;
  console: ConsolePage;
  sessions: SessionsPage;
  continue: ContinuePage;
  problem: ProblemPage;
  'second-step': SecondStepPage;
  passkey: PasskeyPage;
  'second-factors': SecondFactorsPage;
  totp: TotpPage;
  'passkey-details': PasskeyDetailsPage;
  'recovery-codes': RecoveryCodesPage;
  'choose-connection': ChooseConnectionPage;
  'sso-setup': SsoSetupPage;
  'sso-setup-form': SsoSetupFormPage;
  'sso-test': SsoTestPage;
  'sign-in-trace': SignInTracePage;
}

/** A configured identity provider, as `GET /api/auth/providers` lists it. */
export interface ProviderLink {
  readonly name: string;
  /** Same-origin address that begins the flow, `returnTo` included. */
  readonly loginUrl: string;
  /** By this way somebody last came in with this browser. */
  readonly lastUsed?: boolean | undefined;
}

export interface SignInPage extends FormState<'email'> {
  /** Path of ours to go to afterwards, already checked to be ours. */
  readonly returnTo: string;
  readonly email?: string | undefined;
  /** Good or neutral news, such as "You are signed out." */
  readonly notice?: string | undefined;
  readonly providers: readonly ProviderLink[];
  readonly signUpOpen: boolean;
  /** Whether somebody may have a passkey here; browsers show the button where they run scripts. */
  readonly passkeys?: boolean | undefined;
  /** The way past single sign-on, for when that is what fails. Leave out where nobody has a password. */
  readonly passwordUrl?: string | undefined;
  /** A password was what somebody last came in with. */
  readonly passwordLastUsed?: boolean | undefined;
}

export interface SignInPasswordPage extends FormState<'email' | 'password'> {
  readonly returnTo: string;
  /** Typed before, and fixed; without it the page asks for both. */
  readonly email?: string | undefined;
  /** Leave out where passwords cannot be reset here. */
  readonly forgotPasswordUrl?: string | undefined;
}

export interface SignUpPage extends FormState<'name' | 'email' | 'password'> {
  readonly returnTo: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** Characters, as configured in `AUTH_PASSWORD_MIN_LENGTH`. */
  readonly passwordMinLength: number;
  readonly providers: readonly ProviderLink[];
  /** For who has an account: leads to where `returnTo`, or the invitation, wants them. */
  readonly signInUrl: string;
  /** Present where the person follows an invitation: the email is then the invited one and cannot be changed. */
  readonly invitation?: { readonly token: string; readonly organization: string; readonly email: string } | undefined;
}

export interface SetupPage extends FormState<'name' | 'email' | 'password'> {
  /** The one-time token that the first start printed. */
  readonly token: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly passwordMinLength: number;
}

export type AcceptInvitationPage = UsableInvitationPage | { readonly state: 'invalid' } | { readonly state: 'expired' };

type UsableInvitationPage = {
  readonly token: string;
  readonly organization: string;
  readonly role: string;
  /** The invited address. */
  readonly email: string;
  /** Name or email of who invited. */
  readonly invitedBy?: string | undefined;
  readonly alert?: string | undefined;
  /** Where to sign in instead, for who has come in another way than the organization asks for. */
  readonly loginUrl?: string | undefined;
} & (
  | { readonly state: 'ready' }
  | { readonly state: 'other-account'; readonly signedInAs: string }
  | { readonly state: 'signed-out'; readonly signUpOpen: boolean }
);

export interface ConfirmPage extends FormState<'password'> {
  readonly returnTo: string;
  readonly email: string;
  /** Whether a password would do. */
  readonly password: boolean;
  /** Whether a passkey would. */
  readonly passkey?: boolean | undefined;
  readonly providers: readonly ProviderLink[];
}

export interface ChooseOrganizationPage {
  readonly returnTo: string;
  readonly email: string;
  readonly organizations: readonly {
    readonly id: string;
    readonly name: string;
    readonly slug: string;
    readonly chosen: boolean;
  }[];
  readonly alert?: string | undefined;
  /** Where to sign in for the one that was chosen. */
  readonly loginUrl?: string | undefined;
}

export interface AuthErrorPage {
  readonly title: string;
  /** What happened, in a sentence or two that a visitor may read. */
  readonly explanation: string;
  /** Who can fix it and how: "Ask an administrator of Acme to …". */
  readonly remedy: string;
  readonly code: string;
  /** Finds this failure in the log and in the audit trail. */
  readonly reference: string;
  /** What happened, for those who may read it. Leave out where nothing is kept of it. */
  readonly traceUrl?: string | undefined;
  readonly tryAgainUrl: string;
  /** Leave out where a password would not help. */
  readonly passwordUrl?: string | undefined;
}

export interface ForgotPasswordPage extends FormState<'email'> {
  readonly email?: string | undefined;
}

export interface ResetPasswordPage extends FormState<'password'> {
  /** Of the mailed link. */
  readonly token: string;
  /** Whose password it is; kept in the form for password managers. */
  readonly email: string;
  readonly passwordMinLength: number;
}

export interface VerifyEmailPage {
  /** Of the mailed link. */
  readonly token: string;
  /** The address that the link was mailed to. */
  readonly email: string;
  /** The address that it is to replace. Leave out where the account has it already. */
  readonly replaces?: string | undefined;
  readonly alert?: string | undefined;
}

/** Something to read, and perhaps somewhere to go. */
export interface MessagePage {
  readonly title: string;
  readonly explanation: string;
  /** For whom it did not go as it should. */
  readonly remark?: string | undefined;
  readonly action?: { readonly text: string; readonly url: string } | undefined;
  /** Present where it tells of a failure. */
  readonly failed?: true | undefined;
}

export interface ConsolePage {
  readonly user: { readonly name: string; readonly email: string };
  readonly session: {
    /** How they proved who they are, in words: "Password", "OpenID Connect". */
    readonly method: string;
    /** Key of the connection or provider, such as `acme.com.okta`. */
    readonly connection?: string | undefined;
    readonly expiresAt: Date;
  };
  readonly organizations: readonly { readonly name: string; readonly slug: string; readonly role: string }[];
  readonly instanceAdministrator: boolean;
  /** Leave out where the explorer is off. */
  readonly explorerUrl?: string | undefined;
  readonly notice?: string | undefined;
}

/** A page that leads on by itself, for where a form's answer must end at another origin (an identity provider). */
export interface ContinuePage {
  /** Absolute http(s) address. */
  readonly to: string;
  /** Who is waiting there, for a reader whose browser does not follow: "Acme's Okta". */
  readonly destination: string;
  /** Leave out where the people of this domain may not use one. */
  readonly passwordUrl?: string | undefined;
}

/** Something that a page cannot do, for a person who asked for one: an address without a page, a form from elsewhere. */
export interface ProblemPage {
  readonly title: string;
  readonly explanation: string;
  /** Finds this in the log. Leave out where nothing failed. */
  readonly reference?: string | undefined;
}
