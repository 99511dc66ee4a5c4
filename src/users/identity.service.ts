import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { randomId } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import { DomainEvents } from '../platform/events/domain-events.js';
import type { Actor } from '../policy/actor.js';
import { accountTakenOver } from './account-taken-over.types.js';
import { IdentityEntity } from './identity.entity.js';
import { UserEntity } from './user.entity.js';
import { identityLinked, identityUnlinked, userClaimed } from './user.events.js';
import { UserService } from './user.service.js';
import type { Account, Identity, IdentityKey, User } from './user.types.js';

/** What sources of identities call people: how an account comes by such a name, and loses it. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly users: UserService,
    private readonly clock: Clock,
  ) {}

  /** What sources of identities call a user; oldest first. */
  listOf(userId: string): Promise<Identity[]> {
    return this.database.reader.find(IdentityEntity, { where: { userId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** Whom a source calls so; null where it is nobody. */
  async findHolder(key: IdentityKey): Promise<User | null> {
    const identity = await this.database.reader.findOneBy(IdentityEntity, { ...key });
    return identity && this.users.findById(identity.userId);
  }

  /** Whether this source (or this issuer there, where one is given) already calls the user by some subject. */
  hasFrom(userId: string, source: string, issuer?: string): Promise<boolean> {
    return this.database.reader.existsBy(IdentityEntity, {
      userId,
      source,
      ...(issuer === undefined ? {} : { issuer }),
    });
  }

  /** Whether nobody has ever signed in as this user: pre-created, and waiting for its person. */
  async isUnclaimed(userId: string): Promise<boolean> {
    const withoutPassword = await this.database.reader.existsBy(UserEntity, { id: userId, passwordHash: IsNull() });
    return withoutPassword && !(await this.database.reader.existsBy(IdentityEntity, { userId }));
  }

  /**
   * Lets a source of identities speak for the user from now on. Whoever made an account for an unproven email may not be
   * its owner: their password and identities go when the owner arrives.
   * @returns whether something of theirs was dropped; the caller ends the sessions that were opened with it
   */
  async linkArrival(tx: Tx, actor: Actor, account: Account, identity: IdentityKey): Promise<boolean> {
    const identitiesDropped = await this.dropUnproven(tx, actor, account.user);
    await tx.insert(IdentityEntity, {
      id: randomId(),
      userId: account.user.id,
      ...identity,
      createdAt: this.clock.now(),
      lastSignedInAt: this.clock.now(),
    });
    const passwordDropped = await this.dropUnprovenPassword(tx, account.user);
    await this.audit.record(tx, actor, identityLinked, { ...account, identity, passwordDropped, identitiesDropped });
    return passwordDropped || identitiesDropped > 0;
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

  async markUsed(tx: Tx, key: IdentityKey): Promise<void> {
    await tx.update(IdentityEntity, { ...key }, { lastSignedInAt: this.clock.now() });
  }

  /**
   * Takes an account on whose email nobody has proven, for the organization that has proven its domain. Whoever made it may
   * not be its owner: their password and identities go.
   * @returns whether anything changed; the caller ends the sessions that were opened with what is gone
   */
  async claim(tx: Tx, actor: Actor, account: Account): Promise<boolean> {
    if (account.user.emailVerified) return false;
    const identitiesDropped = await this.dropUnproven(tx, actor, account.user);
    const passwordDropped = await this.dropUnprovenPassword(tx, account.user);
    await tx.update(UserEntity, { id: account.user.id }, { emailVerifiedAt: this.clock.now() });
    await this.audit.record(tx, actor, userClaimed, { ...account, passwordDropped, identitiesDropped });
    return true;
  }

  /** Takes away what whoever made an account of an unproven email has linked to it. @returns how many identities */
  async dropUnproven(tx: Tx, actor: Actor, user: User): Promise<number> {
    if (user.emailVerified) return 0;
    await this.events.publish(tx, accountTakenOver, { user, actor });
    return (await tx.delete(IdentityEntity, { userId: user.id })).affected ?? 0;
  }

  private async dropUnprovenPassword(tx: Tx, user: User): Promise<boolean> {
    if (user.emailVerified) return false;
    const { affected } = await tx.update(
      UserEntity,
      { id: user.id, passwordHash: Not(IsNull()) },
      { passwordHash: null },
    );
    return affected === 1;
  }
}
