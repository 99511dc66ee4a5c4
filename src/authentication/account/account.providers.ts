import { AccountFlowController } from './account-flow.controller.js';
import { AccountPage } from './account.page.js';
import { AccountProofService } from './account-proof.service.js';
import { ChooseOrganizationPage } from './choose-organization.page.js';
import { ConfirmPage } from './confirm.page.js';
import { ConfirmationService } from './confirmation.service.js';
import { EmailChangePage } from './email-change.page.js';
import { IdentityResolver } from './identity.resolver.js';
import { OrganizationChoiceService } from './organization-choice.service.js';
import { PasswordChangePage } from './password-change.page.js';
import { PasswordChangeService } from './password-change.service.js';
import { SignInMethodsService } from './sign-in-methods.service.js';
import { UnlinkingService } from './unlinking.service.js';

/** A person's own account: a part of signing in, and of its module. */
export const accountControllers = [
  AccountFlowController,
  AccountPage,
  ChooseOrganizationPage,
  ConfirmPage,
  EmailChangePage,
  PasswordChangePage,
];

export const accountProviders = [
  AccountProofService,
  ConfirmationService,
  IdentityResolver,
  OrganizationChoiceService,
  PasswordChangeService,
  SignInMethodsService,
  UnlinkingService,
];
