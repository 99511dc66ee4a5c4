import { Injectable } from '@nestjs/common';
import { MembershipChanges } from '../../organizations/members/membership-changes.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';

/** What configuration gives to people at their first sign-in: `auth.admins`, `auth.default_team`, `auth.default_role`. */
@Injectable()
export class NewcomerService {
  constructor(
    private readonly users: UserService,
    private readonly memberships: MembershipChanges,
    private readonly organizations: OrganizationService,
    private readonly config: Config,
  ) {}

  /** For a first sign-in. @returns the user as they are afterwards. What they have already is never overwritten. */
  async welcome(tx: Tx, actor: Actor, user: User): Promise<User> {
    await this.users.markSignedIn(tx, user.id);
    await this.joinDefaultTeam(tx, actor, user);
    return this.appointIfListed(tx, actor, user);
  }

  /** For a sign-in that may have proven the email for the first time. @returns the user as they are afterwards */
  async appointIfListed(tx: Tx, actor: Actor, user: User): Promise<User> {
    const current = (await this.users.findById(user.id)) ?? user;
    // An unproven email proves nothing about who is to administer the instance.
    const appointed =
      current.emailVerified && !current.isInstanceAdministrator && this.config.admins.includes(current.email);
    if (!appointed) return current;
    await this.users.appointAdministrator(tx, actor, { user: current, organizationId: null });
    return { ...current, isInstanceAdministrator: true };
  }

  private async joinDefaultTeam(tx: Tx, actor: Actor, user: User): Promise<void> {
    if (this.config.defaultTeam === null) return;
    const team = await this.organizations.scopeOf(this.config.defaultTeam);
    if (!team) return;
    const role = this.config.defaultRole ?? this.config.defaultOrganizationRole;
    await this.memberships.addWhereRoom(tx, actor, {
      organizationId: team.organizationId,
      userId: user.id,
      role,
      source: 'DEFAULT',
    });
  }
}
