import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { sha256 } from '../../platform/crypto/digest.js';
import { Notifications } from '../../platform/database/notifications.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Logger } from '../../platform/logging/logger.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { SessionService } from '../../sessions/session.service.js';
import { endOf, identityIn, SessionLookup, type StoredSession } from './session-lookup.service.js';
import { ShortMemory } from './short-memory.js';

/** Whose session it is, and their place in the organization that was asked about. */
export interface CheckedSession {
  readonly userId: string;
  readonly email: string;
  readonly expiresAt: Date;
  /** Null where none was asked about; an error where the person has no business there. */
  readonly place: { readonly organizationId: string; readonly role: BuiltInRole } | AppError | null;
}

const nowhere = { ip: null, userAgent: null, requestId: '' } as const;

/**
 * Whether a session is alive, for proxies that ask it for each request to the application behind them. An answer is
 * remembered for a second, and forgotten as soon as the database tells that the session has ended.
 */
@Injectable()
export class SessionCheckService implements OnModuleInit {
  private readonly memory = new ShortMemory<CheckedSession>();

  constructor(
    private readonly lookup: SessionLookup,
    private readonly sessions: SessionService,
    private readonly organizations: OrganizationService,
    private readonly access: AccessService,
    private readonly notifications: Notifications,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.notifications.subscribe('session_ended', {
      heard: (digest) => this.memory.forget(digest),
      missed: () => this.memory.forgetAll(),
    });
  }

  /**
   * @param token what the cookie holds
   * @param organization an id or a slug that the answer is to speak about, or null
   * @returns null where there is no such session, it is over, or its person is deactivated
   */
  async check(token: string, organization: string | null): Promise<CheckedSession | null> {
    const digest = sha256(token);
    const key = digest.toString('base64');
    const question = organization ?? '';
    const known = await this.memory.recall(key, question, () => this.find(digest, organization));
    if (!known || known.expiresAt > this.clock.now()) return known;
    // Its idle end may have been put off since.
    this.memory.forget(key);
    return this.memory.recall(key, question, () => this.find(digest, organization));
  }

  private async find(digest: Buffer, organization: string | null): Promise<CheckedSession | null> {
    const session = await this.lookup.findLive(digest);
    if (!session) return null;
    this.noteUse(session);
    const { userId, email } = session;
    const place = organization === null ? null : await this.placeOf(session, organization);
    return { userId, email, expiresAt: endOf(session), place };
  }

  /** What the admin API would let them do there: the same service says so. */
  private async placeOf(session: StoredSession, idOrSlug: string): Promise<CheckedSession['place']> {
    const scope = await this.organizations.scopeOf(idOrSlug);
    if (!scope) return new AppError('FORBIDDEN');
    const actor = this.access.actorFor(identityIn(session), nowhere);
    const role = await actor.roleIn(scope);
    if (role === null || role === 'NONE') return new AppError('FORBIDDEN');
    return (await actor.objectionOf(scope.organizationId)) ?? { organizationId: scope.organizationId, role };
  }

  /** Off the request: nobody waits for it, and when it fails the next one tries again. */
  private noteUse(session: StoredSession): void {
    this.sessions.noteUse(session).catch((error: unknown) => {
      this.logger.failure('the use of a session could not be written', { cause: String(error) });
    });
  }
}
