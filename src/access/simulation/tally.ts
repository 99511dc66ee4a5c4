import type { Reach, Scope } from '../../policy/actor.js';
import type { Permission } from '../../policy/permissions.js';
import { anyOtherProject } from '../standing/counting.js';
import { differenceIn, type Difference, type Turn } from './difference.js';

/** How many members a permission is lost or gained by. */
export interface PermissionCount {
  readonly permission: Permission;
  readonly members: number;
}

/** What a number of people would lose and gain in one place. */
export interface Toll {
  readonly lost: readonly PermissionCount[];
  readonly gained: readonly PermissionCount[];
}

/** Of each project: in most of them nothing was given to anybody, and it is the same in all of those. */
export interface TollOfProjects {
  /** The projects in which anybody would lose or gain anything. */
  readonly where: Reach;
  in(projectId: string): Toll;
}

export function tollIn(projectId: string | null, turns: readonly Turn[]): Toll {
  const tally = new Tally();
  for (const turn of turns) tally.add(differenceIn({ projectId }, turn), 1);
  return tally.toll();
}

/** Each member is looked at once for the projects that their standing speaks of, and once for all others. */
export function tollOfProjects(turns: readonly Turn[]): TollOfProjects {
  const spokenOf = new Map(turns.flatMap(projectsOf).map((projectId) => [projectId, new Tally()]));
  const elsewhere = new Tally();
  for (const turn of turns) {
    const usual = differenceIn({ projectId: anyOtherProject }, turn);
    elsewhere.add(usual, 1);
    for (const projectId of projectsOf(turn)) {
      spokenOf.get(projectId)?.add(usual, -1);
      spokenOf.get(projectId)?.add(differenceIn({ projectId }, turn), 1);
    }
  }
  const inProject = (projectId: string): Toll => elsewhere.plus(spokenOf.get(projectId)).toll();
  const everywhere = !isNothing(elsewhere.toll());
  const projectIds = [...spokenOf.keys()].filter((projectId) => isNothing(inProject(projectId)) === everywhere);
  return { where: { everywhere, projectIds }, in: inProject };
}

/**
 * What somebody would lose wherever a key that they made is good: one of a project in that, one of the organization in each place
 * that is looked at.
 */
export function lostWithin(
  asked: Pick<Scope, 'projectId'>,
  key: Pick<Scope, 'projectId'>,
  turn: Turn,
): Set<Permission> {
  const all = asked.projectId === null ? [null, anyOtherProject, ...projectsOf(turn)] : [asked.projectId];
  const places = key.projectId === null ? all : [key.projectId];
  return new Set(places.flatMap((projectId) => differenceIn({ projectId }, turn).lost));
}

class Tally {
  private readonly lost = new Map<Permission, number>();
  private readonly gained = new Map<Permission, number>();

  add({ lost, gained }: Difference, times: 1 | -1): void {
    for (const permission of lost) count(this.lost, permission, times);
    for (const permission of gained) count(this.gained, permission, times);
  }

  plus(other = new Tally()): Tally {
    const sum = new Tally();
    for (const { lost, gained } of [this, other]) {
      for (const [permission, members] of lost) count(sum.lost, permission, members);
      for (const [permission, members] of gained) count(sum.gained, permission, members);
    }
    return sum;
  }

  toll(): Toll {
    return { lost: listed(this.lost), gained: listed(this.gained) };
  }
}

function count(counts: Map<Permission, number>, permission: Permission, members: number): void {
  counts.set(permission, (counts.get(permission) ?? 0) + members);
}

/** By the name of the permission. */
function listed(counts: ReadonlyMap<Permission, number>): PermissionCount[] {
  return [...counts]
    .filter(([, members]) => members > 0)
    .map(([permission, members]) => ({ permission, members }))
    .sort((a, b) => (a.permission < b.permission ? -1 : 1));
}

const isNothing = ({ lost, gained }: Toll): boolean => lost.length === 0 && gained.length === 0;

/** The projects of which a member's standing says something, before or after. */
function projectsOf({ before, after }: Turn): string[] {
  const standings = after ? [before, after] : [before];
  const ids = standings.flatMap(({ projectRoles, grants }) => [
    ...projectRoles.keys(),
    ...grants.flatMap(({ projectId }) => projectId ?? []),
  ]);
  return [...new Set(ids)];
}
