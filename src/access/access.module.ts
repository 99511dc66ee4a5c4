import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessGuard } from './access.guard.js';
import { AccessResolver } from './access.resolver.js';
import { AccessService } from './access.service.js';
import { EntryRules } from './entry-rules.service.js';
import { RoleGrantEntity } from './grants/role-grant.entity.js';
import { RoleGrantEndings } from './grants/role-grant-endings.service.js';
import { RoleGrantReader } from './grants/role-grant-reader.service.js';
import {
  OrganizationRoleGrantsResolver,
  ProjectRoleGrantsResolver,
  RoleGrantResolver,
} from './grants/role-grant.resolver.js';
import { RoleGrantService } from './grants/role-grant.service.js';
import { GroupEntity } from './groups/group.entity.js';
import { GroupMemberEntity } from './groups/group-member.entity.js';
import { GroupMemberService } from './groups/group-member.service.js';
import { GroupMemberResolver, GroupResolver, OrganizationGroupsResolver } from './groups/group.resolver.js';
import { GroupRoles } from './groups/group-roles.service.js';
import { GroupService } from './groups/group.service.js';
import { HoldingService } from './holding.service.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { PermissionUses } from './permission-uses.service.js';
import { RefusalInterceptor } from './refusal.interceptor.js';
import { RefusalService } from './refusal.service.js';
import { AccessRequestEntity } from './requests/access-request.entity.js';
import { AccessRequestNotices } from './requests/access-request-notices.service.js';
import { AccessRequestReader } from './requests/access-request-reader.service.js';
import {
  AccessRequestResolver,
  OrganizationAccessRequestsResolver,
  ProjectAccessRequestsResolver,
  ViewerAccessRequestsResolver,
} from './requests/access-request.resolver.js';
import { AccessRequestService } from './requests/access-request.service.js';
import { RoleCatalogue } from './roles/role-catalogue.service.js';
import { RoleEntity } from './roles/role.entity.js';
import { RoleResolver } from './roles/role.resolver.js';
import { RoleService } from './roles/role.service.js';
import { AccessSimulationResolver, SimulatedMemberResolver } from './simulation/access-simulation.resolver.js';
import { AccessSimulation } from './simulation/access-simulation.service.js';
import { PermissionHolders } from './standing/permission-holders.service.js';
import { StandingService } from './standing/standing.service.js';
import { MembershipResolver, ViewerResolver } from './viewer.resolver.js';

@Module({
  imports: [
    AuditModule,
    UsersModule,
    SessionsModule,
    OrganizationsModule,
    ProjectsModule,
    TypeOrmModule.forFeature([RoleEntity, GroupEntity, GroupMemberEntity, RoleGrantEntity, AccessRequestEntity]),
  ],
  providers: [
    AccessService,
    HoldingService,
    StandingService,
    PermissionHolders,
    EntryRules,
    AccessResolver,
    PermissionUses,
    ViewerResolver,
    MembershipResolver,
    RoleService,
    RoleCatalogue,
    RoleResolver,
    GroupService,
    GroupMemberService,
    GroupRoles,
    GroupResolver,
    GroupMemberResolver,
    OrganizationGroupsResolver,
    RoleGrantReader,
    RoleGrantService,
    RoleGrantEndings,
    RoleGrantResolver,
    OrganizationRoleGrantsResolver,
    ProjectRoleGrantsResolver,
    AccessSimulation,
    AccessSimulationResolver,
    SimulatedMemberResolver,
    AccessRequestReader,
    AccessRequestNotices,
    AccessRequestService,
    AccessRequestResolver,
    OrganizationAccessRequestsResolver,
    ProjectAccessRequestsResolver,
    ViewerAccessRequestsResolver,
    RefusalService,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_INTERCEPTOR, useClass: RefusalInterceptor },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
  ],
  exports: [
    AccessService,
    HoldingService,
    StandingService,
    PermissionHolders,
    AccessSimulation,
    EntryRules,
    GroupMemberService,
    GroupService,
    RefusalService,
  ],
})
export class AccessModule {}
