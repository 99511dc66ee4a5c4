import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { DeletionEntity } from './deletion/deletion.entity.js';
import { DeletionNotices } from './deletion/deletion-notices.service.js';
import { DeletionPurge } from './deletion/deletion-purge.service.js';
import { DeletionStore } from './deletion/deletion-store.service.js';
import { OrganizationDeletionResolver } from './deletion/organization-deletion.resolver.js';
import { OrganizationDeletion } from './deletion/organization-deletion.service.js';
import { OrganizationRestoration } from './deletion/organization-restoration.service.js';
import { ReturningDomains } from './deletion/returning-domains.service.js';
import { AccountStandingResolver } from './accounts/account-standing.resolver.js';
import { AccountStanding } from './accounts/account-standing.service.js';
import { DirectoryAccounts } from './accounts/directory-accounts.service.js';
import { HeldAccounts } from './accounts/held-account.service.js';
import { DomainCheck } from './domains/domain-check.service.js';
import { DomainEntity } from './domains/domain.entity.js';
import { DomainEvidence } from './domains/domain-evidence.service.js';
import { DomainFile } from './domains/domain-file.service.js';
import { DomainHandover } from './domains/domain-handover.service.js';
import { DomainMonitor } from './domains/domain-monitor.service.js';
import { DomainNotices } from './domains/domain-notices.service.js';
import { DomainRecord } from './domains/domain-record.service.js';
import { DomainResolver, OrganizationDomainsResolver } from './domains/domain.resolver.js';
import { DomainService } from './domains/domain.service.js';
import { DomainSuggestions } from './domains/domain-suggestions.service.js';
import { InvitationEntity } from './invitations/invitation.entity.js';
import { InvitationResolver, OrganizationInvitationsResolver } from './invitations/invitation.resolver.js';
import { InvitationSender } from './invitations/invitation-sender.js';
import { InvitationService } from './invitations/invitation.service.js';
import { InvitingMany } from './invitations/inviting-many.service.js';
import { InvitingManyResolver } from './invitations/inviting-many.resolver.js';
import { InvitingService } from './invitations/inviting.service.js';
import { BreakGlassResolver } from './members/break-glass.resolver.js';
import { BreakGlassService } from './members/break-glass.service.js';
import { MemberResolver, OrganizationMembersResolver } from './members/member.resolver.js';
import { MemberService } from './members/member.service.js';
import { MembershipChanges } from './members/membership-changes.service.js';
import { MembersManyResolver } from './members/members-many.resolver.js';
import { MembersMany } from './members/members-many.service.js';
import { MembershipEntity } from './members/membership.entity.js';
import { OwnerMails } from './members/owner-mails.service.js';
import { OwnershipResolver } from './members/ownership.resolver.js';
import { OwnershipService } from './members/ownership.service.js';
import { SsoExceptionResolver } from './members/sso-exception.resolver.js';
import { SsoExceptionService } from './members/sso-exception.service.js';
import { OrganizationEntity } from './organization.entity.js';
import { OrganizationLoader } from './organization-loader.service.js';
import { OrganizationResolver } from './organization.resolver.js';
import { OrganizationService } from './organization.service.js';
import { PlanResolver } from './plan/plan.resolver.js';
import { PlanService } from './plan/plan.service.js';
import { SeatService } from './plan/seat.service.js';
import { SecurityPolicyEntity } from './security-policy/security-policy.entity.js';
import { SecurityPolicyResolver } from './security-policy/security-policy.resolver.js';
import { SecurityPolicyService } from './security-policy/security-policy.service.js';
import { SessionLimitsService } from './security-policy/session-limits.service.js';

@Module({
  imports: [
    AuditModule,
    UsersModule,
    SessionsModule,
    TypeOrmModule.forFeature([
      OrganizationEntity,
      MembershipEntity,
      InvitationEntity,
      DomainEntity,
      SecurityPolicyEntity,
      DeletionEntity,
    ]),
  ],
  providers: [
    OrganizationService,
    OrganizationLoader,
    OrganizationResolver,
    DeletionStore,
    DeletionNotices,
    DeletionPurge,
    OrganizationDeletion,
    OrganizationRestoration,
    ReturningDomains,
    OrganizationDeletionResolver,
    PlanService,
    PlanResolver,
    SeatService,
    HeldAccounts,
    AccountStanding,
    AccountStandingResolver,
    DirectoryAccounts,
    BreakGlassService,
    BreakGlassResolver,
    SsoExceptionService,
    SsoExceptionResolver,
    MemberService,
    MembershipChanges,
    MembersMany,
    MembersManyResolver,
    MemberResolver,
    OrganizationMembersResolver,
    OwnerMails,
    OwnershipService,
    OwnershipResolver,
    InvitationService,
    InvitingService,
    InvitingMany,
    InvitingManyResolver,
    InvitationSender,
    InvitationResolver,
    OrganizationInvitationsResolver,
    DomainService,
    DomainRecord,
    DomainFile,
    DomainEvidence,
    DomainCheck,
    DomainHandover,
    DomainNotices,
    DomainMonitor,
    DomainSuggestions,
    DomainResolver,
    OrganizationDomainsResolver,
    SecurityPolicyService,
    SecurityPolicyResolver,
    SessionLimitsService,
  ],
  exports: [
    BreakGlassService,
    SsoExceptionService,
    OrganizationService,
    OrganizationLoader,
    DeletionStore,
    HeldAccounts,
    AccountStanding,
    DirectoryAccounts,
    SeatService,
    MemberService,
    MembershipChanges,
    OwnerMails,
    InvitationService,
    DomainCheck,
    DomainService,
    SecurityPolicyService,
    SessionLimitsService,
  ],
})
export class OrganizationsModule {}
