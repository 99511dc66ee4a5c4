import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ActorKind } from '../policy/actor.js';
import type { AuditFacts, AuditOutcome } from './audit-event.types.js';

@Entity('audit_events')
export class AuditEventEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** The organization whose trail this is, or `instance`. */
  @Column({ type: 'text', name: 'chain_id' })
  chainId!: string;

  @Column({ type: 'bigint', transformer: { from: Number, to: (value: number) => value } })
  sequence!: number;

  @Column({ type: 'timestamptz', name: 'occurred_at' })
  occurredAt!: Date;

  @Column({ type: 'text', name: 'actor_kind' })
  actorKind!: ActorKind;

  @Column({ type: 'text', name: 'actor_id' })
  actorId!: string;

  @Column({ type: 'text', name: 'actor_label' })
  actorLabel!: string;

  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'text', name: 'resource_type' })
  resourceType!: string;

  @Column({ type: 'text', name: 'resource_id', nullable: true })
  resourceId!: string | null;

  @Column({ type: 'text', name: 'project_id', nullable: true })
  projectId!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  before!: AuditFacts | null;

  @Column({ type: 'jsonb', nullable: true })
  after!: AuditFacts | null;

  @Column({ type: 'text' })
  outcome!: AuditOutcome;

  @Column({ type: 'text', nullable: true })
  ip!: string | null;

  @Column({ type: 'text', name: 'user_agent', nullable: true })
  userAgent!: string | null;

  @Column({ type: 'text', name: 'request_id' })
  requestId!: string;

  @Column({ type: 'bytea', name: 'previous_hash' })
  previousHash!: Buffer;

  @Column({ type: 'bytea' })
  hash!: Buffer;
}
