import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GrantableRole } from '../standing/standing.types.js';
import type { AccessRequestState } from './access-request.types.js';

/** A role that a member has asked for, in an organization or in one project of it. It goes with the membership. */
@Entity('access_requests')
export class AccessRequestEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'text', name: 'project_id', nullable: true })
  projectId!: string | null;

  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** Exactly one of the built-in role and the organization's own is set. */
  @Column({ type: 'text', name: 'built_in_role', nullable: true })
  builtInRole!: GrantableRole | null;

  @Column({ type: 'text', name: 'role_id', nullable: true })
  roleId!: string | null;

  @Column({ type: 'integer', name: 'for_seconds', nullable: true })
  forSeconds!: number | null;

  @Column({ type: 'text' })
  reason!: string;

  /** One that has waited too long is PENDING here until its member asks again: `stateOf` tells what it is. */
  @Column({ type: 'text' })
  state!: AccessRequestState;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  @Column({ type: 'text', name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column({ type: 'text', nullable: true })
  note!: string | null;

  @Column({ type: 'text', name: 'role_grant_id', nullable: true })
  roleGrantId!: string | null;
}
