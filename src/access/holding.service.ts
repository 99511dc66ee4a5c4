import { Injectable } from '@nestjs/common';
import { AuditService, INSTANCE_TRAIL } from '../audit/audit.service.js';
import { OrganizationService } from '../organizations/organization.service.js';
import type { Reach, Scope } from '../policy/actor.js';
import type { Permission } from '../policy/permissions.js';
import { everything, holdingOfKey, holdingOfMember, nothing, trailAlone, type Held, type Holder } from './holding.js';
import { countingIn, lasting, permissionsOfCounting, permissionsThroughout, reachOf } from './standing/counting.js';
import { StandingService } from './standing/standing.service.js';
import type { Standing } from './standing/standing.types.js';

/** What somebody holds, and on what grounds: the one place where it is worked out, for the guard and for what explains it. */
@Injectable()
export class HoldingService {
  constructor(
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly standings: StandingService,
  ) {}

  /** What somebody may do in a scope. */
  async in(scope: Scope, holder: Holder): Promise<Held> {
    switch (holder.kind) {
      case 'administrator':
      case 'system':
        return this.everythingIn(scope);
      case 'apiKey':
      case 'scimToken':
        return holdingOfKey(holder.grant, scope);
      case 'setupLink':
        return scope.projectId === null ? holdingOfKey(holder.grant, scope) : nothing({ by: 'key', reaches: false });
      case 'user':
        if (holder.isInstanceAdministrator) return this.everythingIn(scope);
        return holdingOfMember(await this.standings.in(scope, holder.id), scope);
    }
  }

  /** What somebody may hand on for an organization and each of its projects. */
  async grantableThroughout(organizationId: string, holder: Holder): Promise<ReadonlySet<Permission>> {
    const standing = await this.standingThroughout(organizationId, holder);
    if (standing !== null) return permissionsThroughout(lasting(standing));
    return (await this.in({ organizationId, projectId: null }, holder)).permissions;
  }

  /** What members may hand on: in one project, or in the organization and each of its projects. Who is no member is missing. */
  async grantableByMember(
    organizationId: string,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, (projectId: string | null) => ReadonlySet<Permission>>> {
    const standings = await this.standings.listThroughout(organizationId, userIds);
    const grantable = (standing: Standing) => (projectId: string | null) =>
      projectId === null
        ? permissionsThroughout(lasting(standing))
        : permissionsOfCounting(countingIn({ projectId }, lasting(standing)));
    return new Map([...standings].map(([id, standing]) => [id, grantable(standing)]));
  }

  /** In which projects of an organization somebody holds a permission. */
  async reachOf(permission: Permission, organizationId: string, holder: Holder): Promise<Reach> {
    const standing = await this.standingThroughout(organizationId, holder);
    if (standing !== null) return reachOf(permission, standing);
    const projectId = 'grant' in holder ? holder.grant.projectId : null;
    const holds = (await this.in({ organizationId, projectId }, holder)).permissions.has(permission);
    if (projectId !== null) return { everywhere: false, projectIds: holds ? [projectId] : [] };
    return { everywhere: holds, projectIds: [] };
  }

  /** Of a member; null for whoever does not hold by membership. */
  private async standingThroughout(organizationId: string, holder: Holder): Promise<Standing | null> {
    if (holder.kind !== 'user' || holder.isInstanceAdministrator) return null;
    return this.standings.throughout(organizationId, holder.id);
  }

  /**
   * An instance administrator is told of an organization that does not exist in the same words as anybody; of one that was
   * deleted the trail is left.
   */
  private async everythingIn({ organizationId }: Scope): Promise<Held> {
    const exists = organizationId === INSTANCE_TRAIL || (await this.organizations.exists(organizationId));
    if (exists) return everything();
    return (await this.audit.hasTrail(organizationId)) ? trailAlone() : nothing({ by: 'instance' });
  }
}
