import type { EmailAddress } from '../../platform/text/email-address.js';
import type { User } from '../../users/user.types.js';
import type { Attempt } from '../sign-in/sign-in.service.js';

/** A sign-up, as the trail tells of it where it is refused. */
export const attemptOf = ({ address }: EmailAddress): Attempt => ({
  method: 'password',
  connection: null,
  email: address,
  organizationId: null,
});

/** Whether somebody may have made the account without having seen its mailbox. */
export function isUnproven(user: User): boolean {
  return !user.emailVerified && !user.isDeactivated;
}
