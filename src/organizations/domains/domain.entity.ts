import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DomainDiagnosis, DomainStatus } from './domain.types.js';

@Entity('domains')
export class DomainEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  /** Canonical, as `parseDomainName` gives it. */
  @Column({ type: 'text' })
  name!: string;

  /** What the record must show. Published in DNS, so no secret; of one claim alone, so a claim made anew must prove anew. */
  @Column({ type: 'text' })
  token!: string;

  @Column({ type: 'text' })
  status!: DomainStatus;

  @Column({ type: 'timestamptz', name: 'verified_at', nullable: true })
  verifiedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'last_checked_at', nullable: true })
  lastCheckedAt!: Date | null;

  @Column({ type: 'jsonb', nullable: true })
  diagnosis!: DomainDiagnosis | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}

/** A row as a plain object. */
export type DomainRow = Pick<DomainEntity, keyof DomainEntity>;
