import { PasskeyChallengeEntity } from '../strategies/passkey/passkey-challenge.entity.js';
import { PasskeyChallengeService } from '../strategies/passkey/passkey-challenge.service.js';
import { PasskeySignInPage } from '../strategies/passkey/passkey-sign-in.page.js';
import { PasskeySignInService } from '../strategies/passkey/passkey-sign-in.service.js';
import { PasskeyStore } from '../strategies/passkey/passkey-store.service.js';
import { PasskeyController } from '../strategies/passkey/passkey.controller.js';
import { PasskeyEntity } from '../strategies/passkey/passkey.entity.js';
import { PasskeyService } from '../strategies/passkey/passkey.service.js';
import { RelyingParty } from '../strategies/passkey/relying-party.service.js';
import { AccountVisit } from './account-visit.service.js';
import { CodeThrottle } from './code-throttle.service.js';
import { FactorBook } from './factor-book.service.js';
import { FactorChangeGuard } from './factor-change-guard.service.js';
import { FactorChangeService } from './factor-change.service.js';
import { FactorLedger } from './factor-ledger.service.js';
import { FactorNotice } from './factor-notice.service.js';
import { FactorProofService } from './factor-proof.service.js';
import { FactorRemovalService } from './factor-removal.service.js';
import { FactorResetService } from './factor-reset.service.js';
import { PasskeyEnrolment } from './passkey-enrolment.service.js';
import { PasskeysPage } from './passkeys.page.js';
import { PendingCookie } from './pending-cookie.service.js';
import { PendingSignInEntity } from './pending-sign-in.entity.js';
import { PendingSignInService } from './pending-sign-in.service.js';
import { ProvePage } from './prove.page.js';
import { RecoveryCodeEntity } from './recovery-code.entity.js';
import { RecoveryCodeService } from './recovery-code.service.js';
import { SecondFactorController } from './second-factor.controller.js';
import { SecondFactorGate } from './second-factor-gate.service.js';
import { SecondFactorResolver } from './second-factor.resolver.js';
import { SecondFactorService } from './second-factor.service.js';
import { SecondFactorsPage } from './second-factors.page.js';
import { SecondFactorsView } from './second-factors-view.service.js';
import { SecondStepChallenge } from './second-step-challenge.service.js';
import { SecondStepPage } from './second-step.page.js';
import { SecondStepService } from './second-step.service.js';
import { SecondStepView } from './second-step-view.service.js';
import { SessionProofService } from './session-proof.service.js';
import { TotpEntity } from './totp.entity.js';
import { TotpPage } from './totp.page.js';
import { TotpService } from './totp.service.js';

/** What the module of authentication is made of, as far as second factors and passkeys go. */
export const secondFactorEntities = [
  PasskeyChallengeEntity,
  PasskeyEntity,
  PendingSignInEntity,
  RecoveryCodeEntity,
  TotpEntity,
];

export const secondFactorControllers = [
  SecondFactorController,
  PasskeyController,
  SecondStepPage,
  PasskeySignInPage,
  SecondFactorsPage,
  TotpPage,
  PasskeysPage,
  ProvePage,
];

export const secondFactorProviders = [
  AccountVisit,
  CodeThrottle,
  FactorBook,
  FactorChangeGuard,
  FactorChangeService,
  FactorLedger,
  FactorNotice,
  FactorProofService,
  FactorRemovalService,
  FactorResetService,
  PasskeyChallengeService,
  PasskeyEnrolment,
  PasskeyService,
  PasskeySignInService,
  PasskeyStore,
  PendingCookie,
  PendingSignInService,
  RecoveryCodeService,
  RelyingParty,
  SecondFactorGate,
  SecondFactorResolver,
  SecondFactorService,
  SecondFactorsView,
  SecondStepChallenge,
  SecondStepService,
  SecondStepView,
  SessionProofService,
  TotpService,
];
