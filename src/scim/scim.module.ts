import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import type { ProblemShape } from '../platform/http/problem-shape.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { ScimBulkController } from './bulk/bulk.controller.js';
import { ScimBulkService } from './bulk/bulk.service.js';
import { ScimDiscoveryController } from './discovery/discovery.controller.js';
import { ScimGroupChanges } from './groups/scim-group-changes.service.js';
import { ScimGroupReader } from './groups/scim-group-reader.service.js';
import { ScimGroupService } from './groups/scim-group.service.js';
import { sendScimProblem } from './protocol/scim-problem.js';
import { ScimResourcesController } from './resources.controller.js';
import { ScimCallerMiddleware } from './scim-caller.middleware.js';
import { ScimEndpoints } from './scim-endpoints.service.js';
import { ScimFallbackController } from './scim-fallback.controller.js';
import { ScimUserArrival } from './users/scim-user-arrival.service.js';
import { ScimUserChanges } from './users/scim-user-changes.service.js';
import { ScimUserReader } from './users/scim-user-reader.service.js';
import { ScimUserStore } from './users/scim-user-store.service.js';
import { ScimUserEntity } from './users/scim-user.entity.js';
import { ScimUserService } from './users/scim-user.service.js';
import { LeakedScimTokens } from './tokens/leaked-scim-tokens.service.js';
import { ScimPlanGuard } from './tokens/scim-plan-guard.service.js';
import { ScimTokenAuthentication } from './tokens/scim-token-authentication.service.js';
import { ScimTokenUsage } from './tokens/scim-token-usage.service.js';
import { ScimTokenEntity } from './tokens/scim-token.entity.js';
import { OrganizationScimTokensResolver, ScimTokenResolver } from './tokens/scim-token.resolver.js';
import { ScimTokenService } from './tokens/scim-token.service.js';

const tokenProviders = [
  LeakedScimTokens,
  OrganizationScimTokensResolver,
  ScimPlanGuard,
  ScimTokenAuthentication,
  ScimTokenResolver,
  ScimTokenService,
  ScimTokenUsage,
];

const userProviders = [ScimUserReader, ScimUserStore, ScimUserArrival, ScimUserChanges, ScimUserService];

const groupProviders = [ScimGroupReader, ScimGroupChanges, ScimGroupService];

/** How errors look at the addresses of this module. */
export const scimProblems: ProblemShape = { paths: /^\/api\/scim(\/|$)/i, send: sendScimProblem };

/** Provisioning by a company's directory (SCIM 2.0, RFC 7643 and 7644). */
@Module({
  imports: [
    AuditModule,
    UsersModule,
    SessionsModule,
    OrganizationsModule,
    AccessModule,
    ApiKeysModule,
    TypeOrmModule.forFeature([ScimTokenEntity, ScimUserEntity]),
  ],
  // In the order in which they are asked. The fallback stands last: it answers whatever comes to it.
  controllers: [ScimDiscoveryController, ScimBulkController, ScimResourcesController, ScimFallbackController],
  providers: [...tokenProviders, ...userProviders, ...groupProviders, ScimEndpoints, ScimBulkService],
})
export class ScimModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(ScimCallerMiddleware).forRoutes('api/scim');
  }
}
