import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { DeletionStore } from '../../organizations/deletion/deletion-store.service.js';
import {
  toDeletedThing,
  type DeletedThing,
  type ProjectRestorer,
} from '../../organizations/deletion/deletion.types.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { memberRemoved } from '../../organizations/members/membership-changed.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { builtInRoles } from '../../policy/permissions.js';
import { permissionsOf } from '../../policy/roles.js';
import { ProjectService } from '../project.service.js';
import type { Project, ProjectScope } from '../project.types.js';
import { projectRestored } from './project-deletion.events.js';

/** Told in the commit in which a project comes back, when its rows are there again. */
export const projectReturned = domainEvent<{
  readonly actor: Actor;
  readonly scope: ProjectScope;
  /** Who has left the organization meanwhile, whether or not they have joined it again. */
  readonly formerMemberIds: readonly string[];
}>('project.returned');

const deletingRoles = builtInRoles.filter((role) => permissionsOf(role, 'project').has('project.delete'));

/**
 * Deleted projects, for those who may bring them back: whoever might delete them, if they were there. The guard cannot decide
 * that, since to it there is no such project; so every method here asks by `restorer`.
 */
@Injectable()
export class ProjectRestoration implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly members: MemberService,
    private readonly projects: ProjectService,
    private readonly store: DeletionStore,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.on(memberRemoved, (tx, { organizationId, userId }) =>
      this.store.forgetMember(tx, organizationId, userId),
    );
  }

  async list(actor: Actor, organizationId: string, request: PageRequest): Promise<Connection<DeletedThing>> {
    return mapNodes(await this.store.listProjects(await this.restorer(actor, organizationId), request), toDeletedThing);
  }

  /**
   * Brings a project back with the roles, invitations and keys in it, but for those of people who have left meanwhile.
   * @param slug its new name in addresses, where another has taken the old one; null for the old one
   * @throws NOT_FOUND, also for whoever may not and when the grace is over; CONFLICT when the slug is taken; STEP_UP_REQUIRED;
   *   and what the organization has against how the actor came in
   */
  async restore(actor: Actor, projectId: string, slug: string | null): Promise<Project> {
    const organizationId = await this.store.organizationOfProject(projectId);
    if (organizationId === null) throw new AppError('NOT_FOUND');
    const restorer = await this.restorer(actor, organizationId);
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      const deletion = await this.store.lockProject(tx, restorer, projectId);
      if (!deletion) throw new AppError('NOT_FOUND');
      const objection = await actor.objectionOf(organizationId);
      if (objection) throw objection;
      refuseStaleProof(actor, this.clock.now());
      await this.store.putBack(tx, deletion, slug);
      const scope = { organizationId, projectId };
      const project = await this.projects.get(scope);
      await this.audit.record(tx, actor, projectRestored, project);
      const { formerMemberIds } = deletion;
      await this.events.publish(tx, projectReturned, { actor, scope, formerMemberIds });
      return project;
    });
  }

  /** A role that somebody had in the project counts before their role in the organization, as it did then. */
  private async restorer(actor: Actor, organizationId: string): Promise<ProjectRestorer> {
    const nothing = { organizationId, everything: false, userId: null, role: null, sufficient: [] };
    if (actor.isInstanceAdministrator) return { ...nothing, everything: true };
    if (actor.kind === 'user') {
      const role = await this.members.roleOf(organizationId, actor.id);
      return role === null ? nothing : { ...nothing, userId: actor.id, role, sufficient: deletingRoles };
    }
    // A key of a project was deleted with it, and one of another project has no say here.
    const held = await actor.permissionsIn({ organizationId, projectId: null });
    return { ...nothing, everything: actor.projectId === null && held.has('project.delete') };
  }
}
