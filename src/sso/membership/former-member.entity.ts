import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody whose membership has ended, and who has not been made a member again since. */
@Entity('former_members')
export class FormerMemberEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  @Column({ type: 'timestamptz', name: 'left_at' })
  leftAt!: Date;
}
