import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { UsersModule } from '../users/users.module.js';
import { ApiKeyAuthenticationService } from './api-key-authentication.service.js';
import { ApiKeyEndingService } from './api-key-ending.service.js';
import { ApiKeyGrantService } from './api-key-grant.service.js';
import { ApiKeyRotationService } from './api-key-rotation.service.js';
import { ApiKeyEntity } from './api-key.entity.js';
import {
  ApiKeyResolver,
  OrganizationApiKeysResolver,
  ProjectApiKeysResolver,
  ViewerApiKeyResolver,
} from './api-key.resolver.js';
import { ApiKeyService } from './api-key.service.js';
import { AccessExplanationResolver, AccessHolderResolver } from './explain/access-explanation.resolver.js';
import { AccessExplanationService } from './explain/access-explanation.service.js';
import { AccessHolderService } from './explain/access-holder.service.js';
import { ShrinkingKeys } from './explain/shrinking-keys.service.js';
import { SimulatedKeysResolver } from './explain/simulated-keys.resolver.js';
import { KeySurrenderEndpoints } from './leaks/key-surrender-endpoints.service.js';
import { KeySurrender } from './leaks/key-surrender.service.js';
import { LeakedSecrets } from './leaks/leaked-secrets.service.js';
import {
  ApiKeyServiceAccountResolver,
  OrganizationServiceAccountsResolver,
  ProjectServiceAccountsResolver,
  ServiceAccountResolver,
} from './service-accounts/service-account.resolver.js';
import { ServiceAccountEntity } from './service-accounts/service-account.entity.js';
import { ServiceAccountOwnership } from './service-accounts/service-account-ownership.service.js';
import { ServiceAccountService } from './service-accounts/service-account.service.js';
import { RefusedUses } from './refused-uses.js';
import { RecentUseEntity } from './uses/recent-use.entity.js';
import { ApiKeyRecentUsesResolver } from './uses/recent-use.resolver.js';
import { RecentUses } from './uses/recent-uses.service.js';
import { KeyReminderEntity } from './stale/key-reminder.entity.js';
import { KeyReminders } from './stale/key-reminders.service.js';
import { OrganizationStaleKeysResolver, ProjectStaleKeysResolver } from './stale/stale-key.resolver.js';
import { StaleKeyService } from './stale/stale-key.service.js';
import { KeyRateLimiter } from './rate-limit/key-rate-limiter.service.js';
import { FailureLimiter } from './verify/failure-limiter.js';
import { KeyBounds } from './bounds/key-bounds.service.js';
import { KeyCache } from './verify/key-cache.service.js';
import { KeyLookup } from './verify/key-lookup.service.js';
import { KeyUsage } from './verify/key-usage.service.js';
import { KeyVerification } from './verify/key-verification.service.js';

@Module({
  imports: [
    AuditModule,
    UsersModule,
    OrganizationsModule,
    ProjectsModule,
    AccessModule,
    TypeOrmModule.forFeature([ApiKeyEntity, ServiceAccountEntity, KeyReminderEntity, RecentUseEntity]),
  ],
  providers: [
    ApiKeyService,
    ApiKeyGrantService,
    KeyBounds,
    ApiKeyRotationService,
    ApiKeyEndingService,
    ApiKeyAuthenticationService,
    ApiKeyResolver,
    ProjectApiKeysResolver,
    OrganizationApiKeysResolver,
    ViewerApiKeyResolver,
    ServiceAccountService,
    ServiceAccountOwnership,
    ServiceAccountResolver,
    ApiKeyServiceAccountResolver,
    ProjectServiceAccountsResolver,
    OrganizationServiceAccountsResolver,
    StaleKeyService,
    ProjectStaleKeysResolver,
    OrganizationStaleKeysResolver,
    KeyReminders,
    AccessExplanationService,
    AccessHolderService,
    AccessExplanationResolver,
    AccessHolderResolver,
    ShrinkingKeys,
    SimulatedKeysResolver,
    KeyLookup,
    KeyCache,
    KeyRateLimiter,
    KeyUsage,
    RecentUses,
    ApiKeyRecentUsesResolver,
    RefusedUses,
    KeyVerification,
    FailureLimiter,
    KeySurrender,
    LeakedSecrets,
    KeySurrenderEndpoints,
  ],
  exports: [ApiKeyService, ApiKeyAuthenticationService, LeakedSecrets, ServiceAccountOwnership],
})
export class ApiKeysModule {}
