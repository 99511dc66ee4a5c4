import { Column, Entity, PrimaryColumn } from 'typeorm';
import { lapsesAt } from './domain-lifecycle.js';
import { VALUE_PREFIX } from './domain-places.js';
import type { Domain, DomainDiagnosis, DomainLook, DomainProof, DomainStatus } from './domain.types.js';

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

  @Column({ type: 'timestamptz', name: 'failing_since', nullable: true })
  failingSince!: Date | null;

  @Column({ type: 'timestamptz', name: 'next_check_at', nullable: true })
  nextCheckAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'last_checked_at', nullable: true })
  lastCheckedAt!: Date | null;

  @Column({ type: 'text', name: 'proven_by', nullable: true })
  provenBy!: DomainProof | null;

  @Column({ type: 'jsonb', nullable: true })
  diagnosis!: DomainDiagnosis | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}

/** A row as a plain object. */
export type DomainRow = Pick<DomainEntity, keyof DomainEntity>;

export function toDomain(row: DomainRow): Domain {
  return {
    id: row.id,
    organizationId: row.organizationId,
    name: row.name,
    status: row.status,
    verifiedAt: row.verifiedAt,
    failingSince: row.failingSince,
    lapsesAt: lapsesAt(row),
    lastCheckedAt: row.lastCheckedAt,
    recordName: `_gatehouse-verification.${row.name}`,
    recordValue: `${VALUE_PREFIX}${row.token}`,
    provenBy: row.provenBy,
    diagnosis: row.diagnosis && { ...asLook(row.diagnosis), looks: row.diagnosis.looks.map(asLook) },
  };
}

/** JSON has no dates. */
function asLook({ expectedBy, ...look }: DomainLook): DomainLook {
  return { ...look, expectedBy: expectedBy && new Date(expectedBy) };
}
