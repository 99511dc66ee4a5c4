import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { UsersModule } from '../users/users.module.js';
import { ProjectDeletionResolver } from './deletion/project-deletion.resolver.js';
import { ProjectDeletion } from './deletion/project-deletion.service.js';
import { ProjectRestoration } from './deletion/project-restoration.service.js';
import { ProjectRoleEntity } from './project-role.entity.js';
import { ProjectMembersResolver, ProjectRoleResolver } from './project-role.resolver.js';
import { ProjectRoleService } from './project-role.service.js';
import { ProjectEntity } from './project.entity.js';
import { OrganizationProjectsResolver, ProjectResolver } from './project.resolver.js';
import { ProjectService } from './project.service.js';

@Module({
  imports: [
    AuditModule,
    UsersModule,
    OrganizationsModule,
    TypeOrmModule.forFeature([ProjectEntity, ProjectRoleEntity]),
  ],
  providers: [
    ProjectService,
    ProjectRoleService,
    ProjectDeletion,
    ProjectRestoration,
    ProjectDeletionResolver,
    ProjectResolver,
    OrganizationProjectsResolver,
    ProjectRoleResolver,
    ProjectMembersResolver,
  ],
  exports: [ProjectService, ProjectRoleService],
})
export class ProjectsModule {}
