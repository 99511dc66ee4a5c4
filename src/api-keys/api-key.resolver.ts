import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '../access/viewer.graphql.js';
import { Organization } from '../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../organizations/organization.types.js';
import type { Connection } from '../platform/graphql/connection.js';
import type { Actor, Scope } from '../policy/actor.js';
import { CurrentActor, CurrentScope } from '../policy/current.decorators.js';
import { Public, Requires } from '../policy/requires.decorator.js';
import { Project } from '../projects/project.graphql.js';
import { ProjectService } from '../projects/project.service.js';
import type { Project as ProjectFacts } from '../projects/project.types.js';
import { ApiKey, ApiKeyConnection, CreateApiKeyInput, CreateApiKeyPayload } from './api-key.graphql.js';
import {
  RevokeApiKeyInput,
  RevokeApiKeyPayload,
  RotateApiKeyInput,
  RotateApiKeyPayload,
} from './api-key-end.graphql.js';
import { ApiKeyEndingService } from './api-key-ending.service.js';
import { ApiKeyRotationService } from './api-key-rotation.service.js';
import { ApiKeyService } from './api-key.service.js';
import { toManageKeys, type ApiKey as ApiKeyFacts } from './api-key.types.js';

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  constructor(
    private readonly service: ApiKeyService,
    private readonly rotation: ApiKeyRotationService,
    private readonly ending: ApiKeyEndingService,
  ) {}

  @Mutation(() => CreateApiKeyPayload, {
    description:
      'Creates a key of a project (`apiKeys.manage` there) or of the organization (`organizationKeys.manage`). ' +
      'Errors: CANNOT_GRANT for a permission that the caller does not hold.',
  })
  @Requires(toManageKeys, 'input.projectId|input.organizationId')
  createApiKey(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: CreateApiKeyInput,
  ): Promise<CreateApiKeyPayload> {
    return this.service.create(actor, scope, input);
  }

  @Mutation(() => RotateApiKeyPayload, {
    description:
      'Makes the next pair for a key: of the same reach, name, permissions and length of life. The old one dies when the ' +
      'overlap ends, or lives on where the new one is revoked before. Errors: CANNOT_GRANT for a permission that the ' +
      'caller does not hold; CONFLICT for a key that has a successor; PRECONDITION_FAILED for one that has ended.',
  })
  @Requires(toManageKeys, 'input.apiKeyId', ApiKeyService)
  rotateApiKey(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: RotateApiKeyInput,
  ): Promise<RotateApiKeyPayload> {
    return this.rotation.rotate(actor, scope, input);
  }

  @ResolveField(() => [String], {
    description:
      'What it may do now: of what it was given, what its maker holds for good (for a key of the organization, in each of ' +
      'its projects), or the key that made it, or its service account.',
  })
  @Public('it says nothing beyond the permissions of a key that is shown')
  effectivePermissions(@Parent() { permissions, effectivePermissions }: ApiKeyFacts): readonly string[] {
    return effectivePermissions ?? permissions;
  }

  @ResolveField(() => ApiKey, {
    nullable: true,
    description: 'The key that takes its place; null: it was not rotated.',
  })
  @Public('a successor is of the very scope of the key that is shown')
  supersededBy(@Parent() { successorId }: ApiKeyFacts): Promise<ApiKeyFacts | null> | null {
    return successorId === null ? null : this.service.findById(successorId);
  }

  @ResolveField(() => Boolean, {
    nullable: true,
    description: 'Whether somebody has used it since it was rotated, some seconds late; null: it was not rotated.',
  })
  @Public('it says nothing beyond lastUsedAt of a key that is shown')
  usedSinceRotation(@Parent() { rotatedAt, lastUsedAt }: ApiKeyFacts): boolean | null {
    return rotatedAt && lastUsedAt !== null && lastUsedAt > rotatedAt;
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description:
      'Ends a key at once and for good. Revoking it again changes nothing. A key in whose place it was made lives on, ' +
      'unless that has died already.',
  })
  @Requires(toManageKeys, 'input.apiKeyId', ApiKeyService)
  async revokeApiKey(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: RevokeApiKeyInput,
  ): Promise<RevokeApiKeyPayload> {
    return { apiKey: await this.ending.revoke(actor, scope.organizationId, input.apiKeyId) };
  }
}

@Resolver(() => Project)
export class ProjectApiKeysResolver {
  constructor(private readonly service: ApiKeyService) {}

  @ResolveField(() => ApiKeyConnection, { description: 'The keys of this project; revoked and expired ones too.' })
  @Requires('apiKeys.read', 'parent.id', ProjectService)
  apiKeys(
    @Parent() { id, organizationId }: ProjectFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ApiKeyFacts>> {
    return this.service.list({ organizationId, projectId: id }, { first, after });
  }
}

@Resolver(() => Organization)
export class OrganizationApiKeysResolver {
  constructor(private readonly service: ApiKeyService) {}

  @ResolveField(() => ApiKeyConnection, {
    description: "The organization's own keys, which reach each of its projects; revoked and expired ones too.",
  })
  @Requires('organizationKeys.read', 'parent.id')
  apiKeys(
    @Parent() organization: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ApiKeyFacts>> {
    return this.service.list({ organizationId: organization.id, projectId: null }, { first, after });
  }
}

@Resolver(() => Viewer)
export class ViewerApiKeyResolver {
  constructor(private readonly service: ApiKeyService) {}

  @ResolveField(() => ApiKey, { nullable: true, description: 'The key that is calling; null for anybody else.' })
  @Public('a key may know itself')
  async apiKey(@Parent() { kind, id }: Viewer): Promise<ApiKeyFacts | null> {
    return kind === 'apiKey' ? this.service.findById(id) : null;
  }
}
