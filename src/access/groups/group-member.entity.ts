import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('group_members')
export class GroupMemberEntity {
  @PrimaryColumn({ type: 'text', name: 'group_id' })
  groupId!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  @Column({ type: 'timestamptz', name: 'added_at' })
  addedAt!: Date;
}
