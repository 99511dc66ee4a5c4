import type { Permission } from '../policy/permissions.js';

export const apiKeyScopes = ['PROJECT', 'ORGANIZATION'] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

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
  readonly permissions: readonly Permission[];
  /** The id of the user or key that made it, or the kind of another actor. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewApiKey {
  readonly name: string;
  readonly note?: string | null | undefined;
  /** Names of permissions; what the application asks for and the actor holds, unless given. */
  readonly permissions?: readonly string[] | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

/** A key just made, with its secret: this once and never again. */
export interface CreatedApiKey {
  readonly apiKey: ApiKey;
  readonly publicKey: string;
  readonly secretKey: string;
}
