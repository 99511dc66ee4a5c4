import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import type { ProblemShape } from '../platform/http/problem-shape.js';
import { sendScimProblem } from './protocol/scim-problem.js';
import { ScimCallerMiddleware } from './scim-caller.middleware.js';
import { ScimFallbackController } from './scim-fallback.controller.js';
import { ScimPlanGuard } from './tokens/scim-plan-guard.service.js';
import { ScimTokenAuthentication } from './tokens/scim-token-authentication.service.js';
import { ScimTokenUsage } from './tokens/scim-token-usage.service.js';
import { ScimTokenEntity } from './tokens/scim-token.entity.js';
import { OrganizationScimTokensResolver, ScimTokenResolver } from './tokens/scim-token.resolver.js';
import { ScimTokenService } from './tokens/scim-token.service.js';

const tokenProviders = [
  OrganizationScimTokensResolver,
  ScimPlanGuard,
  ScimTokenAuthentication,
  ScimTokenResolver,
  ScimTokenService,
  ScimTokenUsage,
];

/** How errors look at the addresses of this module. */
export const scimProblems: ProblemShape = { paths: /^\/api\/scim(\/|$)/i, send: sendScimProblem };

/** Provisioning by a company's directory (SCIM 2.0, RFC 7643 and 7644). */
@Module({
  imports: [AuditModule, OrganizationsModule, AccessModule, TypeOrmModule.forFeature([ScimTokenEntity])],
  // The fallback stands last: it answers whatever comes to it.
  controllers: [ScimFallbackController],
  providers: [...tokenProviders],
})
export class ScimModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(ScimCallerMiddleware).forRoutes('api/scim');
  }
}
