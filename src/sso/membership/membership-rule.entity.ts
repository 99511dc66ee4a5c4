import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GroupRole, JoiningRole } from './membership-rule.types.js';

/** Of a connection and not of its settings: no test sign-in is needed to change it, and no candidate brings another one. */
@Entity('sso_membership_rules')
export class MembershipRuleEntity {
  @PrimaryColumn({ type: 'text', name: 'connection_id' })
  connectionId!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'boolean', name: 'just_in_time' })
  justInTime!: boolean;

  @Column({ type: 'text', name: 'default_role' })
  defaultRole!: JoiningRole;

  @Column({ type: 'text', name: 'groups_claim' })
  groupsClaim!: string;

  @Column({ type: 'jsonb', name: 'group_roles' })
  groupRoles!: readonly GroupRole[];
}
