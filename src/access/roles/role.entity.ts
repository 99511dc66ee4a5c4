import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A role of an organization's own. Names that the catalogue has no more stay, and count for nothing. */
@Entity('roles')
export class RoleEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ type: 'text', array: true })
  permissions!: string[];

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
