import { Query, Resolver } from '@nestjs/graphql';
import { definitionOf, listPermissions } from '../policy/permissions.js';
import { Public } from '../policy/requires.decorator.js';
import { Permission } from './access.graphql.js';
import { PermissionUses } from './permission-uses.service.js';

@Resolver()
export class AccessResolver {
  constructor(private readonly uses: PermissionUses) {}

  @Query(() => [Permission], { description: 'The catalogue of permissions.' })
  @Public('the catalogue is part of the published contract')
  permissions(): Permission[] {
    return listPermissions().map((name) => {
      const { describe: description, level, from: heldFrom } = definitionOf(name);
      return { name, description, level, heldFrom, neededBy: this.uses.of(name) };
    });
  }
}
