import { randomInt, randomUUID } from 'node:crypto';
import { builtInRoles } from '../../src/policy/permissions.js';
import type { TestApp } from './app.js';

interface Given {
  readonly organizationId: string;
  readonly projectIds: readonly string[];
  /** Roles of the organization's own. */
  readonly roleIds: readonly string[];
  readonly groupIds: readonly string[];
}

const some = <Item>(items: readonly Item[]): Item => items[randomInt(items.length)]!;

/** Forty members with roles, project roles, groups and grants by chance, some of which have ended. */
export async function membersByChance(
  app: TestApp,
  { organizationId, projectIds, roleIds, groupIds }: Given,
): Promise<string[]> {
  const userIds = Array.from({ length: 40 }, () => randomUUID());
  for (const id of userIds) {
    await app.database.query(`insert into users (id, email, name) values ($1, $2, 'Somebody')`, [
      id,
      `${id}@example.test`,
    ]);
    await app.database.query(
      `insert into memberships (organization_id, user_id, role, source) values ($1, $2, $3, 'INVITATION')`,
      [organizationId, id, some(builtInRoles)],
    );
    for (const project of projectIds.filter(() => randomInt(3) === 0)) {
      await app.database.query(
        'insert into project_roles (project_id, organization_id, user_id, role) values ($1, $2, $3, $4)',
        [project, organizationId, id, some(builtInRoles)],
      );
    }
    for (const group of groupIds.filter(() => randomInt(4) === 0)) {
      await app.database.query(
        'insert into group_members (group_id, organization_id, user_id, added_at) values ($1, $2, $3, now())',
        [group, organizationId, id],
      );
    }
    for (const project of [null, ...projectIds].filter(() => randomInt(3) === 0)) {
      const [builtIn, custom] =
        randomInt(2) === 0 ? [some(['ADMIN', 'MEMBER', 'VIEWER']), null] : [null, some(roleIds)];
      await app.database.query(
        `insert into role_grants (id, organization_id, project_id, user_id, built_in_role, role_id, expires_at, created_by, created_at)
           values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 hour', 'test', now())`,
        [randomUUID(), organizationId, project, id, builtIn, custom, some([null, 1, -1])],
      );
    }
  }
  return userIds;
}
