import type { Actor } from '../../policy/actor.js';
import type { DeletionCondition, ProjectRestorer } from './deletion.types.js';

/**
 * Which deleted organizations somebody may bring back: those that they owned; all of them as an instance administrator. A key
 * none: those of a deleted organization are set aside with it.
 */
export function organizationsRestorableBy(actor: Actor): DeletionCondition {
  const sql = 'deletion.project_id is null';
  if (actor.isInstanceAdministrator) return { sql, parameters: {} };
  if (actor.kind !== 'user') return { sql: 'false', parameters: {} };
  return { sql: `${sql} and deletion.roles ->> :userId = 'OWNER'`, parameters: { userId: actor.id } };
}

/**
 * SQL for a row named `deletion`: whether it is of a project that somebody may bring back.
 * @param fact what is known of them, in SQL
 */
export const projectsRestorable = (fact: (name: keyof ProjectRestorer) => string): string => `
  deletion.project_id is not null and deletion.organization_id = ${fact('organizationId')}
  and (${fact('everything')} or coalesce(deletion.roles ->> ${fact('userId')}, ${fact('role')}) = any(${fact('sufficient')}))`;
