import { AppError } from '../../platform/errors/app-error.js';
import type { Proof } from '../../policy/proof.js';
import { addressesOf } from '../sources/source-addresses.js';

/** A connection in use. */
export interface UsedConnection {
  readonly key: string;
  /** Those that it speaks for, as far as they are proven. */
  readonly domains: readonly string[];
  readonly enforced: boolean;
  readonly createdAt: Date;
}

/** Somebody at the door of an organization that enforces its single sign-on. */
export interface Visitor {
  /** Canonical. */
  readonly email: string;
  /** Null for who has proven nothing yet. */
  readonly proof: Proof | null;
  /** What an owner has granted to them, or offered with an invitation. */
  readonly ssoException: boolean;
}

/**
 * Whether one of the organization's own connections has opened the session. A key comes again when a connection is deleted
 * and made anew, or its domain changes hands: one that is younger than the session has not spoken in it.
 */
export function isProvenBy(connections: readonly UsedConnection[], proof: Proof | null): boolean {
  if (proof === null) return false;
  return connections.some(({ key, createdAt }) => key === proof.connection && createdAt <= proof.createdAt);
}

/** Whether the organization's single sign-on is enforced for this very address. */
export function isEnforcedFor(email: string, connections: readonly UsedConnection[]): boolean {
  return connections.some(({ enforced, domains }) => enforced && domains.includes(domainOf(email)));
}

/** Whether they come in without breaking the glass. An exception is for who has no other way. */
export function isWelcome({ email, proof, ssoException }: Visitor, connections: readonly UsedConnection[]): boolean {
  return isProvenBy(connections, proof) || (ssoException && !isEnforcedFor(email, connections));
}

/** @param connections the enforced ones first */
export function ssoRequired(email: string, connections: readonly UsedConnection[], rootUrl: string): AppError {
  const own = connections.find(({ domains }) => domains.includes(domainOf(email)));
  if (own) return new AppError('SSO_REQUIRED', { facts: { loginUrl: addressesOf(rootUrl, own.key).loginUrl } });
  return new AppError('SSO_REQUIRED', {
    message: 'This organization signs in through its own identity provider. Ask one of its owners for an exception.',
    facts: { loginUrl: null },
  });
}

/** @param email canonical */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);
