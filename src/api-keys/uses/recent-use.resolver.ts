import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Requires } from '../../policy/requires.decorator.js';
import { ApiKey } from '../api-key.graphql.js';
import { toReadKeys, type ApiKey as ApiKeyFacts } from '../api-key.types.js';
import { ApiKeyUse } from './recent-use.graphql.js';
import { RecentUses } from './recent-uses.service.js';

@Resolver(() => ApiKey)
export class ApiKeyRecentUsesResolver {
  constructor(private readonly uses: RecentUses) {}

  @ResolveField(() => [ApiKeyUse], {
    description:
      'From where it has been used in the last 90 days, the latest first. At most 20: where there are 20 there may be more. ' +
      'It needs the permission to read keys, also of a key that asks about itself.',
  })
  @Requires(toReadKeys, 'parent.projectId|parent.organizationId')
  recentUses(@Parent() key: ApiKeyFacts): Promise<ApiKeyUse[]> {
    return this.uses.listOf(key);
  }
}
