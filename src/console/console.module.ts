import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { ConsolePage } from './console.page.js';

@Module({ imports: [UsersModule, SessionsModule, OrganizationsModule], controllers: [ConsolePage] })
export class ConsoleModule {}
