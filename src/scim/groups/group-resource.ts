import { textOf, valuesOf, type Complex, type Document } from '../protocol/document.js';
import { scimError } from '../protocol/scim-error.js';
import { versionOf } from '../protocol/version.js';
import { groupType } from './group-schema.js';
import type { GroupWish, MemberOfGroup, ScimGroup } from './scim-group.types.js';

const LONGEST_NAME = 100;

/** A group as the directory could have said it: a PATCH changes this. */
export function groupDocument({ displayName, externalId }: ScimGroup, memberIds: readonly string[]): Document {
  return {
    displayName,
    ...(externalId === null ? {} : { externalId }),
    ...(memberIds.length === 0 ? {} : { members: memberIds.map((value) => ({ value })) }),
  };
}

/** A group as a resource. @param members null where nobody asks for them */
export function groupResource(group: ScimGroup, members: readonly MemberOfGroup[] | null, base: string): Document {
  const told: Document = {
    schemas: [groupType.core.id],
    id: group.id,
    ...groupDocument(group, []),
    ...(members === null || members.length === 0 ? {} : { members: members.map((member) => memberOf(member, base)) }),
  };
  const meta = {
    resourceType: groupType.name,
    created: group.createdAt.toISOString(),
    lastModified: group.updatedAt.toISOString(),
    location: `${base}${groupType.endpoint}/${group.id}`,
    version: versionOf({ id: group.id, updated: group.updatedAt.toISOString() }),
  };
  return { ...told, meta };
}

const memberOf = ({ id, name }: MemberOfGroup, base: string): Complex => ({
  value: id,
  $ref: `${base}/Users/${id}`,
  display: name,
  type: 'User',
});

/** @throws invalidValue, as SCIM calls it */
export function groupWishIn(document: Document): GroupWish {
  const displayName = textOf(document.displayName)?.trim() ?? '';
  if (displayName === '' || displayName.length > LONGEST_NAME)
    throw scimError('invalidValue', `displayName must have 1 to ${LONGEST_NAME} characters.`);
  const members = [...new Set(valuesOf(document.members).flatMap(({ value }) => textOf(value) ?? []))];
  return { displayName, externalId: textOf(document.externalId), members };
}
