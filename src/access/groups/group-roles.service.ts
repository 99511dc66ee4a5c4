import { Injectable } from '@nestjs/common';
import type { Actor } from '../../policy/actor.js';
import { RoleGrantReader } from '../grants/role-grant-reader.service.js';
import { refuseGivingBeyond } from '../standing/handing-on.js';
import type { Group } from './group.types.js';

/** Whoever puts somebody into a group gives them its roles; so it takes what giving each of them would take. */
@Injectable()
export class GroupRoles {
  constructor(private readonly grants: RoleGrantReader) {}

  /**
   * @returns how many roles the group has
   * @throws CANNOT_GRANT where one holds what the actor does not
   */
  async refuseBeyond(actor: Actor, { organizationId, id }: Group): Promise<number> {
    const grants = await this.grants.listOfGroup(organizationId, id);
    for (const grant of grants) await refuseGivingBeyond(actor, grant);
    return grants.length;
  }
}
