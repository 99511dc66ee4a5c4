import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Role } from '../policy/role.graphql.js';
import type { BuiltInRole } from '../policy/permissions.js';

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

@ObjectType({ description: 'A role and what it gives.' })
export class RoleDefinition {
  @Field(() => Role, { description: 'Its name.' })
  name!: BuiltInRole;

  @Field(() => [ID], { description: 'What it gives in the organization.' })
  organizationPermissions!: string[];

  @Field(() => [ID], { description: 'What it gives in a project.' })
  projectPermissions!: string[];
}
