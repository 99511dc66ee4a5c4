import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GrantableRole } from '../standing/standing.types.js';

/** A role that a member or a group has beside the one of a membership; in an organization, or in one project of it. */
@Entity('role_grants')
export class RoleGrantEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'text', name: 'project_id', nullable: true })
  projectId!: string | null;

  /** Exactly one of the member and the group is set. */
  @Column({ type: 'text', name: 'user_id', nullable: true })
  userId!: string | null;

  @Column({ type: 'text', name: 'group_id', nullable: true })
  groupId!: string | null;

  /** Exactly one of the built-in role and the organization's own is set. */
  @Column({ type: 'text', name: 'built_in_role', nullable: true })
  builtInRole!: GrantableRole | null;

  @Column({ type: 'text', name: 'role_id', nullable: true })
  roleId!: string | null;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** The id of the user or key that granted it, or the kind of another actor. */
  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
