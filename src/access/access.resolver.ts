import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { builtInRoles, definitionOf, permissionNames } from '../policy/permissions.js';
import { Public, Requires } from '../policy/requires.decorator.js';
import { permissionsOf } from '../policy/roles.js';
import { Permission, RoleDefinition } from './access.graphql.js';

@Resolver()
export class AccessResolver {
  @Query(() => [Permission], { description: 'The catalogue of permissions.' })
  @Public('the catalogue is part of the published contract')
  permissions(): Permission[] {
    return permissionNames.map((name) => {
      const { describe: description, level } = definitionOf(name);
      return { name, description, level };
    });
  }

  @Query(() => [RoleDefinition], { description: 'The roles that an organization can give, strongest first.' })
  @Requires('organization.read', 'organizationId')
  roles(@Args('organizationId', { type: () => ID }) _organizationId: string): RoleDefinition[] {
    return builtInRoles.toReversed().map((name) => ({
      name,
      organizationPermissions: [...permissionsOf(name, 'organization')],
      projectPermissions: [...permissionsOf(name, 'project')],
    }));
  }
}
