import type { EmailAddress } from '../../platform/text/email-address.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { IdentityKey, User } from '../../users/user.types.js';
import type { SignInRefusalReason } from './sign-in-refused.js';

export interface Refused {
  readonly refused: SignInRefusalReason;
}

/** Whose account it is. */
export type Entry = { readonly identity: IdentityKey; readonly email: EmailAddress; readonly emailProven: boolean } & (
  { readonly known: User } | { readonly link: User } | { readonly create: { readonly name: string } }
);

/** And the role with which they become a member of the connection's organization; null where they don't. */
export type Accepted = Entry & { readonly joins: BuiltInRole | null };

/** What is to become of somebody who has proven an identity. */
export type Verdict = Refused | Accepted;

/** Whose account it was before; null for a new one. */
export function holderOf(entry: Entry): User | null {
  if ('known' in entry) return entry.known;
  return 'link' in entry ? entry.link : null;
}
