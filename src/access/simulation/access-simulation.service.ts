import { Injectable } from '@nestjs/common';
import { MemberService, type MembershipCondition } from '../../organizations/members/member.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { AppError } from '../../platform/errors/app-error.js';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import type { Permission } from '../../policy/permissions.js';
import type { Project } from '../../projects/project.types.js';
import { ProjectService } from '../../projects/project.service.js';
import { UserService } from '../../users/user.service.js';
import { RoleGrantReader } from '../grants/role-grant-reader.service.js';
import { GroupService } from '../groups/group.service.js';
import { RoleService } from '../roles/role.service.js';
import { StandingService } from '../standing/standing.service.js';
import { differenceIn, noteOn, type Difference, type Turn } from './difference.js';
import { concernedBy, supposing, type Hypothesis } from './hypothesis.js';
import { lostWithin, tollIn, tollOfProjects, type Toll, type TollOfProjects } from './tally.js';

/** As many members as the totals are counted over. */
const MOST_COUNTED = 2000;

/** What would come of a change. */
export interface Simulation extends Toll {
  readonly scope: Scope;
  readonly hypothesis: Hypothesis;
  /** False: more members are concerned than were counted. */
  readonly isComplete: boolean;
  /** By user: those who were counted. */
  readonly turns: ReadonlyMap<string, Turn>;
  /** Null: one project was asked about. */
  readonly tollOfProjects: TollOfProjects | null;
}

/** A member whom the change concerns, and what they would lose and gain in the scope. */
export interface SimulatedMember extends Difference {
  readonly userId: string;
  readonly note: string | null;
}

export interface SimulatedProject extends Toll {
  readonly project: Project;
}

/** A key, by who made it and where it is good; null: in the organization and each of its projects. */
interface KeyOfMaker {
  readonly createdBy: string;
  readonly projectId: string | null;
}

/** A member's standing as it is and as it would be; `spared` are those who administer the instance, whose standing gives them nothing. */
interface Turns {
  readonly byUser: ReadonlyMap<string, Turn>;
  readonly spared: ReadonlySet<string>;
}

/**
 * What would come of a change that nobody has made yet. It puts a standing from which something is taken away before the very rules
 * that the guard has, and adds none.
 */
@Injectable()
export class AccessSimulation {
  constructor(
    private readonly members: MemberService,
    private readonly projects: ProjectService,
    private readonly standings: StandingService,
    private readonly users: UserService,
    private readonly roles: RoleService,
    private readonly groups: GroupService,
    private readonly grants: RoleGrantReader,
    private readonly clock: Clock,
  ) {}

  /** @throws NOT_FOUND for a role, group, grant, member or project from elsewhere, or one that the actor may not look into */
  async simulate(actor: Actor, scope: Scope, hypothesis: Hypothesis): Promise<Simulation> {
    if (!(await this.isOfOrganization(actor, scope, hypothesis))) throw new AppError('NOT_FOUND');
    const { organizationId, projectId } = scope;
    const concerned = await this.members.listIds(organizationId, this.concerned(scope, hypothesis), MOST_COUNTED + 1);
    const ids = concerned.slice(0, MOST_COUNTED);
    const { byUser, spared } = await this.turnsOf(scope, hypothesis, ids);
    const counted = new Map([...byUser].filter(([userId]) => !spared.has(userId)));
    const turns = [...counted.values()];
    return {
      scope,
      hypothesis,
      ...tollIn(projectId, turns),
      isComplete: concerned.length <= MOST_COUNTED,
      turns: counted,
      tollOfProjects: projectId === null ? tollOfProjects(turns) : null,
    };
  }

  /** Whom it concerns, also where they would lose nothing. A few statements for any page. */
  async listMembers({ scope, hypothesis }: Simulation, request: PageRequest): Promise<Connection<SimulatedMember>> {
    const members = await this.members.list(scope.organizationId, request, this.concerned(scope, hypothesis));
    const ids = members.nodes.map(({ userId }) => userId);
    const { byUser, spared } = await this.turnsOf(scope, hypothesis, ids);
    return mapNodes(members, ({ userId }) => {
      const turn = byUser.get(userId);
      if (!turn) return { userId, lost: [], gained: [], note: 'They are no member any more.' };
      if (spared.has(userId)) {
        return { userId, lost: [], gained: [], note: 'They administer the instance, and would keep everything.' };
      }
      return { userId, ...differenceIn(scope, turn), note: noteOn(scope, turn) };
    });
  }

  /** The projects in which anybody would lose or gain anything, as far as the actor may see their members. */
  async listProjects(
    actor: Actor,
    { organizationId }: Scope,
    toll: TollOfProjects,
    request: PageRequest,
  ): Promise<Connection<SimulatedProject>> {
    const among = { organizationId, permission: 'members.read', among: toll.where } as const;
    const projects = await this.projects.listAmong(actor, among, request);
    return mapNodes(projects, (project) => ({ project, ...toll.in(project.id) }));
  }

  /** What the maker of a key would lose where the key is good. */
  lostByMaker({ scope, turns }: Simulation, key: KeyOfMaker): ReadonlySet<Permission> {
    const turn = turns.get(key.createdBy);
    return turn ? lostWithin(scope, key, turn) : new Set();
  }

  private concerned({ projectId }: Scope, hypothesis: Hypothesis): MembershipCondition {
    return concernedBy(hypothesis, projectId, this.clock.now());
  }

  private async turnsOf(scope: Scope, hypothesis: Hypothesis, userIds: readonly string[]): Promise<Turns> {
    const [standings, people] = await Promise.all([
      scope.projectId === null
        ? this.standings.listThroughout(scope.organizationId, userIds)
        : this.standings.listIn(scope, userIds),
      this.users.listByIds(userIds),
    ]);
    const turns = [...standings].map(([id, before]) => [id, { before, after: supposing(hypothesis, before) }] as const);
    const spared = people.filter((user) => user.isInstanceAdministrator).map(({ id }) => id);
    return { byUser: new Map(turns), spared: new Set(spared) };
  }

  private async isOfOrganization(actor: Actor, scope: Scope, hypothesis: Hypothesis): Promise<boolean> {
    const { organizationId } = scope;
    switch (hypothesis.kind) {
      case 'roleDeleted':
        return (await this.roles.find(organizationId, hypothesis.roleId)) !== null;
      case 'groupDeleted':
        return isWithin(await this.groups.scopeOf(hypothesis.groupId), organizationId);
      case 'roleGrantRevoked':
        return maySee(actor, scope, await this.grants.scopeOf(hypothesis.roleGrantId));
      case 'memberRemoved':
      case 'memberRole':
        return (await this.members.roleOf(organizationId, hypothesis.userId)) !== null;
      case 'projectRole':
        return (
          (await maySee(actor, scope, await this.projects.scopeOf(hypothesis.projectId))) &&
          (await this.members.roleOf(organizationId, hypothesis.userId)) !== null
        );
    }
  }
}

const isWithin = (scope: Scope | null, organizationId: string): boolean => scope?.organizationId === organizationId;

/** What is of another project than the one that is asked about is not there; nor is what is of a project whose members the actor may not see. */
async function maySee(actor: Actor, asked: Scope, found: Scope | null): Promise<boolean> {
  if (found?.organizationId !== asked.organizationId) return false;
  if (found.projectId === null) return true;
  if (asked.projectId !== null) return asked.projectId === found.projectId;
  return (await actor.permissionsIn(found)).has('members.read');
}
