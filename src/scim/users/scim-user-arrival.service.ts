import { Injectable } from '@nestjs/common';
import { DirectoryAccounts } from '../../organizations/accounts/directory-accounts.service.js';
import { HeldAccounts, type HeldAccount } from '../../organizations/accounts/held-account.service.js';
import { MembershipChanges } from '../../organizations/members/membership-changes.service.js';
import type { Tx } from '../../platform/database/database.js';
import { refuseRoleBeyond } from '../../policy/granting.js';
import { SessionService } from '../../sessions/session.service.js';
import { IdentityService } from '../../users/identity.service.js';
import { UserService } from '../../users/user.service.js';
import { notUnique } from '../protocol/scim-error.js';
import type { ScimClient } from '../scim-client.types.js';
import { ScimUserStore } from './scim-user-store.service.js';
import type { UserWish } from './scim-user.types.js';

/** Somebody whom a directory sends: an account, new or taken on, and its membership. */
@Injectable()
export class ScimUserArrival {
  constructor(
    private readonly store: ScimUserStore,
    private readonly users: UserService,
    private readonly identities: IdentityService,
    private readonly sessions: SessionService,
    private readonly held: HeldAccounts,
    private readonly directory: DirectoryAccounts,
    private readonly memberships: MembershipChanges,
  ) {}

  /**
   * @returns the id of the account
   * @throws DOMAIN_NOT_VERIFIED for an email outside the organization's domains; CONFLICT for a member, and for a userName
   *   that is taken; CANNOT_GRANT for a role beyond the directory's; ENTITLEMENT_REQUIRED where no seat is free; FORBIDDEN
   *   for an account that an instance administrator has deactivated
   */
  async receive(tx: Tx, client: ScimClient, wish: UserWish): Promise<string> {
    const { actor, organizationId } = client;
    const role = wish.role ?? client.role;
    await refuseRoleBeyond(actor, { organizationId, projectId: null }, role);
    await this.store.refuseForeign(client, wish.email);
    await this.users.takeTurns(tx, wish.email);
    const account = await this.accountFor(tx, client, wish);
    const userId = account.account.user.id;
    await this.memberships.add(tx, actor, { organizationId, userId, role, source: 'SCIM' });
    await this.store.begin(tx, client, userId, wish);
    if (wish.active === false)
      await this.directory.deactivate(tx, actor, organizationId, joined(account, client, role));
    else await this.directory.activate(tx, actor, organizationId, account);
    return userId;
  }

  /** The organization owns the domain of the email, so an account of it is its person's, whoever has made it. */
  private async accountFor(tx: Tx, client: ScimClient, wish: UserWish): Promise<HeldAccount> {
    const { actor, organizationId } = client;
    const existing = await this.users.findByEmail(wish.email);
    if (existing) return this.takeOn(tx, client, existing.id);
    const { email, name, userName } = wish;
    const account = { email, name: name ?? userName, emailVerified: true, by: 'scim', organizationId };
    const user = await this.users.create(tx, actor, account);
    return { account: { user, organizationId }, memberships: [] };
  }

  private async takeOn(tx: Tx, { actor, organizationId }: ScimClient, userId: string): Promise<HeldAccount> {
    const held = await this.held.hold(tx, userId, organizationId);
    if (held.memberships.some((membership) => membership.organizationId === organizationId))
      throw notUnique('They are a member already: find them by their userName.');
    if (await this.identities.claim(tx, actor, held.account)) await this.sessions.endAllOf(tx, userId);
    return held;
  }
}

/** As it is with the membership that has just begun. */
function joined(held: HeldAccount, { organizationId }: ScimClient, role: UserWish['role'] & string): HeldAccount {
  const userId = held.account.user.id;
  const begun = { organizationId, userId, role, source: 'SCIM', joinedAt: new Date(), breakGlass: false } as const;
  return { ...held, memberships: [...held.memberships, { ...begun, ssoException: false }] };
}
