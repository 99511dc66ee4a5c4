import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { IdentityEntity } from './identity.entity.js';
import { IdentityService } from './identity.service.js';
import { PasswordService } from './password.service.js';
import { UserEntity } from './user.entity.js';
import { UserLoader } from './user-loader.service.js';
import { UserService } from './user.service.js';
import { UserStanding } from './user-standing.service.js';

@Module({
  imports: [AuditModule, TypeOrmModule.forFeature([UserEntity, IdentityEntity])],
  providers: [IdentityService, PasswordService, UserService, UserStanding, UserLoader],
  exports: [IdentityService, PasswordService, UserService, UserStanding, UserLoader],
})
export class UsersModule {}
