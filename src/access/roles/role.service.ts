import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { standingChanged } from '../../organizations/members/standing-changed.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { randomId } from '../../platform/crypto/digest.js';
import { rowsBy, type BatchedReads } from '../../platform/database/batched-reads.js';
import { isViolation } from '../../platform/database/constraint-violation.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Row } from '../../platform/database/row.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { refuseAnywhereBeyond } from '../../policy/granting.js';
import { builtInRoles, isPermission, type Permission } from '../../policy/permissions.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { RoleEntity } from './role.entity.js';
import { roleCreated, roleDeleted, roleUpdated } from './role.events.js';
import type { NewRole, Role, RoleChange } from './role.types.js';

/** More than that nobody can tell apart. */
const MOST_ROLES = 200;

/**
 * Roles of an organization's own. Each may be granted anywhere in it, so whoever makes, changes or deletes one must hold all
 * that it gives, in the organization and in each project.
 */
@Injectable()
export class RoleService implements ScopeLocator {
  private readonly byId: BatchedReads<string, Role | null>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly members: MemberService,
    private readonly clock: Clock,
  ) {
    this.byId = rowsBy(database, RoleEntity, 'id');
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const role = await this.database.reader.findOneBy(RoleEntity, { id });
    return role && { organizationId: role.organizationId, projectId: null };
  }

  /** In the order of their names. */
  list(organizationId: string): Promise<Role[]> {
    return this.database.reader.find(RoleEntity, { where: { organizationId }, order: { name: 'ASC', id: 'ASC' } });
  }

  /** In no order; an id that names nothing is left out. */
  async listByIds(ids: readonly string[]): Promise<Role[]> {
    const roles = await Promise.all(ids.map((id) => this.byId.load(id)));
    return roles.filter((role) => role !== null);
  }

  find(organizationId: string, id: string): Promise<Role | null> {
    return new TenantRepository(this.database.reader, RoleEntity, organizationId).findOne({ id });
  }

  /** @throws CANNOT_GRANT; VALIDATION_FAILED; CONFLICT for a name that is taken; PRECONDITION_FAILED beyond 200 roles */
  async create(actor: Actor, organizationId: string, input: NewRole): Promise<Role> {
    const role: Row<RoleEntity> = {
      id: randomId(),
      organizationId,
      name: roleName(input.name),
      description: input.description ?? null,
      permissions: knownPermissions(input.permissions),
      createdAt: this.clock.now(),
    };
    await refuseRole(actor, role);
    return this.named(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      if ((await tx.countBy(RoleEntity, { organizationId })) >= MOST_ROLES) {
        throw new AppError('PRECONDITION_FAILED', { message: `An organization has at most ${MOST_ROLES} roles.` });
      }
      await tx.insert(RoleEntity, role);
      await this.audit.record(tx, actor, roleCreated, role);
      return role;
    });
  }

  /**
   * Counts for everybody who has the role, at their next request.
   * @throws CANNOT_GRANT for a role that gives, or would give, what the actor does not hold; VALIDATION_FAILED; CONFLICT for
   *   a name that is taken; NOT_FOUND
   */
  async update(actor: Actor, organizationId: string, id: string, change: RoleChange): Promise<Role> {
    return this.named(async (tx) => {
      const before = await this.lock(tx, actor, organizationId, id);
      const after = changed(before, change);
      await refuseRole(actor, after);
      await tx.update(RoleEntity, { id }, after);
      await this.audit.record(tx, actor, roleUpdated, { before, after });
      await this.events.publish(tx, standingChanged, { organizationId, userIds: null, actor });
      return after;
    });
  }

  /** Takes it from everybody who has it, too. @throws CANNOT_GRANT for a role that gives what the actor does not hold; NOT_FOUND */
  async delete(actor: Actor, organizationId: string, id: string): Promise<Role> {
    return this.database.transaction(async (tx) => {
      const role = await this.lock(tx, actor, organizationId, id);
      const counted: [{ grants: number }] = await tx.query(
        'select count(*)::int as grants from role_grants where role_id = $1',
        [id],
      );
      await tx.delete(RoleEntity, { id });
      await this.audit.record(tx, actor, roleDeleted, { role, grants: counted[0].grants });
      await this.events.publish(tx, standingChanged, { organizationId, userIds: null, actor });
      return role;
    });
  }

  private async lock(tx: Tx, actor: Actor, organizationId: string, id: string): Promise<Role> {
    await this.members.takeTurns(tx, organizationId);
    const role = await new TenantRepository(tx, RoleEntity, organizationId).get({ id });
    await refuseRole(actor, role);
    return role;
  }

  private async named<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(work);
    } catch (error) {
      if (!isViolation(error, 'unique', 'roles_by_name')) throw error;
      throw new AppError('CONFLICT', { cause: error, message: 'The organization has a role of this name already.' });
    }
  }
}

/** @throws CANNOT_GRANT */
function refuseRole(actor: Actor, { organizationId, permissions }: Role): Promise<void> {
  return refuseAnywhereBeyond(actor, { organizationId, projectId: null }, permissions.filter(isPermission));
}

function changed(before: Role, { name, description, permissions }: RoleChange): Role & { permissions: string[] } {
  return {
    ...before,
    name: name === undefined || name === null ? before.name : roleName(name),
    description: description === undefined ? before.description : description,
    permissions: permissions ? knownPermissions(permissions) : [...before.permissions],
  };
}

/** A name that a built-in role has would be read as that. */
function roleName(given: string): string {
  const name = given.trim();
  if (name === '') throw invalid('name', 'name must have a letter in it.');
  if (builtInRoles.some((role) => role === name.toUpperCase())) {
    throw invalid('name', `${name.toUpperCase()} is a built-in role: give yours another name.`);
  }
  return name;
}

function knownPermissions(names: readonly string[]): Permission[] {
  if (names.length === 0) throw invalid('permissions', 'permissions must name one at least.');
  return [...new Set(names)].map((name) => {
    if (isPermission(name)) return name;
    throw invalid('permissions', `There is no permission ${JSON.stringify(name)}: \`permissions\` names them all.`);
  });
}
