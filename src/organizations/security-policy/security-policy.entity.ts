import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An organization without a row has the policy that asks for nothing. */
@Entity('security_policies')
export class SecurityPolicyEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'boolean', name: 'second_factor_required' })
  secondFactorRequired!: boolean;

  @Column({ type: 'integer', name: 'session_max_age_minutes', nullable: true })
  sessionMaxAgeMinutes!: number | null;

  @Column({ type: 'integer', name: 'session_idle_minutes', nullable: true })
  sessionIdleMinutes!: number | null;
}
