import type { Permission } from '../policy/permissions.js';
import type { RateLimit } from './rate-limit/rate-limit.types.js';

export const apiKeyScopes = ['PROJECT', 'ORGANIZATION'] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

/** What is asked of whoever reads keys, or the service accounts that they are of; and of whoever makes, changes and ends them. */
export const toReadKeys = { inProject: 'apiKeys.read', inOrganization: 'organizationKeys.read' } as const;
export const toManageKeys = { inProject: 'apiKeys.manage', inOrganization: 'organizationKeys.manage' } as const;

/** A key as callers see it: never with its secret, nor with the digest of it. */
export interface ApiKey {
  readonly id: string;
  readonly organizationId: string;
  /** Null: a key of the organization, good for each of its projects. */
  readonly projectId: string | null;
  readonly scope: ApiKeyScope;
  readonly name: string;
  readonly note: string | null;
  readonly publicKey: string;
  readonly displaySecret: string;
  /** What it was given. */
  readonly permissions: readonly Permission[];
  /** What is left of that while whoever stands behind it holds less; null: all of it. */
  readonly effectivePermissions: readonly Permission[] | null;
  /** The networks that it may be used from, in CIDR notation; none: from anywhere. */
  readonly allowedCidrs: readonly string[];
  /** How often it may be used; null: as often as it likes. */
  readonly rateLimit: RateLimit | null;
  /** The id of the user or key that made it, or the kind of another actor. */
  readonly createdBy: string;
  /** Whose key it is, where it is nobody's own: then it has at most the permissions of that. */
  readonly serviceAccountId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** The key in whose place it was made. */
  readonly rotatedFromId: string | null;
  /** The key that takes its place, since `rotatedAt`. */
  readonly successorId: string | null;
  readonly rotatedAt: Date | null;
  /** How long it outlives the first use of its successor; null where it dies at a date. */
  readonly overlapSeconds: number | null;
  /** When the overlap ends; null until that is known. */
  readonly diesAt: Date | null;
}

export interface NewApiKey {
  readonly name: string;
  readonly note?: string | null | undefined;
  /** Names of permissions; what the application asks for and the actor holds, unless given. */
  readonly permissions?: readonly string[] | null | undefined;
  readonly expiresAt?: Date | null | undefined;
  /** Networks in CIDR notation, or single addresses; from anywhere, unless given. */
  readonly allowedCidrs?: readonly string[] | null | undefined;
  /** Of the very scope of the key; the maker's own key, unless given. */
  readonly serviceAccountId?: string | null | undefined;
  /** How often it may be used; as often as it likes, unless given. */
  readonly rateLimit?: RateLimit | null | undefined;
}

/** In whose place a key is made, and how long the old one stays good beside it. */
export interface Rotation {
  readonly apiKeyId: string;
  /** From the first use of the new key; seven days unless given. */
  readonly overlapSeconds?: number | null | undefined;
  /** A date instead, whether the new key is used by then or not. */
  readonly endsAt?: Date | null | undefined;
}

/** A key just made, with its secret: this once and never again. */
export interface CreatedApiKey {
  readonly apiKey: ApiKey;
  readonly publicKey: string;
  readonly secretKey: string;
}

/** When a key ends by itself, as far as that is known: at its own end, or with the overlap in which its successor is good too. */
export function endOf({ expiresAt, diesAt }: Pick<ApiKey, 'expiresAt' | 'diesAt'>): Date | null {
  return earlier(expiresAt, diesAt);
}

/** The earlier of two ends, where null is none. */
export function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
