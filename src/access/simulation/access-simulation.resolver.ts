import { Args, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { UserLoader } from '../../users/user-loader.service.js';
import { User } from '../../users/user.graphql.js';
import type { User as UserFacts } from '../../users/user.types.js';
import {
  SimulateAccessInput,
  SimulatedAccess,
  SimulatedMember,
  SimulatedMemberConnection,
  SimulatedProject,
  SimulatedProjectConnection,
  type AccessHypothesis,
} from './access-simulation.graphql.js';
import { AccessSimulation, type Simulation } from './access-simulation.service.js';
import type { Hypothesis } from './hypothesis.js';

@Resolver(() => SimulatedAccess)
export class AccessSimulationResolver {
  constructor(private readonly simulation: AccessSimulation) {}

  @Query(() => SimulatedAccess, {
    description:
      'Who would lose or gain what by a change that nobody has made yet. Needs `members.read`. Errors: NOT_FOUND for what is from ' +
      'elsewhere.',
  })
  @Requires('members.read', 'input.projectId|input.organizationId')
  async simulateAccess(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') { organizationId, suppose }: SimulateAccessInput,
  ): Promise<Simulation> {
    if (scope.organizationId !== organizationId) throw new AppError('NOT_FOUND');
    return this.simulation.simulate(actor, scope, hypothesisOf(suppose));
  }

  @ResolveField(() => SimulatedMemberConnection, {
    description: 'Whom it concerns, also where they would lose nothing: they have what would be gone.',
  })
  @Public('what members would lose is shown only to those who may read members')
  members(
    @Parent() simulated: SimulatedAccess,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<SimulatedMember>> {
    return this.simulation.listMembers(simulated, { first, after });
  }

  @ResolveField(() => SimulatedProjectConnection, {
    nullable: true,
    description:
      'The projects in which anybody would lose or gain anything, as far as the caller may read their members; null where one ' +
      'project was asked about.',
  })
  @Public('projects are shown only to those who may read their members')
  projects(
    @CurrentActor() actor: Actor,
    @Parent() { scope, tollOfProjects }: SimulatedAccess,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<SimulatedProject>> | null {
    return tollOfProjects && this.simulation.listProjects(actor, scope, tollOfProjects, { first, after });
  }
}

@Resolver(() => SimulatedMember)
export class SimulatedMemberResolver {
  constructor(private readonly users: UserLoader) {}

  @ResolveField(() => User, { description: 'The person.' })
  @Public('what members would lose is shown only to those who may read members')
  user(@Parent() { userId }: SimulatedMember): Promise<UserFacts> {
    return this.users.load(userId);
  }
}

/** The schema has it that exactly one is given. */
function hypothesisOf(suppose: AccessHypothesis): Hypothesis {
  const { roleDeleted, groupDeleted, roleGrantRevoked, memberRemoved, memberRole, projectRole } = suppose;
  if (roleDeleted !== undefined) return { kind: 'roleDeleted', roleId: roleDeleted };
  if (groupDeleted !== undefined) return { kind: 'groupDeleted', groupId: groupDeleted };
  if (roleGrantRevoked !== undefined) return { kind: 'roleGrantRevoked', roleGrantId: roleGrantRevoked };
  if (memberRemoved !== undefined) return { kind: 'memberRemoved', userId: memberRemoved };
  if (memberRole !== undefined) {
    const { userId, role } = memberRole;
    return { kind: 'memberRole', userId, role };
  }
  if (projectRole !== undefined) {
    const { userId, projectId, role = null } = projectRole;
    return { kind: 'projectRole', userId, projectId, role };
  }
  throw invalid('suppose', 'Suppose exactly one change.');
}
