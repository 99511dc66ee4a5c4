import { Injectable, type OnModuleInit } from '@nestjs/common';
import { organizationWillGo } from '../../organizations/organization.service.js';
import type { Tx } from '../../platform/database/database.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import { SessionService } from '../../sessions/session.service.js';

interface Opener {
  readonly key: string;
  /** For whom it speaks. */
  readonly userIds: readonly string[];
}

/** Ends what an organization's connections have opened when the organization goes. */
@Injectable()
export class ConnectionSessions implements OnModuleInit {
  constructor(
    private readonly sessions: SessionService,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.events.on(organizationWillGo, (tx, { organizationId }) => this.endAllOf(tx, organizationId));
  }

  /** By its people, since another organization that has proven the same domain may have a connection of the same key. */
  private async endAllOf(tx: Tx, organizationId: string): Promise<void> {
    const openers = await tx.query<Opener[]>(
      `select connection.key, array_agg(identity.user_id) as "userIds"
       from sso_connections connection join identities identity on identity.source = connection.id
       where connection.organization_id = $1 group by connection.id`,
      [organizationId],
    );
    for (const { key, userIds } of openers) await this.sessions.endAllThrough(tx, userIds, key);
  }
}
