import { auditEvent } from '../../audit/audit-event.types.js';
import type { Group } from './group.types.js';

const told = ({ name, description, source, externalId }: Group) => ({ name, description, source, externalId });
const place = ({ id, organizationId }: Group) => ({ organizationId, resource: { type: 'group', id } });

export const groupCreated = auditEvent('group.created', (group: Group) => ({ ...place(group), after: told(group) }));

export const groupUpdated = auditEvent(
  'group.updated',
  ({ before, after }: { readonly before: Group; readonly after: Group }) => ({
    ...place(after),
    before: told(before),
    after: told(after),
  }),
);

export const groupDeleted = auditEvent(
  'group.deleted',
  ({ group, members, grants }: { readonly group: Group; readonly members: number; readonly grants: number }) => ({
    ...place(group),
    before: { ...told(group), members, grants },
  }),
);

export const groupDetached = auditEvent(
  'group.detached',
  ({ before, after }: { readonly before: Group; readonly after: Group }) => ({
    ...place(after),
    before: told(before),
    after: told(after),
  }),
);

interface InGroup {
  readonly group: Group;
  readonly userId: string;
}

export const groupMemberAdded = auditEvent('group.memberAdded', ({ group, userId }: InGroup) => ({
  ...place(group),
  after: { userId, name: group.name },
}));

export const groupMemberRemoved = auditEvent('group.memberRemoved', ({ group, userId }: InGroup) => ({
  ...place(group),
  before: { userId, name: group.name },
}));
