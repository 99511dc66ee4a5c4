import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessGuard } from './access.guard.js';
import { AccessResolver } from './access.resolver.js';
import { AccessService } from './access.service.js';
import { EntryRules } from './entry-rules.service.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { RefusalInterceptor } from './refusal.interceptor.js';
import { RefusalService } from './refusal.service.js';
import { MembershipResolver, ViewerResolver } from './viewer.resolver.js';

@Module({
  imports: [AuditModule, UsersModule, SessionsModule, OrganizationsModule, ProjectsModule],
  providers: [
    AccessService,
    EntryRules,
    AccessResolver,
    ViewerResolver,
    MembershipResolver,
    RefusalService,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_INTERCEPTOR, useClass: RefusalInterceptor },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
  ],
  exports: [AccessService, EntryRules, RefusalService],
})
export class AccessModule {}
