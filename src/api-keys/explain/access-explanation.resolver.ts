import { Args, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { isPermission, type Permission } from '../../policy/permissions.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { UserLoader } from '../../users/user-loader.service.js';
import { User } from '../../users/user.graphql.js';
import type { User as UserFacts } from '../../users/user.types.js';
import { ApiKeyConnection } from '../api-key.graphql.js';
import { toReadKeys, type ApiKey as ApiKeyFacts } from '../api-key.types.js';
import {
  AccessExplanation,
  AccessHolder,
  AccessHolderConnection,
  AccessHolders,
  ExplainAccessInput,
} from './access-explanation.graphql.js';
import { AccessExplanationService, type AccessExplanation as ExplanationFacts } from './access-explanation.service.js';
import { AccessHolderService } from './access-holder.service.js';

@Resolver(() => AccessHolders)
export class AccessExplanationResolver {
  constructor(
    private readonly explanations: AccessExplanationService,
    private readonly holders: AccessHolderService,
  ) {}

  @Query(() => AccessExplanation, {
    description:
      'Whether a member or a key may do something, why, and what would change a no. Needs `members.read`; for a key also ' +
      '`apiKeys.read` or `organizationKeys.read`. Errors: NOT_FOUND for who is no member, and for a key from elsewhere.',
  })
  @Requires('members.read', 'input.projectId|input.organizationId')
  explainAccess(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: ExplainAccessInput,
  ): Promise<ExplanationFacts> {
    const question = { scope: within(input.organizationId, scope), permission: permissionNamed(input.permission) };
    const { userId, apiKeyId } = { userId: input.userId ?? null, apiKeyId: input.apiKeyId ?? null };
    if (userId !== null && apiKeyId === null) return this.explanations.ofUser(actor, userId, question);
    if (apiKeyId !== null && userId === null) return this.explanations.ofKey(actor, apiKeyId, question);
    throw invalid('userId', 'Give either userId or apiKeyId.');
  }

  @Query(() => AccessHolders, { description: 'Who may do something. Needs `members.read`.' })
  @Requires('members.read', 'projectId|organizationId')
  whoCan(
    @CurrentScope() scope: Scope,
    @Args('organizationId', { type: () => ID }) organizationId: string,
    @Args('permission', { type: () => ID }) permission: string,
    @Args('projectId', { type: () => ID, nullable: true }) _projectId: string | null,
  ): AccessHolders {
    return { ...within(organizationId, scope), permission: permissionNamed(permission) };
  }

  @ResolveField(() => AccessHolderConnection, { description: 'The active members who hold it.' })
  @Public('who holds a permission is shown only to those who may read members')
  members(
    @Parent() { permission, ...scope }: AccessHolders,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<AccessHolder>> {
    return this.holders.members(scope, permission, { first, after });
  }

  @ResolveField(() => ApiKeyConnection, {
    description:
      'The keys in use that hold it. Of a project: its own, and those of the organization where the caller may read them ' +
      '(`organizationKeys.read`).',
  })
  @Requires(toReadKeys, 'parent.projectId|parent.organizationId')
  keys(
    @CurrentActor() actor: Actor,
    @Parent() { permission, ...scope }: AccessHolders,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ApiKeyFacts>> {
    return this.holders.keys(actor, scope, permission, { first, after });
  }
}

@Resolver(() => AccessHolder)
export class AccessHolderResolver {
  constructor(private readonly users: UserLoader) {}

  @ResolveField(() => User, { description: 'The person.' })
  @Public('who holds a permission is shown only to those who may read members')
  user(@Parent() { userId }: AccessHolder): Promise<UserFacts> {
    return this.users.load(userId);
  }
}

/** A project of another organization than the one that was named is not there. */
function within(organizationId: string, scope: Scope): Scope {
  if (scope.organizationId !== organizationId) throw new AppError('NOT_FOUND');
  return scope;
}

function permissionNamed(name: string): Permission {
  if (!isPermission(name)) throw invalid('permission', 'There is no such permission: `permissions` names them all.');
  return name;
}
