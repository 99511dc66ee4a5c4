import type { ApiKey } from '../api-key.types.js';

export const staleKeyReasons = [
  'NEVER_USED',
  'UNUSED',
  'ROTATION_DUE',
  'EXPIRES_SOON',
  'PREDECESSOR_STILL_USED',
] as const;
export type StaleKeyReason = (typeof staleKeyReasons)[number];

/** A key that nobody has used for so long is one that nobody would miss, and a thief might find. */
export const UNUSED_DAYS = 90;
/** So long before its own end a key is worth a look. */
export const SOON_DAYS = 14;

const DAY_MS = 24 * 60 * 60_000;

export const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS);
export const daysAfter = (now: Date, days: number): Date => daysBefore(now, -days);

/** Null where keys need not be rotated, or where it was done. */
export function rotationDueAt({ createdAt, successorId }: ApiKey, rotationDays: number): Date | null {
  return rotationDays === 0 || successorId !== null ? null : daysAfter(createdAt, rotationDays);
}

/** Why a key in use is worth a look; the same that `isStale` asks of its row. */
export function reasonsOf(key: ApiKey, rotationDays: number, now: Date): StaleKeyReason[] {
  const { createdAt, expiresAt, lastUsedAt, rotatedAt, successorId } = key;
  const longAgo = daysBefore(now, UNUSED_DAYS);
  const due = rotationDueAt(key, rotationDays);
  const found: Readonly<Record<StaleKeyReason, boolean>> = {
    NEVER_USED: lastUsedAt === null && createdAt <= longAgo,
    UNUSED: lastUsedAt !== null && lastUsedAt <= longAgo,
    ROTATION_DUE: due !== null && due <= now,
    EXPIRES_SOON: successorId === null && expiresAt !== null && expiresAt <= daysAfter(now, SOON_DAYS),
    PREDECESSOR_STILL_USED: rotatedAt !== null && lastUsedAt !== null && lastUsedAt > rotatedAt,
  };
  return staleKeyReasons.filter((reason) => found[reason]);
}

/** SQL for a row `key` of `api_keys` that has any of the reasons; `parent` has what `staleAt` gives. */
export const isStale = `(
  coalesce(key.last_used_at, key.created_at) <= parent."longAgo"
  or key.successor_id is null and key.created_at <= parent."dueSince"
  or key.successor_id is null and key.expires_at <= parent.soon
  or key.last_used_at > key.rotated_at)`;

/** The dates that `isStale` asks about. */
export const staleAt = (now: Date, rotationDays: number) => ({
  longAgo: daysBefore(now, UNUSED_DAYS),
  dueSince: rotationDays === 0 ? null : daysBefore(now, rotationDays),
  soon: daysAfter(now, SOON_DAYS),
});
