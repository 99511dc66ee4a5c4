import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { DeletionStore, refuseUnconfirmed } from '../../organizations/deletion/deletion-store.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { ProjectRoleService } from '../project-role.service.js';
import { ProjectService } from '../project.service.js';
import type { ProjectScope } from '../project.types.js';
import { projectDeleted, type ProjectDeleted } from './project-deletion.events.js';

/** Deletes projects; `ProjectRestoration` brings them back. */
@Injectable()
export class ProjectDeletion {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly members: MemberService,
    private readonly projects: ProjectService,
    private readonly roles: ProjectRoleService,
    private readonly store: DeletionStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Deletes a project with the roles, invitations and keys in it: for everybody at once, and for good when the grace ends.
   * @param confirmation its name or its slug as the caller has typed it; a person must
   * @throws VALIDATION_FAILED when a person has typed nothing, or anybody something else; STEP_UP_REQUIRED
   */
  async delete(actor: Actor, scope: ProjectScope, confirmation: string | null): Promise<ProjectDeleted> {
    refuseStaleProof(actor, this.clock.now());
    return this.database.transaction(async (tx) => {
      // Invitations and roles in it go too, so it takes its turn among them.
      await this.members.takeTurns(tx, scope.organizationId);
      const project = await this.projects.lock(tx, scope);
      const { name, slug } = project;
      const doomed = { ...scope, name, slug };
      await refuseUnconfirmed(actor, confirmation, doomed);
      const goneAt = this.store.graceEnd();
      const roles = await this.roles.allIn(scope);
      await this.store.delete(tx, actor, { ...doomed, roles, goneAt });
      await this.audit.record(tx, actor, projectDeleted, { project, goneAt });
      return { project, goneAt };
    });
  }
}
