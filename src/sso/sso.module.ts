import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { GithubClientService } from './protocols/github/github-client.service.js';
import { OidcClientService } from './protocols/oidc/oidc-client.service.js';
import { ProviderInspectionService } from './provider-inspection.service.js';
import { SignInSourceService } from './sign-in-source.service.js';
import { SsoConfigurationService } from './sso-configuration.service.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';
import { OrganizationSsoResolver, SsoConnectionResolver } from './sso-connection.resolver.js';
import { SsoConnectionService } from './sso-connection.service.js';
import { SsoDiscoveryService } from './sso-discovery.service.js';

@Module({
  imports: [AuditModule, SessionsModule, OrganizationsModule, TypeOrmModule.forFeature([SsoConnectionEntity])],
  providers: [
    SignInSourceService,
    SsoDiscoveryService,
    OidcClientService,
    GithubClientService,
    ProviderInspectionService,
    SsoConnectionService,
    SsoConfigurationService,
    SsoConnectionResolver,
    OrganizationSsoResolver,
  ],
  exports: [SignInSourceService, SsoDiscoveryService, OidcClientService, GithubClientService],
})
export class SsoModule {}
