import { Injectable } from '@nestjs/common';
import { AccessSimulation, type Simulation } from '../../access/simulation/access-simulation.service.js';
import type { Connection, PageRequest } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { ApiKeyService } from '../api-key.service.js';
import type { ApiKey } from '../api-key.types.js';

/** A key stays within whoever made it. So a change that takes something from them takes it from their keys, and programs fail. */
@Injectable()
export class ShrinkingKeys {
  constructor(
    private readonly apiKeys: ApiKeyService,
    private readonly simulations: AccessSimulation,
  ) {}

  /** The keys in use that would lose something with their maker, as far as the actor may read them. A key of a service account is nobody's own. */
  async list(actor: Actor, simulation: Simulation, request: PageRequest): Promise<Connection<ApiKey>> {
    const { organizationId } = simulation.scope;
    const mayRead = await this.readable(actor, simulation);
    const keys = await this.apiKeys.listActiveOf(organizationId, [...simulation.turns.keys()]);
    const shrinking = keys.filter((key) => {
      if (key.serviceAccountId !== null || !mayRead(key)) return false;
      const lost = this.simulations.lostByMaker(simulation, key);
      return (key.effectivePermissions ?? key.permissions).some((permission) => lost.has(permission));
    });
    const ids = shrinking.map(({ id }) => id);
    return this.apiKeys.listByIds(organizationId, ids, request);
  }

  /** Of a project: its own keys, and those of the organization, which reach it. */
  private async readable(actor: Actor, { scope }: Simulation): Promise<(key: ApiKey) => boolean> {
    const { organizationId, projectId: asked } = scope;
    const inOrganization = await actor.permissionsIn({ organizationId, projectId: null });
    const { everywhere, projectIds } = await actor.projectsWith('apiKeys.read', organizationId);
    return ({ projectId }) => {
      if (projectId === null) return inOrganization.has('organizationKeys.read');
      return (asked === null || asked === projectId) && projectIds.includes(projectId) !== everywhere;
    };
  }
}
