import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HoldingService } from '../../access/holding.service.js';
import { standingChanged } from '../../organizations/members/standing-changed.types.js';
import type { Tx } from '../../platform/database/database.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Permission } from '../../policy/permissions.js';
import { projectReturned } from '../../projects/deletion/project-restoration.service.js';
import { UserService } from '../../users/user.service.js';
import { ServiceAccountOwnership } from '../service-accounts/service-account-ownership.service.js';
import { serviceAccountChanged } from '../service-accounts/service-account.service.js';

/** A key, as far as it decides what it may do. */
interface BoundKey {
  readonly id: string;
  readonly projectId: string | null;
  readonly createdBy: string;
  readonly serviceAccountId: string | null;
  readonly permissions: readonly Permission[];
  /** As it is stored; null: all that it was given. */
  readonly effective: readonly Permission[] | null;
}

/** What bounds a key; null: nothing does. */
type BoundOf = (key: BoundKey) => ReadonlySet<Permission> | null;

/** SQL that speaks of a row of `api_keys` of the organization, with one parameter. It is written by us. */
interface Which {
  readonly condition: 'created_by = any($2)' | 'service_account_id = any($2)' | 'project_id = any($2)' | 'id = any($2)';
  readonly values: readonly string[];
}

/**
 * Keeps keys within what stands behind them: the member who made one, the key that made one, or its service account. What
 * these lose their keys lose in the same commit, and what is given back to them their keys have again, up to what they were
 * given (docs/decisions/0027). Verification reads the result from the key's own row.
 */
@Injectable()
export class KeyBounds implements OnModuleInit {
  constructor(
    private readonly holdings: HoldingService,
    private readonly users: UserService,
    private readonly accounts: ServiceAccountOwnership,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.events.on(standingChanged, (tx, { organizationId, userIds }) =>
      userIds === null
        ? this.refreshAll(tx, organizationId)
        : this.refresh(tx, organizationId, { condition: 'created_by = any($2)', values: userIds }),
    );
    this.events.on(serviceAccountChanged, (tx, { organizationId, serviceAccountId }) =>
      this.refresh(tx, organizationId, { condition: 'service_account_id = any($2)', values: [serviceAccountId] }),
    );
    // While it was away, nobody's loss was theirs.
    this.events.on(projectReturned, (tx, { scope: { organizationId, projectId } }) =>
      this.refresh(tx, organizationId, { condition: 'project_id = any($2)', values: [projectId] }),
    );
  }

  /** For a key that was just stored, of whose maker something may have been taken since they were asked. */
  refreshOne(tx: Tx, organizationId: string, id: string): Promise<void> {
    return this.refresh(tx, organizationId, { condition: 'id = any($2)', values: [id] });
  }

  private async refreshAll(tx: Tx, organizationId: string): Promise<void> {
    const makers = await tx.query<{ createdBy: string }[]>(
      `select distinct created_by as "createdBy" from api_keys
       where organization_id = $1 and service_account_id is null and revoked_at is null`,
      [organizationId],
    );
    const values = makers.map(({ createdBy }) => createdBy);
    await this.refresh(tx, organizationId, { condition: 'created_by = any($2)', values });
  }

  private async refresh(tx: Tx, organizationId: string, { condition, values }: Which): Promise<void> {
    const keys = await tx.query<BoundKey[]>(
      `with recursive affected as (
         select * from api_keys where organization_id = $1 and ${condition}
         union
         select made.* from api_keys made join affected on made.created_by = affected.id
         where made.organization_id = $1 and made.service_account_id is null
       )
       select id, project_id as "projectId", created_by as "createdBy", service_account_id as "serviceAccountId",
              permissions, effective_permissions as effective
       from affected order by id`,
      [organizationId, values],
    );
    if (keys.length === 0) return;
    const boundOf = await this.boundsOf(tx, organizationId, keys);
    const changed = keys
      .map((key) => ({ key, effective: within(key, boundOf(key)) }))
      .filter(({ key, effective }) => String(effective) !== String(key.effective));
    if (changed.length > 0) await store(tx, changed);
  }

  /** Reads what bounds these keys: a few statements, however many there are. */
  private async boundsOf(tx: Tx, organizationId: string, keys: readonly BoundKey[]): Promise<BoundOf> {
    const makers = [...new Set(keys.filter((key) => key.serviceAccountId === null).map(({ createdBy }) => createdBy))];
    const accounts = await this.accounts.permissionsOf(keys.flatMap(({ serviceAccountId }) => serviceAccountId ?? []));
    const people = new Map((await this.users.listByIds(makers)).map((user) => [user.id, user]));
    const members = await this.holdings.grantableByMember(organizationId, makers);
    const parents = await tx.query<{ id: string; effective: Permission[] }[]>(
      'select id, coalesce(effective_permissions, permissions) as effective from api_keys where id = any($1)',
      [makers],
    );
    const affected = new Map(keys.map((key) => [key.id, key]));
    const unaffected = new Map(parents.map(({ id, effective }) => [id, effective]));

    const boundOf: BoundOf = ({ serviceAccountId, createdBy, projectId }) => {
      if (serviceAccountId !== null) return new Set(accounts.get(serviceAccountId));
      const parent = affected.get(createdBy);
      if (parent) return new Set(within(parent, boundOf(parent)) ?? parent.permissions);
      if (unaffected.has(createdBy)) return new Set(unaffected.get(createdBy));
      const person = people.get(createdBy);
      // Whoever is no person and no key is the instance's administrator, or Gatehouse itself.
      if (!person || person.isInstanceAdministrator) return null;
      return members.get(createdBy)?.(projectId) ?? new Set();
    };
    return boundOf;
  }
}

/** Null: all that it was given. */
function within({ permissions }: BoundKey, bound: ReadonlySet<Permission> | null): Permission[] | null {
  if (bound === null || permissions.every((permission) => bound.has(permission))) return null;
  return permissions.filter((permission) => bound.has(permission));
}

/** Locked in the order in which their use is written, so that neither waits for the other in a circle. */
async function store(
  tx: Tx,
  changed: readonly { readonly key: BoundKey; readonly effective: Permission[] | null }[],
): Promise<void> {
  const rows = changed.map(({ key: { id }, effective }) => ({ id, effective }));
  await tx.query('select 1 from api_keys where id = any($1) order by id for no key update', [rows.map(({ id }) => id)]);
  await tx.query(
    `update api_keys key set effective_permissions = changed.effective
     from jsonb_to_recordset($1::jsonb) as changed (id text, effective text[]) where key.id = changed.id`,
    [JSON.stringify(rows)],
  );
}
