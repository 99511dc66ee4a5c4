import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import { SessionService } from '../../sessions/session.service.js';
import type { SessionLimits } from '../../sessions/session.types.js';
import { memberAdded } from '../members/membership-changed.types.js';
import { securityPolicyChanged } from './security-policy.service.js';

/**
 * What organizations ask of their members' sessions. It is worked out when something changes and kept in the session
 * itself, so that no request pays for it.
 */
@Injectable()
export class SessionLimitsService implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly sessions: SessionService,
  ) {}

  /** Open sessions become as short as is asked now. They do not become longer: whoever opened one was promised its end. */
  onModuleInit(): void {
    this.events.on(securityPolicyChanged, async (tx, policy) => {
      await keepSignInsWaiting(tx, policy.organizationId);
      const members = await tx.query<{ id: string }[]>(
        'select user_id as id from memberships where organization_id = $1',
        [policy.organizationId],
      );
      const limits = { maxAgeMinutes: policy.sessionMaxAgeMinutes, idleMinutes: policy.sessionIdleMinutes };
      await this.sessions.tighten(
        tx,
        members.map(({ id }) => id),
        limits,
      );
    });
    this.events.on(memberAdded, async (tx, { userId }) => {
      await this.sessions.tighten(tx, [userId], await this.strictestFor(tx, userId));
    });
  }

  /**
   * The strictest limits of all organizations that somebody belongs to. A change of one of these policies waits until the
   * transaction ends, so that a session opened meanwhile is not missed by it.
   */
  async strictestFor(tx: Tx, userId: string): Promise<SessionLimits> {
    const memberships = await tx.query<unknown[]>(
      `select pg_advisory_xact_lock_shared(hashtext('session limits of ' || organization_id))
       from memberships where user_id = $1 order by organization_id`,
      [userId],
    );
    if (memberships.length === 0) return none;
    const [limits] = await tx.query<SessionLimits[]>(
      `select min(session_max_age_minutes) as "maxAgeMinutes", min(session_idle_minutes) as "idleMinutes"
       from security_policies join memberships using (organization_id) where user_id = $1`,
      [userId],
    );
    return limits ?? none;
  }
}

const none: SessionLimits = { maxAgeMinutes: null, idleMinutes: null };

async function keepSignInsWaiting(tx: Tx, organizationId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('session limits of ' || $1))`, [organizationId]);
}
