import type { SearchableAttributes } from '../protocol/search.js';

/** Where the directory's groups of an organization are looked for, whose id is `$1`. */
export const groupsOfOrganization = `from groups where groups.organization_id = $1 and groups.source = 'SCIM'`;

/** What can be asked of groups. */
export const searchableGroups: SearchableAttributes = {
  id: { kind: 'text', sql: 'groups.id', caseExact: true },
  externalid: { kind: 'text', sql: 'groups.external_id', caseExact: true },
  displayname: { kind: 'text', sql: 'groups.name' },
  'meta.created': { kind: 'moment', sql: 'groups.created_at' },
  'meta.lastmodified': { kind: 'moment', sql: 'groups.updated_at' },
  members: {
    kind: 'many',
    from: 'group_members as in_group where in_group.group_id = groups.id',
    of: { value: { kind: 'text', sql: 'in_group.user_id', caseExact: true } },
  },
};
