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

  /** Whether this owner may sign in past a single sign-on that is enforced. */
  @Column({ type: 'boolean', name: 'break_glass', default: false })
  breakGlass!: boolean;

  /** Whether this guest enters although single sign-on is enforced and has no place for them. */
  @Column({ type: 'boolean', name: 'sso_exception', default: false })
  ssoException!: boolean;

  @Column({ type: 'timestamptz', name: 'joined_at' })
  joinedAt!: Date;
}
