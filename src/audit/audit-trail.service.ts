import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { invalid } from '../platform/errors/app-error.js';
import { page, type Connection, type PageRequest } from '../platform/graphql/connection.js';
import { AuditEventEntity } from './audit-event.entity.js';
import type { AuditEvent, AuditEventFilter, AuditTrailReport } from './audit.graphql.js';
import { chainStart, hashOf } from './audit-hash.js';

const VERIFIED_AT_ONCE = 500;

interface Link {
  readonly sequence: number;
  readonly hash: Buffer;
}

/** From the one instant to the other, without it; null: as far as the trail goes. */
interface Period {
  readonly from: Date | null;
  readonly to: Date | null;
}

interface Head {
  readonly sequence: string;
  readonly head: Buffer;
}

/** Reads trails: page by page for people, and link by link to prove that nothing was changed. */
@Injectable()
export class AuditTrailService {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  list(chainId: string, request: PageRequest, filter: AuditEventFilter): Promise<Connection<AuditEvent>> {
    const query = this.database.reader
      .createQueryBuilder(AuditEventEntity, 'event')
      .where('event.chain_id = :chainId', { chainId });
    if (filter.action) query.andWhere('event.action = :action', { action: filter.action });
    if (filter.actorId) query.andWhere('event.actor_id = :actorId', { actorId: filter.actorId });
    if (filter.resourceId) query.andWhere('event.resource_id = :resourceId', { resourceId: filter.resourceId });
    if (filter.outcome) query.andWhere('event.outcome = :outcome', { outcome: filter.outcome });
    const order = {
      column: 'event.sequence',
      of: (row: AuditEventEntity) => String(row.sequence),
      direction: 'DESC',
      shape: /^\d{1,15}$/,
    } as const;
    return page(query, request, order, toEvent);
  }

  /**
   * Computes every hash anew: from the first event to the head that the trail keeps apart from its events; or, of a
   * period, from the last event before it to the first one behind it, so that none can be missing at its edges.
   * @throws VALIDATION_FAILED when the period ends before it begins
   */
  async verify(chainId: string, { from, to }: Period): Promise<AuditTrailReport> {
    if (from && to && to <= from) throw invalid('to', 'to must be after from.');
    let previous = from ? await this.linkBefore(chainId, from) : trailStart;
    let counted = 0;
    for (;;) {
      const events = await this.eventsAfter(chainId, previous.sequence);
      for (const event of events) {
        if (!follows(event, previous)) return { intact: false, events: counted, brokenAt: previous.sequence + 1 };
        if (to && event.occurredAt >= to) return { intact: true, events: counted, brokenAt: null };
        if (!from || event.occurredAt >= from) counted += 1;
        previous = { sequence: event.sequence, hash: event.hash };
      }
      if (events.length < VERIFIED_AT_ONCE) break;
    }
    const intact = await this.endsAt(chainId, previous);
    return { intact, events: counted, brokenAt: intact ? null : previous.sequence + 1 };
  }

  /** What the last event before an instant says that it follows, so that this event is verified too. */
  private async linkBefore(chainId: string, from: Date): Promise<Link> {
    const last = await this.database.reader
      .createQueryBuilder(AuditEventEntity, 'event')
      .where('event.chain_id = :chainId and event.occurred_at < :from', { chainId, from })
      .orderBy('event.sequence', 'DESC')
      .limit(1)
      .getOne();
    return last ? { sequence: last.sequence - 1, hash: last.previousHash } : trailStart;
  }

  private eventsAfter(chainId: string, sequence: number): Promise<AuditEventEntity[]> {
    return this.database.reader
      .createQueryBuilder(AuditEventEntity, 'event')
      .where('event.chain_id = :chainId and event.sequence > :sequence', { chainId, sequence })
      .orderBy('event.sequence')
      .limit(VERIFIED_AT_ONCE)
      .getMany();
  }

  /** Finds events cut off at the end. */
  private async endsAt(chainId: string, last: Link): Promise<boolean> {
    const [head] = await this.database.rows<Head>('select sequence, head from audit_chains where id = $1', [chainId]);
    if (!head) return last.sequence === 0;
    // Events may have been added since the last page was read; a head behind the events is what can't be.
    return Number(head.sequence) > last.sequence
      ? (await this.eventsAfter(chainId, last.sequence)).length > 0
      : head.head.equals(last.hash);
  }
}

const trailStart: Link = { sequence: 0, hash: chainStart };

function follows(event: AuditEventEntity, previous: Link): boolean {
  const { hash, ...told } = event;
  return (
    told.sequence === previous.sequence + 1 && told.previousHash.equals(previous.hash) && hashOf(told).equals(hash)
  );
}

function toEvent(row: AuditEventEntity): AuditEvent {
  return {
    id: row.id,
    sequence: row.sequence,
    occurredAt: row.occurredAt,
    actor: { kind: row.actorKind, id: row.actorId, label: row.actorLabel },
    action: row.action,
    resourceType: row.resourceType,
    resourceId: row.resourceId,
    projectId: row.projectId,
    before: row.before,
    after: row.after,
    outcome: row.outcome,
    ip: row.ip,
    userAgent: row.userAgent,
    requestId: row.requestId,
    hash: row.hash.toString('hex'),
  };
}
