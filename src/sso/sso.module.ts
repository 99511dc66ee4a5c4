import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { OidcClientService } from './protocols/oidc/oidc-client.service.js';
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
    SsoConnectionService,
    SsoConfigurationService,
    SsoConnectionResolver,
    OrganizationSsoResolver,
  ],
  exports: [SignInSourceService, SsoDiscoveryService, OidcClientService],
})
export class SsoModule {}
