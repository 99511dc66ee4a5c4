import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { MembershipSource } from './member.types.js';

@Entity('memberships')
export class MembershipEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  @Column({ type: 'text' })
  role!: BuiltInRole;

  @Column({ type: 'text' })
  source!: MembershipSource;

  @Column({ type: 'timestamptz', name: 'joined_at' })
  joinedAt!: Date;
}
