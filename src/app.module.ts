import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthenticationModule } from './authentication/authentication.module.js';
import { ConsoleModule } from './console/console.module.js';
import { OnboardingModule } from './onboarding/onboarding.module.js';
import { OrganizationsModule } from './organizations/organizations.module.js';
import type { Config } from './platform/config/config.js';
import type { DatabaseUrl } from './platform/database/database-url.js';
import type { Logger } from './platform/logging/logger.js';
import { PlatformModule } from './platform/platform.module.js';
import type { WorldOutside } from './platform/world-outside.js';
import { ProjectsModule } from './projects/projects.module.js';
import { ScimModule } from './scim/scim.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SsoModule } from './sso/sso.module.js';
import { UsersModule } from './users/users.module.js';

/** The house: one module of each room, in the order of the line that holds it up. */
@Module({
  imports: [
    AuditModule,
    UsersModule,
    SessionsModule,
    OrganizationsModule,
    ProjectsModule,
    AccessModule,
    ApiKeysModule,
    SsoModule,
    AuthenticationModule,
    ScimModule,
    OnboardingModule,
    ConsoleModule,
  ],
})
export class AppModule {
  static with(config: Config, database: DatabaseUrl, logger: Logger, world: WorldOutside): DynamicModule {
    return { module: AppModule, imports: [PlatformModule.with(config, database, logger, world)] };
  }
}
