import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a directory has said of a member; gone with the membership. Members of whom it has said nothing have none. */
@Entity('scim_users')
export class ScimUserEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  /** As the directory writes it; unique in the organization, in whichever case. */
  @Column({ type: 'text', name: 'user_name' })
  userName!: string;

  @Column({ type: 'text', name: 'external_id', nullable: true })
  externalId!: string | null;

  /** All else that it has said and that is nothing of ours, by the names of the schemas. */
  @Column({ type: 'jsonb' })
  profile!: object;

  /** When the membership began. */
  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
