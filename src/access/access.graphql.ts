import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { BuiltInRole } from '../policy/permissions.js';
import { Role } from '../policy/role.graphql.js';

export const PermissionLevel = { ORGANIZATION: 'organization', PROJECT: 'project', BOTH: 'both' } as const;

registerEnumType(PermissionLevel, {
  name: 'PermissionLevel',
  description: 'Where a permission is granted and checked.',
  valuesMap: {
    ORGANIZATION: { description: 'In the organization as a whole.' },
    PROJECT: { description: 'In one project.' },
    BOTH: { description: 'In the organization for the organization, in a project for the project.' },
  },
});

@ObjectType({ description: 'One permission of the catalogue.' })
export class Permission {
  @Field(() => ID, { description: 'Its name, as keys and errors have it: `apiKeys.manage`.' })
  name!: string;

  @Field(() => String, { description: 'What it allows.' })
  description!: string;

  @Field(() => PermissionLevel, { description: 'Where it is granted and checked.' })
  level!: (typeof PermissionLevel)[keyof typeof PermissionLevel];

  @Field(() => Role, { description: 'The least built-in role that holds it: stronger ones hold it too.' })
  heldFrom!: BuiltInRole;

  @Field(() => [String], {
    description:
      'The operations and fields that ask for it, such as `Mutation.createApiKey` and `Project.apiKeys`. None for one that ' +
      'only your application asks, through `POST /api/keys/verify`.',
  })
  neededBy!: readonly string[];
}
