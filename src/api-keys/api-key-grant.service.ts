import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { MemberService } from '../organizations/members/member.service.js';
import type { Tx } from '../platform/database/database.js';
import { AppError, invalid } from '../platform/errors/app-error.js';
import type { Actor, Scope } from '../policy/actor.js';
import { refuseBeyond } from '../policy/granting.js';
import { countsAt, definitionOf, isPermission, listPermissions, type Permission } from '../policy/permissions.js';
import { liesWithin } from './allowed-networks.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { endOf } from './api-key.types.js';
import type { ServiceAccount } from './service-accounts/service-account.types.js';
import { isWithin, type RateLimit } from './rate-limit/rate-limit.types.js';

/** What the product behind Gatehouse asks for in a project: what a key is for, unless its maker says otherwise. */
export const askedByApplication = (): Permission[] =>
  listPermissions().filter((name) => definitionOf(name).askedBy === 'application' && countsAt(name, 'project'));

/** Decides what a new key may do, and for how long at most. */
@Injectable()
export class ApiKeyGrantService {
  constructor(private readonly members: MemberService) {}

  /**
   * @param asked null: as much of `askedByApplication` as the actor and the owner hold
   * @param owner the service account whose key it is to be: whoever makes one gains nothing by what that may do beyond them
   * @throws VALIDATION_FAILED for a name that is no permission, or none that counts in `scope`;
   *   CANNOT_GRANT for a permission that the actor does not hold wherever the key would reach, or that the owner lacks
   */
  async permissionsFor(
    actor: Actor,
    scope: Scope,
    asked: readonly string[] | null,
    owner: Pick<ServiceAccount, 'permissions'> | null = null,
  ): Promise<Permission[]> {
    const held =
      scope.projectId === null
        ? await actor.grantableThroughout(scope.organizationId)
        : (await actor.grantableIn(scope)).permissions;
    const bound = owner && new Set(owner.permissions);
    if (asked === null) return askedByApplication().filter((name) => held.has(name) && (bound?.has(name) ?? true));
    const permissions = [...new Set(asked)].map(knownPermission);
    refuseBeyond(held, permissions);
    if (bound && permissions.some((permission) => !bound.has(permission))) {
      throw new AppError('CANNOT_GRANT', { message: 'A key cannot do more than its service account.' });
    }
    if (scope.projectId !== null) permissions.forEach(refuseOutsideProjects);
    return permissions;
  }

  /**
   * The end that a new key cannot outlive: that of the key which makes it; null for none.
   *
   * Whoever makes it must still stand when it is stored. Removing a member takes the organization's row, and revokes
   * the keys that it finds: sharing that row here, a key is either found by the removal or comes too late to be made.
   */
  async limitFor(tx: Tx, actor: Actor, organizationId: string): Promise<Date | null> {
    await tx.query('select 1 from organizations where id = $1 for share', [organizationId]);
    if (actor.kind === 'user' && !actor.isInstanceAdministrator) {
      if ((await this.members.roleOf(organizationId, actor.id)) === null) throw new AppError('NOT_FOUND');
    }
    if (actor.kind !== 'apiKey') return null;
    const maker = await tx.findOneBy(ApiKeyEntity, { id: actor.id, organizationId, revokedAt: IsNull() });
    if (!maker) throw new AppError('UNAUTHENTICATED');
    return endOf(maker);
  }

  /**
   * Where a new key may be used. A key that makes another keeps it to its own networks.
   * @param asked canonical; empty for wherever the maker may be
   * @throws CANNOT_GRANT
   */
  async networksFor(tx: Tx, actor: Actor, asked: readonly string[]): Promise<readonly string[]> {
    if (actor.kind !== 'apiKey') return asked;
    const { allowedCidrs } = await tx.findOneByOrFail(ApiKeyEntity, { id: actor.id });
    if (asked.length === 0) return allowedCidrs;
    if (liesWithin(asked, allowedCidrs)) return asked;
    throw new AppError('CANNOT_GRANT', { message: 'A key cannot make one for networks that it may not be used from.' });
  }

  /**
   * How often a new key may be used. A key that makes another keeps it to its own limit.
   * @param asked null for as often as the maker may
   * @throws CANNOT_GRANT
   */
  async rateLimitFor(tx: Tx, actor: Actor, asked: RateLimit | null): Promise<RateLimit | null> {
    if (actor.kind !== 'apiKey') return asked && { ...asked };
    const { rateLimit } = await tx.findOneByOrFail(ApiKeyEntity, { id: actor.id });
    const wanted = asked === null ? rateLimit : { ...asked };
    if (isWithin(wanted, rateLimit)) return wanted;
    throw new AppError('CANNOT_GRANT', { message: 'A key cannot make one that may be used more often than itself.' });
  }

  /**
   * A service account that is given more gives it on to keys that it has already. So a key that ends, or that is kept to
   * networks, gives it nothing.
   * @throws CANNOT_GRANT
   */
  async refuseToOutlast(tx: Tx, actor: Actor): Promise<void> {
    if (actor.kind !== 'apiKey') return;
    const key = await tx.findOneByOrFail(ApiKeyEntity, { id: actor.id });
    if (endOf(key) === null && key.allowedCidrs.length === 0) return;
    const message = 'A key that ends, or that is kept to networks, cannot give a service account anything.';
    throw new AppError('CANNOT_GRANT', { message });
  }
}

function knownPermission(name: string): Permission {
  if (!isPermission(name)) throw invalid('permissions', `There is no permission ${JSON.stringify(name)}.`);
  return name;
}

function refuseOutsideProjects(permission: Permission): void {
  if (definitionOf(permission).level !== 'organization') return;
  throw invalid('permissions', `${permission} belongs to the organization: a key of a project cannot have it.`);
}
