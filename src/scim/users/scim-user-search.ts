import type { SearchableAttributes } from '../protocol/search.js';

/** Where members of an organization are looked for, whose id is `$1` and whose verified domains are `$2`. */
export const usersOfOrganization = `
  from memberships m join users u on u.id = m.user_id
  left join scim_users s on s.organization_id = m.organization_id and s.user_id = m.user_id
  where m.organization_id = $1 and split_part(u.email, '@', 2) = any($2::text[])`;

const userName = 'coalesce(s.user_name, u.email)';

/** One account has one email, whatever the directory has said of others. */
const emails = `coalesce(s.profile -> 'emails',
  jsonb_build_array(jsonb_build_object('value', u.email, 'type', 'work', 'primary', true)))`;

const within = (path: string) => ({ kind: 'text' as const, sql: `s.profile #>> '{${path}}'` });

/** What can be asked of users. Whoever asks after one by name or by the directory's id is answered from an index. */
export const searchableUsers: SearchableAttributes = {
  id: { kind: 'text', sql: 'm.user_id', caseExact: true },
  externalid: {
    kind: 'text',
    sql: 's.external_id',
    caseExact: true,
    found: (wanted) =>
      `m.user_id in (select user_id from scim_users where organization_id = $1 and external_id = ${wanted})`,
  },
  username: {
    kind: 'text',
    sql: userName,
    found: (wanted) =>
      `m.user_id in (select user_id from scim_users where organization_id = $1 and lower(user_name) = ${wanted}
         union all select id from users where email = ${wanted})`,
  },
  active: { kind: 'boolean', sql: '(u.deactivated_at is null)' },
  displayname: { kind: 'text', sql: 'u.name' },
  'name.formatted': within('name,formatted'),
  'name.givenname': within('name,givenName'),
  'name.familyname': within('name,familyName'),
  title: within('title'),
  usertype: within('userType'),
  department: within('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,department'),
  employeenumber: within('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,employeeNumber'),
  'meta.created': { kind: 'moment', sql: 'coalesce(s.created_at, m.joined_at)' },
  'meta.lastmodified': { kind: 'moment', sql: 'coalesce(s.updated_at, m.joined_at)' },
  emails: {
    kind: 'many',
    from: `jsonb_array_elements(${emails}) as said (address) where true`,
    of: {
      value: { kind: 'text', sql: `address ->> 'value'` },
      type: { kind: 'text', sql: `address ->> 'type'` },
      primary: { kind: 'boolean', sql: `(address ->> 'primary')::boolean` },
    },
  },
  roles: {
    kind: 'many',
    from: '(select m.role) as held where true',
    of: { value: { kind: 'text', sql: 'held.role' } },
  },
  groups: {
    kind: 'many',
    from: `group_members as in_group join groups on groups.id = in_group.group_id
      where in_group.organization_id = m.organization_id and in_group.user_id = m.user_id and groups.source = 'SCIM'`,
    of: {
      value: { kind: 'text', sql: 'in_group.group_id', caseExact: true },
      display: { kind: 'text', sql: 'groups.name' },
    },
  },
};
