import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';

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
}
