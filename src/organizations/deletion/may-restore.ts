import type { Actor } from '../../policy/actor.js';
import type { DeletionCondition } from './deletion.types.js';

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
