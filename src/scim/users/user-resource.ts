import { parseEmailAddress } from '../../platform/text/email-address.js';
import { builtInRoles, type BuiltInRole } from '../../policy/permissions.js';
import { isComplex, textOf, valuesOf, type Complex, type Document } from '../protocol/document.js';
import { applyPatch } from '../protocol/patch.js';
import { scimError } from '../protocol/scim-error.js';
import { versionOf } from '../protocol/version.js';
import type { GroupOfUser, ScimUser, UserWish } from './scim-user.types.js';
import { userType } from './user-schema.js';

/** Attributes that are ours to say, or kept beside the profile. */
const besidesProfile = new Set(['schemas', 'id', 'externalId', 'meta', 'userName', 'active', 'roles', 'groups']);

/** As much as a directory says of somebody, and a hundred times what it needs to. */
const LARGEST_PROFILE = 32_768;
const LONGEST_NAME = 120;
const LONGEST_USER_NAME = 300;

/** What has been said of a member, as the directory could have said it: a PATCH changes this. */
export function userDocument(user: ScimUser): Document {
  return {
    ...(user.externalId === null ? {} : { externalId: user.externalId }),
    userName: user.userName,
    emails: [{ value: user.email, type: 'work', primary: true }],
    ...user.profile,
    active: user.active,
    roles: [{ value: user.role, primary: true }],
  };
}

/** A member as a resource. @param base the address of the service, without a slash at its end */
export function userResource(user: ScimUser, groups: readonly GroupOfUser[], base: string): Document {
  const told: Document = {
    schemas: [userType.core.id, ...userType.extensions.map(({ id }) => id).filter((id) => id in user.profile)],
    id: user.id,
    displayName: user.name,
    ...userDocument(user),
    ...(groups.length === 0 ? {} : { groups: groups.map((group) => groupOf(group, base)) }),
  };
  const meta = {
    resourceType: userType.name,
    created: user.createdAt.toISOString(),
    lastModified: user.updatedAt.toISOString(),
    location: `${base}${userType.endpoint}/${user.id}`,
    version: versionOf(told),
  };
  return { ...told, meta };
}

const groupOf = ({ id, name }: GroupOfUser, base: string): Complex => ({
  value: id,
  $ref: `${base}/Groups/${id}`,
  display: name,
  type: 'direct',
});

/**
 * What a document wants of somebody.
 * @throws invalidValue, as SCIM calls it, for a userName or role that is none, or where no email address is among it
 */
export function wishIn(document: Document): UserWish {
  const userName = textOf(document.userName)?.trim() ?? '';
  if (userName === '' || userName.length > LONGEST_USER_NAME)
    throw scimError('invalidValue', `userName must have 1 to ${LONGEST_USER_NAME} characters.`);
  const profile = profileIn(document);
  return {
    userName,
    externalId: textOf(document.externalId),
    email: emailIn(document, userName),
    name: nameIn(document),
    active: typeof document.active === 'boolean' ? document.active : null,
    role: roleIn(document),
    profile,
  };
}

/** What has been said of somebody until now. */
export function saidOf(user: ScimUser): UserWish {
  return { ...wishIn(userDocument(user)), profile: user.profile };
}

/**
 * What a PATCH wants of somebody. The email that we tell is no word of the directory's until it changes it.
 * @throws as `applyPatch` and `wishIn`
 */
export function wishOfPatch(user: ScimUser, patch: unknown): UserWish {
  const document = userDocument(user);
  const patched = applyPatch(userType, document, patch);
  // Somebody has one role: one that has come takes the place of the one that was.
  const come = valuesOf(patched.roles).filter((role) => !valuesOf(document.roles).includes(role));
  const wish = wishIn(come.length === 0 ? patched : { ...patched, roles: come });
  if (patched.emails !== document.emails || user.profile.emails !== undefined) return wish;
  const { emails: _, ...profile } = wish.profile;
  // Where no emails were ever said, the userName is the email, and the next one too.
  const renamed = wish.userName === user.userName ? null : parseEmailAddress(wish.userName);
  return { ...wish, profile, email: renamed?.address ?? wish.email };
}

function profileIn(document: Document): Document {
  const profile = Object.fromEntries(Object.entries(document).filter(([name]) => !besidesProfile.has(name)));
  if (JSON.stringify(profile).length > LARGEST_PROFILE)
    throw scimError('tooMany', `A user's attributes have at most ${LARGEST_PROFILE} characters.`);
  return profile;
}

/** The primary email, else the first of work, else the first; else the userName. */
function emailIn(document: Document, userName: string): string {
  const emails = valuesOf(document.emails).filter(({ value }) => textOf(value) !== null);
  const chosen =
    emails.find(({ primary }) => primary === true) ??
    emails.find(({ type }) => textOf(type)?.toLowerCase() === 'work') ??
    emails[0];
  const address = parseEmailAddress(textOf(chosen?.value) ?? userName);
  if (!address) throw scimError('invalidValue', 'emails must hold one email address, or userName be one.');
  return address.address;
}

function nameIn({ displayName, name }: Document): string | null {
  const parts = isComplex(name) ? name : {};
  const whole = [parts.givenName, parts.familyName].flatMap((part) => textOf(part) ?? []).join(' ');
  const shown = [textOf(displayName), textOf(parts.formatted), whole]
    .map((candidate) => (candidate ?? '').replace(/\p{Cc}/gu, '').trim())
    .find((candidate) => candidate !== '');
  return shown === undefined ? null : Array.from(shown).slice(0, LONGEST_NAME).join('');
}

/** The primary role, else the first. */
function roleIn(document: Document): BuiltInRole | null {
  const roles = valuesOf(document.roles);
  const chosen = roles.find(({ primary }) => primary === true) ?? roles[0];
  if (!chosen) return null;
  const role = builtInRoles.find((name) => name === textOf(chosen.value)?.trim().toUpperCase());
  if (!role) throw scimError('invalidValue', `roles must name one of ${builtInRoles.join(', ')}.`);
  return role;
}
