import { AuditTrail1763700000000 } from './1763700000000-audit-trail.js';
import { UsersAndSessions1763700001000 } from './1763700001000-users-and-sessions.js';
import { Organizations1763700002000 } from './1763700002000-organizations.js';
import { ProjectsAndKeys1763700003000 } from './1763700003000-projects-and-keys.js';
import { SingleSignOn1763700004000 } from './1763700004000-single-sign-on.js';
import { LogoutTokens1763800000000 } from './1763800000000-logout-tokens.js';
import { Proofs1764000000000 } from './1764000000000-proofs.js';
import { SignOutAtProvider1764000001000 } from './1764000001000-sign-out-at-provider.js';
import { MailboxTokens1764000002000 } from './1764000002000-mailbox-tokens.js';
import { SessionLimits1764000004000 } from './1764000004000-session-limits.js';
import { Attempts1764000005000 } from './1764000005000-attempts.js';
import { ChosenOrganization1764000006000 } from './1764000006000-chosen-organization.js';
import { SecondFactors1764000003000 } from './1764000003000-second-factors.js';
import { FirstSignIn1764000007000 } from './1764000007000-first-sign-in.js';
import { BreakGlass1764000008000 } from './1764000008000-break-glass.js';
import { DomainChecks1764000009000 } from './1764000009000-domain-checks.js';
import { SsoLifecycle1764000012000 } from './1764000012000-sso-lifecycle.js';
import { ConnectionDomains1764000015000 } from './1764000015000-connection-domains.js';
import { Saml1764000016000 } from './1764000016000-saml.js';
import { DomainProofs1764000010000 } from './1764000010000-domain-proofs.js';
import { SsoExceptions1764000011000 } from './1764000011000-sso-exceptions.js';
import { JustInTime1764000014000 } from './1764000014000-just-in-time.js';
import { SignInTraces1764000013000 } from './1764000013000-sign-in-traces.js';
import { KeyNetworks1764000019000 } from './1764000019000-key-networks.js';
import { KeyLimits1764000020000 } from './1764000020000-key-limits.js';
import { SsoSetupLinks1764000017000 } from './1764000017000-sso-setup-links.js';
import { RolesGroupsGrants1764000024000 } from './1764000024000-roles-groups-grants.js';
import { EffectivePermissions1764000026000 } from './1764000026000-effective-permissions.js';
import { KeyRotation1764000018000 } from './1764000018000-key-rotation.js';
import { ServiceAccounts1764000023000 } from './1764000023000-service-accounts.js';
import { DirectoryPeople1764000029000 } from './1764000029000-directory-people.js';
import { Deletions1764000022000 } from './1764000022000-deletions.js';
import { Seats1764000021000 } from './1764000021000-seats.js';
import { AccessRequests1764000025000 } from './1764000025000-access-requests.js';
import { ScimTokens1764000028000 } from './1764000028000-scim-tokens.js';
import { KeyUses1764000027000 } from './1764000027000-key-uses.js';

/** Every migration, oldest first. One that has been released is never edited. */
export const migrations = [
  AuditTrail1763700000000,
  UsersAndSessions1763700001000,
  Organizations1763700002000,
  ProjectsAndKeys1763700003000,
  SingleSignOn1763700004000,
  LogoutTokens1763800000000,
  Proofs1764000000000,
  SignOutAtProvider1764000001000,
  MailboxTokens1764000002000,
  SessionLimits1764000004000,
  Attempts1764000005000,
  ChosenOrganization1764000006000,
  FirstSignIn1764000007000,
  BreakGlass1764000008000,
  DomainChecks1764000009000,
  DomainProofs1764000010000,
  SecondFactors1764000003000,
  SsoLifecycle1764000012000,
  ConnectionDomains1764000015000,
  Saml1764000016000,
  SsoExceptions1764000011000,
  JustInTime1764000014000,
  SignInTraces1764000013000,
  SsoSetupLinks1764000017000,
  KeyRotation1764000018000,
  KeyNetworks1764000019000,
  RolesGroupsGrants1764000024000,
  ServiceAccounts1764000023000,
  Deletions1764000022000,
  Seats1764000021000,
  KeyLimits1764000020000,
  EffectivePermissions1764000026000,
  AccessRequests1764000025000,
  ScimTokens1764000028000,
  DirectoryPeople1764000029000,
  KeyUses1764000027000,
] as const;
