import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuthenticationModule } from '../authentication/authentication.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { SsoModule } from '../sso/sso.module.js';
import { UsersModule } from '../users/users.module.js';
import { AcceptInvitationPage } from './accept-invitation.page.js';
import { HeadlessInitService } from './headless-init.service.js';
import { HeadlessProjectService } from './headless-project.service.js';
import { SetupLinkEntity } from './setup-link.entity.js';
import { SetupPage } from './setup.page.js';
import { SetupService } from './setup.service.js';
import { SsoSetupLinkEntity } from './sso-setup/sso-setup-link.entity.js';
import { SsoSetupPage } from './sso-setup/sso-setup.page.js';
import { ssoSetupProviders } from './sso-setup/sso-setup.providers.js';
import { UserProvisioningResolver } from './user-provisioning.resolver.js';
import { UserProvisioningService } from './user-provisioning.service.js';

@Module({
  imports: [
    AuditModule,
    UsersModule,
    OrganizationsModule,
    ProjectsModule,
    AccessModule,
    ApiKeysModule,
    SsoModule,
    AuthenticationModule,
    TypeOrmModule.forFeature([SetupLinkEntity, SsoSetupLinkEntity]),
  ],
  controllers: [SetupPage, AcceptInvitationPage, SsoSetupPage],
  providers: [
    HeadlessInitService,
    HeadlessProjectService,
    SetupService,
    UserProvisioningService,
    UserProvisioningResolver,
    ...ssoSetupProviders,
  ],
  exports: [SetupService],
})
export class OnboardingModule {}
