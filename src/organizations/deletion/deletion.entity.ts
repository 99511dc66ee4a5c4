import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BuiltInRole } from '../../policy/permissions.js';

@Entity('deletions')
export class DeletionEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  /** The project that was deleted; null where the whole organization was. */
  @Column({ type: 'text', name: 'project_id', nullable: true })
  projectId!: string | null;

  /** The organization that a deleted project would come back to, and that takes it along when it goes itself. */
  @Column({ type: 'text', name: 'within_organization_id', nullable: true })
  withinOrganizationId!: string | null;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  slug!: string;

  /** By user: the owners of an organization, or the roles that people had in a project. */
  @Column({ type: 'jsonb' })
  roles!: Readonly<Record<string, BuiltInRole>>;

  /** Who has left the organization since: what they have made in the project ends when it comes back. */
  @Column({ type: 'text', array: true, name: 'former_member_ids' })
  formerMemberIds!: string[];

  @Column({ type: 'text', name: 'deleted_by' })
  deletedBy!: string;

  @Column({ type: 'timestamptz', name: 'deleted_at' })
  deletedAt!: Date;

  @Column({ type: 'timestamptz', name: 'gone_at' })
  goneAt!: Date;
}
