import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { randomId } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Actor } from '../policy/actor.js';
import { IdentityEntity } from './identity.entity.js';
import { identityLinked, identityUnlinked } from './user.events.js';
import type { Identity, IdentityKey, User } from './user.types.js';

interface Account {
  readonly user: User;
  /** Whose trail tells of them. */
  readonly organizationId: string | null;
}

/** The identities that people add to their accounts and take away again, themselves. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** What sources of identities call a user; oldest first. */
  listOf(userId: string): Promise<Identity[]> {
    return this.database.reader.find(IdentityEntity, { where: { userId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /**
   * Lets a source of identities speak for somebody who is signed in, and has just proven who they are.
   * @throws CONFLICT when it speaks for somebody already, be it themselves
   */
  async link(tx: Tx, actor: Actor, account: Account, identity: IdentityKey): Promise<void> {
    const row = { id: randomId(), userId: account.user.id, ...identity };
    const times = { createdAt: this.clock.now(), lastSignedInAt: this.clock.now() };
    const insert = tx
      .createQueryBuilder()
      .insert()
      .into(IdentityEntity)
      .values({ ...row, ...times });
    const inserted = await insert.orIgnore().returning('id').execute();
    if ((inserted.raw as unknown[]).length === 0) throw new AppError('CONFLICT');
    await this.audit.record(tx, actor, identityLinked, {
      ...account,
      identity,
      passwordDropped: false,
      identitiesDropped: 0,
    });
  }

  async unlink(tx: Tx, actor: Actor, account: Account, identity: Identity): Promise<void> {
    await tx.delete(IdentityEntity, { id: identity.id, userId: account.user.id });
    await this.audit.record(tx, actor, identityUnlinked, { ...account, identity });
  }
}
