import type { ResourceType } from '../protocol/scim-schema.js';

/** RFC 7643, 4.2. */
export const groupType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Groups of the directory. What is granted to one in Gatehouse, each of its members has.',
  core: {
    id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
    name: 'Group',
    description: 'A group of people of the organization’s own domains.',
    attributes: [
      {
        name: 'displayName',
        type: 'string',
        description: 'Its name, 1 to 100 characters, unique among the groups of the organization.',
        required: true,
        unique: true,
      },
      {
        name: 'members',
        type: 'complex',
        multiValued: true,
        description: 'Who is in it: people, not groups.',
        subAttributes: [
          { name: 'value', type: 'string', description: 'The person’s id.', required: true, caseExact: true },
          { name: '$ref', type: 'reference', description: 'The person’s address.', readOnly: true, caseExact: true },
          { name: 'type', type: 'string', description: 'User.', readOnly: true, canonicalValues: ['User'] },
          { name: 'display', type: 'string', description: 'The person’s name.', readOnly: true },
        ],
      },
    ],
  },
  extensions: [],
};
