import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BuiltInRole } from '../policy/permissions.js';

/** A member's role in one project, which replaces the role that they have in the organization. */
@Entity('project_roles')
export class ProjectRoleEntity {
  @PrimaryColumn({ type: 'text', name: 'project_id' })
  projectId!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  @Column({ type: 'text' })
  role!: BuiltInRole;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
