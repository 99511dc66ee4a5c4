import { mailOf, moment, tamed } from '../../platform/mail/letter.js';
import type { Mail } from '../../platform/mail/mail.js';
import type { Organization } from '../organization.types.js';

interface DeletionNotice {
  readonly organization: Organization;
  /** As the trail calls whoever did it. */
  readonly by: string;
  /** Until when it can be undone; null where it cannot. */
  readonly goneAt: Date | null;
  readonly host: string;
}

/** To each owner: what is gone, who did that, and until when it can be undone. */
export function deletionMail(to: string, { organization, by, goneAt, host }: DeletionNotice): Mail {
  const { id, name } = organization;
  const undo =
    goneAt === null
      ? []
      : [
          `Until ${moment(goneAt)} each of its owners can bring it back with all that was in it: call restoreOrganization with organizationId ${id}.`,
        ];
  return mailOf({
    to,
    subject: `${tamed(name)} was deleted`,
    opening: [
      `The organization ${tamed(name)} at ${host} was deleted by ${tamed(by)}. Its members can no longer see it, and its keys, invitations and single sign-on no longer work.`,
      ...undo,
    ],
    closing:
      goneAt === null
        ? `It cannot be brought back. If this should not have happened, tell the administrator of ${host}, who can read its audit trail.`
        : 'If this is right, there is nothing to do: at that time it goes for good.',
  });
}
