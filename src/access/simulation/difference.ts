import type { Scope } from '../../policy/actor.js';
import type { Permission } from '../../policy/permissions.js';
import { permissionsOf } from '../../policy/roles.js';
import {
  countingIn,
  grantHolding,
  nameOfRole,
  permissionsOfCounting,
  permissionsOfRole,
  type Counting,
} from '../standing/counting.js';
import type { Standing } from '../standing/standing.types.js';

/** A member's standing as it is, and as it would be; null: no member. */
export interface Turn {
  readonly before: Standing;
  readonly after: Standing | null;
}

export interface Difference {
  readonly lost: readonly Permission[];
  readonly gained: readonly Permission[];
}

/** What somebody holds in a scope and would hold no more, and the other way round. */
export function differenceIn(scope: Pick<Scope, 'projectId'>, { before, after }: Turn): Difference {
  const held = permissionsOfCounting(countingIn(scope, before));
  const then: ReadonlySet<Permission> = after ? permissionsOfCounting(countingIn(scope, after)) : new Set();
  return {
    lost: [...held].filter((permission) => !then.has(permission)),
    gained: [...then].filter((permission) => !held.has(permission)),
  };
}

/** Why somebody loses less than what is gone had given, in a sentence; null where there is nothing to say. */
export function noteOn(scope: Pick<Scope, 'projectId'>, { before, after }: Turn): string | null {
  if (!after) return 'They would be no member of the organization.';
  const [now, then] = [countingIn(scope, before), countingIn(scope, after)];
  const gone = goneBetween(now, then);
  const { lost, gained } = differenceIn(scope, { before, after });
  if (lost.length === 0 && gained.length > 0) return null;
  if (gone.size === 0) return `Nothing of it counts for them in the ${now.level} itself.`;
  const held = permissionsOfCounting(then);
  const kept = [...gone].filter((permission) => held.has(permission));
  if (kept.length === 0) return null;
  const ways = [...new Set(kept.map((permission) => wayTo(permission, then)))].join(', and by ');
  return `They would keep ${kept.length === gone.size ? 'all' : `${kept.length} of ${gone.size}`} of it by ${ways}.`;
}

/** All that is given by what counts now, and would not. */
function goneBetween(now: Counting, then: Counting): ReadonlySet<Permission> {
  const gone = now.grants.filter(({ id }) => !then.grants.some((grant) => grant.id === id));
  const given = new Set(gone.flatMap(({ role }) => [...permissionsOfRole(role, now.level)]));
  if (now.base === then.base) return given;
  return new Set([...given, ...permissionsOf(now.base, now.level)]);
}

function wayTo(permission: Permission, counting: Counting): string {
  const grant = grantHolding(counting, permission);
  if (!grant) return `the role ${counting.base}`;
  const by = grant.group === null ? 'that they were granted' : `of the group ${grant.group.name}`;
  return `the role ${nameOfRole(grant.role)} ${by}`;
}
