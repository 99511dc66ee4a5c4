import { EmailChangeMails } from './email-change-mails.service.js';
import { EmailChangeResolver } from './email-change.resolver.js';
import { EmailChange } from './email-change.service.js';
import { EmailConfirmation } from './email-confirmation.service.js';
import { EmailReplacement } from './email-replacement.service.js';
import { EmailVerification } from './email-verification.service.js';
import { MailboxActions } from './mailbox-actions.service.js';
import { MailboxLinks } from './mailbox-links.service.js';
import { MailboxNotices } from './mailbox-notices.service.js';
import { MailboxThrottle } from './mailbox-throttle.service.js';
import { NewPasswordService } from './new-password.service.js';
import { OpenEntries } from './open-entries.service.js';
import { PasswordUse } from './password-use.service.js';
import { ResetLinks } from './reset-links.service.js';
import { ResetMailer } from './reset-mailer.service.js';
import { ResetRequestService } from './reset-request.service.js';
import { ResetRules } from './reset-rules.service.js';

/** What is proven through a mailbox: a part of signing in, and of its module. */
export const mailboxProviders = [
  EmailChange,
  EmailChangeMails,
  EmailChangeResolver,
  EmailConfirmation,
  EmailReplacement,
  EmailVerification,
  MailboxActions,
  MailboxLinks,
  MailboxNotices,
  MailboxThrottle,
  NewPasswordService,
  OpenEntries,
  PasswordUse,
  ResetLinks,
  ResetMailer,
  ResetRequestService,
  ResetRules,
];
