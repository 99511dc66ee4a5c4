import type { Scope } from '../policy/actor.js';
import type { BuiltInRole } from '../policy/permissions.js';

export interface Project {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly slug: string;
  readonly createdAt: Date;
}

/** A scope that is one project. */
export interface ProjectScope extends Scope {
  readonly projectId: string;
}

/** Which of a member's two roles counts in a project. */
export const projectRoleSources = ['ORGANIZATION', 'PROJECT'] as const;
export type ProjectRoleSource = (typeof projectRoleSources)[number];

/** A member of the organization, as they stand in one of its projects. */
export interface ProjectMember {
  readonly userId: string;
  /** The role that counts in the project. */
  readonly role: BuiltInRole;
  readonly source: ProjectRoleSource;
}
