import { Injectable } from '@nestjs/common';
import { GroupMemberService } from '../../access/groups/group-member.service.js';
import { GroupService } from '../../access/groups/group.service.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { notUnique } from '../protocol/scim-error.js';
import type { ScimClient } from '../scim-client.types.js';
import { ScimUserReader } from '../users/scim-user-reader.service.js';
import { ScimGroupReader } from './scim-group-reader.service.js';
import type { GroupWish, ScimGroup } from './scim-group.types.js';

/** A group as it is, with the ids of who is in it. */
export interface HeldGroup {
  readonly group: ScimGroup;
  readonly memberIds: readonly string[];
}

/** Makes of the directory's groups what it wishes. */
@Injectable()
export class ScimGroupChanges {
  constructor(
    private readonly database: Database,
    private readonly reader: ScimGroupReader,
    private readonly users: ScimUserReader,
    private readonly groups: GroupService,
    private readonly members: GroupMemberService,
  ) {}

  /** @returns its id. @throws CONFLICT for a name that is taken; NOT_FOUND for a member who is nobody of the directory's */
  async create(client: ScimClient, wish: GroupWish): Promise<string> {
    const { actor, organizationId } = client;
    return named(() =>
      this.database.transaction(async () => {
        const { displayName: name, externalId } = wish;
        const { id } = await this.groups.create(actor, organizationId, { name, externalId, source: 'SCIM' });
        await this.settle(client, id, [], wish.members);
        return id;
      }),
    );
  }

  /**
   * @param wishOf what is wanted of the group as it is
   * @throws NOT_FOUND; CONFLICT for a name that is taken; CANNOT_GRANT for a group with a role beyond an ADMIN's
   */
  async change(client: ScimClient, id: string, wishOf: (held: HeldGroup) => GroupWish): Promise<void> {
    const { actor, organizationId } = client;
    await named(() =>
      this.database.transaction(async (tx) => {
        await this.groups.lock(tx, organizationId, id);
        const held = await this.held(organizationId, id);
        const { displayName: name, externalId, members } = wishOf(held);
        if (name !== held.group.displayName || externalId !== held.group.externalId)
          await this.groups.update(actor, organizationId, id, { name, externalId });
        await this.settle(client, id, held.memberIds, members);
      }),
    );
  }

  /** @throws NOT_FOUND; CANNOT_GRANT */
  async remove({ actor, organizationId }: ScimClient, id: string, check: (group: ScimGroup) => void): Promise<void> {
    await this.database.transaction(async (tx) => {
      check((await this.held(organizationId, id)).group);
      await this.groups.lock(tx, organizationId, id);
      check(await this.reader.get(organizationId, id));
      await this.groups.delete(actor, organizationId, id);
    });
  }

  private async held(organizationId: string, id: string): Promise<HeldGroup> {
    const group = await this.reader.get(organizationId, id);
    return { group, memberIds: await this.members.idsIn(id) };
  }

  private async settle(
    client: ScimClient,
    groupId: string,
    before: readonly string[],
    wanted: readonly string[],
  ): Promise<void> {
    const { actor, organizationId } = client;
    const [had, has] = [new Set(before), new Set(wanted)];
    const added = wanted.filter((id) => !had.has(id));
    const removed = before.filter((id) => !has.has(id));
    if (added.length + removed.length === 0) return;
    const known = await this.users.known(organizationId, added);
    if (known.size < added.length) throw new AppError('NOT_FOUND');
    await this.members.change(actor, { organizationId, groupId }, { added, removed });
  }
}

/** A group's name is all that can be taken. */
async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONFLICT') throw error;
    throw notUnique('The organization has a group of this name already, perhaps one that its administrators made.');
  }
}
