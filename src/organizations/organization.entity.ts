import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Plan } from '../policy/plans.js';

@Entity('organizations')
export class OrganizationEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  slug!: string;

  @Column({ type: 'text' })
  plan!: Plan;

  /** Null: as many as the plan has. */
  @Column({ type: 'integer', nullable: true })
  seats!: number | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
