import { isDeepStrictEqual } from 'node:util';
import { auditEvent } from '../../audit/audit-event.types.js';
import type { Document } from '../protocol/document.js';

interface Said {
  readonly userName: string;
  readonly externalId: string | null;
  readonly profile: Document;
}

interface ScimUserChange {
  readonly organizationId: string;
  readonly userId: string;
  readonly before: Said;
  readonly after: Said;
}

/** What the directory says of somebody has changed. Of their attributes the names are told, and not what they hold. */
export const scimUserUpdated = auditEvent(
  'scimUser.updated',
  ({ organizationId, userId, before, after }: ScimUserChange) => ({
    organizationId,
    resource: { type: 'user', id: userId },
    before: { userName: before.userName, externalId: before.externalId },
    after: { userName: after.userName, externalId: after.externalId, changed: changedIn(before, after) },
  }),
);

const changedIn = (before: Said, after: Said): string[] =>
  [...new Set([...Object.keys(before.profile), ...Object.keys(after.profile)])]
    .filter((name) => !isDeepStrictEqual(before.profile[name], after.profile[name]))
    .sort();
