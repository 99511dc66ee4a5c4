import { Injectable } from '@nestjs/common';
import { randomId } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import type { Actor } from '../policy/actor.js';
import type { AuditEventType, AuditFacts } from './audit-event.types.js';
import type { AuditEventEntity } from './audit-event.entity.js';
import { chainStart, hashOf } from './audit-hash.js';

/** The trail of what concerns the instance and no organization. */
export const INSTANCE_TRAIL = 'instance';

interface Head {
  readonly sequence: string;
  readonly head: Buffer;
}

@Injectable()
export class AuditService {
  constructor(private readonly database: Database) {}

  /**
   * Appends one event in the transaction of the change that it tells of.
   * Writers of one trail wait for each other here, until the transaction ends: that is what makes it a chain.
   */
  async record<Facts>(tx: Tx, actor: Actor, type: AuditEventType<Facts>, facts: Facts): Promise<void> {
    const { organizationId, projectId, resource, before, after } = type.describe(facts);
    const chainId = organizationId ?? INSTANCE_TRAIL;
    const last = await lockHead(tx, chainId);
    const event = {
      id: randomId(),
      chainId,
      sequence: Number(last.sequence) + 1,
      occurredAt: new Date(),
      actorKind: actor.kind,
      actorId: actor.id,
      actorLabel: actor.label,
      action: type.name,
      resourceType: resource.type,
      resourceId: resource.id,
      projectId: projectId ?? null,
      before: before ?? null,
      after: after ?? null,
      outcome: type.outcome,
      ip: actor.origin.ip,
      userAgent: actor.origin.userAgent,
      requestId: actor.origin.requestId,
      previousHash: last.head,
    };
    const hash = hashOf(event);
    await append(tx, { ...event, hash });
  }

  /** Whether anything was ever recorded of this organization. */
  async hasTrail(organizationId: string): Promise<boolean> {
    return (await this.database.rows('select from audit_chains where id = $1', [organizationId])).length > 0;
  }

  /** Records a refusal or a failed sign-in in a transaction of its own, so that no rollback can erase it. */
  recordAlone<Facts>(actor: Actor, type: AuditEventType<Facts>, facts: Facts): Promise<void> {
    return this.database.separateTransaction((tx) => this.record(tx, actor, type, facts));
  }
}

/** One statement, since every change passes here: the event, and the chain's new head. */
async function append(tx: Tx, event: AuditEventEntity): Promise<void> {
  await tx.query(
    `with head as (update audit_chains set sequence = $3, head = $19 where id = $2)
     insert into audit_events (
       id, chain_id, sequence, occurred_at, actor_kind, actor_id, actor_label, action, resource_type, resource_id,
       project_id, before, after, outcome, ip, user_agent, request_id, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      ...[event.id, event.chainId, event.sequence, event.occurredAt, event.actorKind, event.actorId, event.actorLabel],
      ...[
        event.action,
        event.resourceType,
        event.resourceId,
        event.projectId,
        jsonOf(event.before),
        jsonOf(event.after),
      ],
      ...[event.outcome, event.ip, event.userAgent, event.requestId, event.previousHash, event.hash],
    ],
  );
}

const jsonOf = (facts: AuditFacts | null): string | null => (facts === null ? null : JSON.stringify(facts));

async function lockHead(tx: Tx, chainId: string): Promise<Head> {
  const [head] = await tx.query<Head[]>(
    `insert into audit_chains (id, sequence, head) values ($1, 0, $2)
     on conflict (id) do update set id = excluded.id returning sequence, head`,
    [chainId, chainStart],
  );
  if (!head) throw new Error(`The trail ${chainId} has no head`);
  return head;
}
