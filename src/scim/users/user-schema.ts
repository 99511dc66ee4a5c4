import type { Attribute, ResourceType, Schema } from '../protocol/scim-schema.js';

const text = (name: string, description: string): Attribute => ({ name, type: 'string', description });

/** What each value of a multi-valued attribute has (RFC 7643, 2.4). */
const valued = (description: string, kinds: readonly string[]): Attribute[] => [
  text('value', description),
  text('display', 'As it is shown.'),
  { ...text('type', 'Which of them it is.'), canonicalValues: kinds },
  { name: 'primary', type: 'boolean', description: 'Whether it is the first to use. At most one is.' },
];

const name: Attribute = {
  name: 'name',
  type: 'complex',
  description: 'The parts of the person’s name.',
  subAttributes: [
    text('formatted', 'The whole name.'),
    text('familyName', 'Family name.'),
    text('givenName', 'Given name.'),
    text('middleName', 'Middle names.'),
    text('honorificPrefix', 'Title before the name.'),
    text('honorificSuffix', 'Suffix behind the name.'),
  ],
};

const address: Attribute = {
  name: 'addresses',
  type: 'complex',
  multiValued: true,
  description: 'Postal addresses.',
  subAttributes: [
    text('formatted', 'The whole address.'),
    text('streetAddress', 'Street and number.'),
    text('locality', 'City.'),
    text('region', 'State or region.'),
    text('postalCode', 'Postal code.'),
    text('country', 'Country, ISO 3166-1 alpha-2.'),
    { ...text('type', 'Which of them it is.'), canonicalValues: ['work', 'home', 'other'] },
    { name: 'primary', type: 'boolean', description: 'Whether it is the first to use.' },
  ],
};

const groups: Attribute = {
  name: 'groups',
  type: 'complex',
  multiValued: true,
  readOnly: true,
  description: 'The groups of this directory that the person is in. Changed in the groups.',
  subAttributes: [
    { ...text('value', 'The group’s id.'), readOnly: true, caseExact: true },
    { name: '$ref', type: 'reference', description: 'The group’s address.', readOnly: true, caseExact: true },
    { ...text('display', 'The group’s name.'), readOnly: true },
    { ...text('type', 'How they are in it.'), readOnly: true, canonicalValues: ['direct'] },
  ],
};

/** RFC 7643, 4.1. */
const core: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'A member of the organization whose email lies in one of its verified domains.',
  attributes: [
    {
      ...text('userName', 'By what the directory knows them. An email address, unless `emails` has one.'),
      required: true,
      unique: true,
    },
    name,
    text('displayName', 'What they are called.'),
    text('nickName', 'What they are called by friends.'),
    { name: 'profileUrl', type: 'reference', description: 'A page about them.' },
    text('title', 'Job title.'),
    text('userType', 'Employee, contractor …'),
    text('preferredLanguage', 'As in Accept-Language.'),
    text('locale', 'For dates and numbers: en-US.'),
    text('timezone', 'IANA time zone: Europe/Berlin.'),
    {
      name: 'active',
      type: 'boolean',
      description:
        'False: the account lets nobody in, its sessions have ended, and the keys its person made are revoked.',
    },
    {
      name: 'emails',
      type: 'complex',
      multiValued: true,
      description: 'Email addresses. The primary one is the account’s, and lies in a verified domain.',
      subAttributes: valued('An email address.', ['work', 'home', 'other']),
    },
    {
      name: 'phoneNumbers',
      type: 'complex',
      multiValued: true,
      description: 'Telephone numbers.',
      subAttributes: valued('A telephone number.', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    },
    address,
    {
      name: 'roles',
      type: 'complex',
      multiValued: true,
      description:
        'One of ADMIN, MEMBER, VIEWER and NONE: the role in the organization. OWNER is shown, and never given.',
      subAttributes: valued('The role.', []),
    },
    groups,
  ],
};

/** RFC 7643, 4.3. */
const enterprise: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'What a company knows of its people.',
  attributes: [
    text('employeeNumber', 'Number or code within the company.'),
    text('costCenter', 'Cost center.'),
    text('organization', 'The company’s name for the organization.'),
    text('division', 'Division.'),
    text('department', 'Department.'),
    {
      name: 'manager',
      type: 'complex',
      description: 'Who they report to.',
      subAttributes: [
        text('value', 'The manager’s id.'),
        { name: '$ref', type: 'reference', description: 'The manager’s address.' },
        text('displayName', 'The manager’s name.'),
      ],
    },
  ],
};

export const userType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'People of the organization’s own domains.',
  core,
  extensions: [enterprise],
};
