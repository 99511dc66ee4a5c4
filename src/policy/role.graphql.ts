import { registerEnumType } from '@nestjs/graphql';

export const Role = { OWNER: 'OWNER', ADMIN: 'ADMIN', MEMBER: 'MEMBER', VIEWER: 'VIEWER', NONE: 'NONE' } as const;

registerEnumType(Role, {
  name: 'Role',
  description: 'The built-in roles, each holding all that the next weaker one holds.',
  valuesMap: {
    OWNER: { description: 'Everything, with deletion, billing and keys of the organization.' },
    ADMIN: { description: 'Manages projects, members, keys, domains and single sign-on; reads the audit trail.' },
    MEMBER: { description: 'Works in projects; sees members and keys.' },
    VIEWER: { description: 'Reads.' },
    NONE: { description: 'Nothing. In a project: hides it.' },
  },
});
