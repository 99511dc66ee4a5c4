import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ConnectionMoves } from './connections/connection-moves.service.js';
import { ConnectionSecrets } from './connections/connection-secrets.service.js';
import { ConnectionSessions } from './connections/connection-sessions.service.js';
import { ConnectionStore } from './connections/connection-store.service.js';
import { ConnectionDomainEntity } from './domains/connection-domain.entity.js';
import { ConnectionDomains } from './domains/connection-domain.service.js';
import { SsoDomainResolver } from './domains/sso-domain.resolver.js';
import { SsoDomainService } from './domains/sso-domain.service.js';
import { EnforcementImpactResolver } from './enforcement/enforcement-impact.resolver.js';
import { EnforcementImpactService } from './enforcement/enforcement-impact.service.js';
import { PlannedEnforcement } from './enforcement/planned-enforcement.service.js';
import { SsoEnforcementService } from './enforcement/sso-enforcement.service.js';
import { EnforcingGuest } from './entry/enforcing-guest.service.js';
import { GlassAlarm } from './entry/glass-alarm.service.js';
import { GlassEntryEntity } from './entry/glass-entry.entity.js';
import { SsoEntryRule } from './entry/sso-entry-rule.service.js';
import { ExpiryMonitor } from './expiry/expiry-monitor.service.js';
import { ExpiryWarningEntity } from './expiry/expiry-warning.entity.js';
import { FormerMemberEntity } from './membership/former-member.entity.js';
import { JustInTimeMembership } from './membership/just-in-time.service.js';
import { MembershipRuleEntity } from './membership/membership-rule.entity.js';
import { MembershipRuleResolver } from './membership/membership-rule.resolver.js';
import { MembershipRuleService } from './membership/membership-rule.service.js';
import { GithubClientService } from './protocols/github/github-client.service.js';
import { OidcClientService } from './protocols/oidc/oidc-client.service.js';
import { SamlClientService } from './protocols/saml/saml-client.service.js';
import { ProviderInspectionService } from './configuration/provider-inspection.service.js';
import { SettingsReader } from './configuration/settings-reader.service.js';
import { SignInSourceService } from './sources/sign-in-source.service.js';
import { SsoCandidateEntity } from './connections/sso-candidate.entity.js';
import { SsoCandidateResolver } from './connections/sso-candidate.resolver.js';
import { SsoCandidateService } from './connections/sso-candidate.service.js';
import { SsoConfigurationService } from './configuration/sso-configuration.service.js';
import { SsoConnectionEntity } from './connections/sso-connection.entity.js';
import { SsoConnectionLoader } from './connections/sso-connection-loader.service.js';
import { OrganizationSsoResolver, SsoConnectionResolver } from './connections/sso-connection.resolver.js';
import { SsoPlanGuard } from './connections/plan-guard.service.js';
import { SsoConnectionService } from './connections/sso-connection.service.js';
import { SsoDiscoveryService } from './sources/sso-discovery.service.js';
import { SsoGuideResolver } from './configuration/sso-guide.resolver.js';
import { SsoGuideService } from './configuration/sso-guide.service.js';
import { SamlMetadataMonitor } from './saml/saml-metadata-monitor.service.js';
import { CandidateSamlResolver, ConnectionSamlResolver } from './saml/sso-saml.resolver.js';
import { SsoTestRunEntity } from './testing/sso-test-run.entity.js';
import { SsoTestResolver } from './testing/sso-test.resolver.js';
import { SsoTestService } from './testing/sso-test.service.js';
import { SignInTraceEntity } from './tracing/sign-in-trace.entity.js';
import { SignInTraceReader } from './tracing/sign-in-trace-reader.service.js';
import { SignInTraceResolver } from './tracing/sign-in-trace.resolver.js';
import { SignInTraces } from './tracing/sign-in-traces.service.js';
import { TestTraceLoader } from './tracing/test-trace-loader.service.js';
import { TestTraceResolver } from './tracing/test-trace.resolver.js';

const protocols = [OidcClientService, GithubClientService, SamlClientService];

const connections = [
  ConnectionDomains,
  ConnectionMoves,
  ConnectionSecrets,
  ConnectionSessions,
  ConnectionStore,
  ProviderInspectionService,
  SettingsReader,
  SsoCandidateService,
  SsoConfigurationService,
  SsoConnectionLoader,
  SsoPlanGuard,
  SsoConnectionService,
  SsoCandidateResolver,
  CandidateSamlResolver,
  ConnectionSamlResolver,
  SsoConnectionResolver,
  OrganizationSsoResolver,
];

const membership = [JustInTimeMembership, MembershipRuleResolver, MembershipRuleService];

@Module({
  imports: [
    AccessModule,
    ApiKeysModule,
    AuditModule,
    SessionsModule,
    OrganizationsModule,
    TypeOrmModule.forFeature([
      SsoConnectionEntity,
      SsoCandidateEntity,
      ConnectionDomainEntity,
      SsoTestRunEntity,
      SignInTraceEntity,
      GlassEntryEntity,
      MembershipRuleEntity,
      FormerMemberEntity,
      ExpiryWarningEntity,
    ]),
  ],
  providers: [
    ...protocols,
    ...connections,
    EnforcementImpactResolver,
    EnforcementImpactService,
    EnforcingGuest,
    GlassAlarm,
    ...membership,
    ExpiryMonitor,
    PlannedEnforcement,
    SamlMetadataMonitor,
    SignInSourceService,
    SignInTraceReader,
    SignInTraceResolver,
    SignInTraces,
    SsoDiscoveryService,
    SsoDomainResolver,
    SsoDomainService,
    SsoEnforcementService,
    SsoEntryRule,
    SsoGuideResolver,
    SsoGuideService,
    SsoTestResolver,
    SsoTestService,
    TestTraceLoader,
    TestTraceResolver,
  ],
  exports: [
    ...protocols,
    JustInTimeMembership,
    SignInSourceService,
    SignInTraceReader,
    SignInTraces,
    SsoDiscoveryService,
    SsoEntryRule,
    SsoTestService,
    ConnectionDomains,
    SsoCandidateService,
    SsoConfigurationService,
    SsoConnectionService,
    SsoGuideService,
  ],
})
export class SsoModule {}
