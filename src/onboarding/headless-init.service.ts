import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import { DeletionStore } from '../organizations/deletion/deletion-store.service.js';
import { MembershipChanges } from '../organizations/members/membership-changes.service.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { Config } from '../platform/config/config.js';
import { PasswordHasher } from '../platform/crypto/password-hasher.js';
import { Database, type Tx } from '../platform/database/database.js';
import { slugOf } from '../platform/text/slug.js';
import type { Actor } from '../policy/actor.js';
import { UserService } from '../users/user.service.js';
import { HeadlessProjectService } from './headless-project.service.js';

/** Makes what the `INIT_…` settings name, where it is not there. What is there is never overwritten. */
@Injectable()
export class HeadlessInitService implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly organizations: OrganizationService,
    private readonly deletions: DeletionStore,
    private readonly memberships: MembershipChanges,
    private readonly project: HeadlessProjectService,
    private readonly users: UserService,
    private readonly hasher: PasswordHasher,
    private readonly access: AccessService,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { organization, user } = this.config.init;
    if (!organization && !user) return;
    const actor = this.access.actorFor({ kind: 'system' }, { ip: null, userAgent: null, requestId: 'start' });
    await this.database.transaction(async (tx) => {
      // Several processes may start at once; they take turns here.
      await tx.query(`select pg_advisory_xact_lock(hashtext('gatehouse headless init'))`);
      const isNewOrganization = await this.makeOrganization(actor);
      await this.project.make(actor);
      const isNewUser = await this.makeUser(tx, actor);
      // Whoever has been removed since does not come back at the next start.
      if (isNewOrganization || isNewUser) await this.makeOwner(tx, actor);
    });
  }

  /** @returns whether it was not there yet */
  private async makeOrganization(actor: Actor): Promise<boolean> {
    const { organization } = this.config.init;
    if (!organization || (await this.organizations.exists(organization.id))) return false;
    // Somebody has deleted it, and may want it back: a start is not to take its place.
    if (await this.deletions.isWaiting(organization.id)) return false;
    await this.organizations.create(actor, { ...organization, slug: slugOf(organization.name, organization.id) });
    return true;
  }

  /** @returns whether there was no account with this email yet */
  private async makeUser(tx: Tx, actor: Actor): Promise<boolean> {
    const { user } = this.config.init;
    if (!user || (await this.users.findByEmail(user.email))) return false;
    const passwordHash = await this.hasher.hash(user.password.reveal());
    // Whoever writes the server's configuration is trusted with the email that they put there.
    const account = {
      email: user.email,
      name: user.name,
      passwordHash,
      emailVerified: true,
      by: 'configuration',
      organizationId: null,
    };
    await this.users.create(tx, actor, account);
    return true;
  }

  private async makeOwner(tx: Tx, actor: Actor): Promise<void> {
    const { organization, user } = this.config.init;
    const account = user && (await this.users.findByEmail(user.email));
    // An account that was there may be of somebody who signed up with an address that is not theirs.
    if (!organization || !account?.emailVerified || !(await this.organizations.exists(organization.id))) return;
    const membership = { organizationId: organization.id, userId: account.id };
    await this.memberships.add(tx, actor, { ...membership, role: 'OWNER', source: 'CONFIGURATION' });
  }
}
