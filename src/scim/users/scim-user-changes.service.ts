import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { DirectoryAccounts } from '../../organizations/accounts/directory-accounts.service.js';
import { HeldAccounts, type HeldAccount } from '../../organizations/accounts/held-account.service.js';
import { MembershipChanges } from '../../organizations/members/membership-changes.service.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { UserService } from '../../users/user.service.js';
import { notUnique } from '../protocol/scim-error.js';
import type { ScimClient } from '../scim-client.types.js';
import { ScimUserReader } from './scim-user-reader.service.js';
import { ScimUserStore } from './scim-user-store.service.js';
import type { ScimUser, UserWish } from './scim-user.types.js';
import { saidOf } from './user-resource.js';

/** Makes of a member what the directory wishes: each part where it belongs, and all in one commit. */
@Injectable()
export class ScimUserChanges {
  constructor(
    private readonly database: Database,
    private readonly reader: ScimUserReader,
    private readonly store: ScimUserStore,
    private readonly held: HeldAccounts,
    private readonly directory: DirectoryAccounts,
    private readonly memberships: MembershipChanges,
    private readonly users: UserService,
  ) {}

  /**
   * @param wishOf what is wanted of them as they are; asked twice, since they may have changed before they are held
   * @throws NOT_FOUND; DOMAIN_NOT_VERIFIED for an email outside the organization's domains; CONFLICT for an email or a
   *   userName that is taken; CANNOT_GRANT; LAST_OWNER; FORBIDDEN as in `DirectoryAccounts.activate`
   */
  async change(
    client: ScimClient,
    id: string,
    wishOf: (user: ScimUser) => UserWish | Promise<UserWish>,
  ): Promise<void> {
    const { organizationId } = client;
    await this.database.transaction(async (tx) => {
      const { email } = await wishOf(await this.reader.get(organizationId, id));
      // In the order of a sign-in: the email's turn, and then the organization's.
      await this.users.takeTurns(tx, email);
      const held = await this.held.hold(tx, id);
      const before = await this.reader.get(organizationId, id);
      const wish = await wishOf(before);
      if (wish.email !== email)
        throw new AppError('CONFLICT', { message: 'They have just been changed by another call. Try again.' });
      await this.apply(tx, client, { held, before, wish });
    });
  }

  /** Ends the membership, and with it the account (see `DirectoryAccounts.remove`). @throws NOT_FOUND; LAST_OWNER */
  async remove(client: ScimClient, id: string, check: (user: ScimUser) => Promise<void>): Promise<void> {
    const { actor, organizationId } = client;
    await this.database.transaction(async (tx) => {
      await this.reader.get(organizationId, id);
      const held = await this.held.hold(tx, id);
      await check(await this.reader.get(organizationId, id));
      await this.directory.remove(tx, actor, organizationId, held);
    });
  }

  private async apply(
    tx: Tx,
    client: ScimClient,
    { held, before, wish }: { held: HeldAccount; before: ScimUser; wish: UserWish },
  ): Promise<void> {
    const { actor, organizationId } = client;
    const said = saidOf(before);
    const { name, active, role } = said;
    const wanted = { ...wish, name: wish.name ?? name, active: wish.active ?? active, role: wish.role ?? role };
    if (isDeepStrictEqual(wanted, said)) return;
    const { account } = held;
    // What the directory has not changed, it does not say again: the person may have changed it themselves since.
    if (wish.email !== said.email && wish.email !== account.user.email) await this.moveTo(tx, client, held, wish.email);
    if (wish.name !== null && wish.name !== said.name && wish.name !== before.name)
      await this.users.rename(tx, actor, account, wish.name);
    if (wish.role !== null && wish.role !== before.role)
      await this.memberships.changeRole(actor, organizationId, before.id, wish.role);
    await this.store.change(tx, client, before, wish);
    if (wish.active === false) await this.directory.deactivate(tx, actor, organizationId, held);
    if (wish.active === true) await this.directory.activate(tx, actor, organizationId, held);
    await this.store.touch(tx, client, before.id);
  }

  private async moveTo(tx: Tx, client: ScimClient, { account }: HeldAccount, email: string): Promise<void> {
    await this.store.refuseForeign(client, email);
    if ((await this.users.findByEmail(email)) !== null) throw notUnique('This email has an account already.');
    await this.users.changeEmail(tx, client.actor, account, email);
  }
}
