import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { Project } from '../../projects/project.graphql.js';
import { ProjectService } from '../../projects/project.service.js';
import type { Project as ProjectFacts } from '../../projects/project.types.js';
import { ApiKey, ApiKeyConnection } from '../api-key.graphql.js';
import { ApiKeyService } from '../api-key.service.js';
import { toManageKeys, toReadKeys, type ApiKey as ApiKeyFacts } from '../api-key.types.js';
import {
  CreateServiceAccountInput,
  CreateServiceAccountPayload,
  DeleteServiceAccountInput,
  DeleteServiceAccountPayload,
  ServiceAccount,
  ServiceAccountConnection,
  UpdateServiceAccountInput,
  UpdateServiceAccountPayload,
} from './service-account.graphql.js';
import { ServiceAccountOwnership } from './service-account-ownership.service.js';
import { ServiceAccountService } from './service-account.service.js';
import type { ServiceAccount as AccountFacts } from './service-account.types.js';

@Resolver(() => ServiceAccount)
export class ServiceAccountResolver {
  constructor(
    private readonly service: ServiceAccountService,
    private readonly keys: ApiKeyService,
  ) {}

  @Mutation(() => CreateServiceAccountPayload, {
    description:
      'Creates a named owner of keys, of a project (`apiKeys.manage` there) or of the organization ' +
      '(`organizationKeys.manage`). Errors: CANNOT_GRANT for a permission that the caller does not hold.',
  })
  @Requires(toManageKeys, 'input.projectId|input.organizationId')
  async createServiceAccount(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: CreateServiceAccountInput,
  ): Promise<CreateServiceAccountPayload> {
    return { serviceAccount: await this.service.create(actor, scope, input) };
  }

  @Mutation(() => UpdateServiceAccountPayload, {
    description:
      'Changes its name, its description or what its keys may do at most. Errors: CANNOT_GRANT for a permission more that ' +
      'the caller does not hold.',
  })
  @Requires(toManageKeys, 'input.serviceAccountId', ServiceAccountService)
  async updateServiceAccount(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: UpdateServiceAccountInput,
  ): Promise<UpdateServiceAccountPayload> {
    return { serviceAccount: await this.service.update(actor, scope, input.serviceAccountId, input) };
  }

  @Mutation(() => DeleteServiceAccountPayload, {
    description: 'Deletes it and revokes its keys, and the keys that these have made.',
  })
  @Requires(toManageKeys, 'input.serviceAccountId', ServiceAccountService)
  async deleteServiceAccount(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: DeleteServiceAccountInput,
  ): Promise<DeleteServiceAccountPayload> {
    return { serviceAccount: await this.service.delete(actor, scope, input.serviceAccountId) };
  }

  @ResolveField(() => ApiKeyConnection, { description: 'Its keys; revoked and expired ones too.' })
  @Requires(toReadKeys, 'parent.projectId|parent.organizationId')
  apiKeys(
    @Parent() account: AccountFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ApiKeyFacts>> {
    return this.keys.listOfServiceAccount(account, { first, after });
  }
}

@Resolver(() => ApiKey)
export class ApiKeyServiceAccountResolver {
  constructor(private readonly accounts: ServiceAccountOwnership) {}

  @ResolveField(() => ServiceAccount, {
    nullable: true,
    description: 'Whose key it is, and what it may do at most; null: it is its maker’s.',
  })
  @Public('whoever is shown a key may know whose it is')
  async serviceAccount(@Parent() { serviceAccountId }: ApiKeyFacts): Promise<AccountFacts | null> {
    return serviceAccountId === null ? null : this.accounts.load(serviceAccountId);
  }
}

@Resolver(() => Project)
export class ProjectServiceAccountsResolver {
  constructor(private readonly service: ServiceAccountService) {}

  @ResolveField(() => ServiceAccountConnection, { description: 'The service accounts of this project.' })
  @Requires('apiKeys.read', 'parent.id', ProjectService)
  serviceAccounts(
    @Parent() { id, organizationId }: ProjectFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<AccountFacts>> {
    return this.service.list({ organizationId, projectId: id }, { first, after });
  }
}

@Resolver(() => Organization)
export class OrganizationServiceAccountsResolver {
  constructor(private readonly service: ServiceAccountService) {}

  @ResolveField(() => ServiceAccountConnection, { description: "The organization's own service accounts." })
  @Requires('organizationKeys.read', 'parent.id')
  serviceAccounts(
    @Parent() organization: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<AccountFacts>> {
    return this.service.list({ organizationId: organization.id, projectId: null }, { first, after });
  }
}
