import type { StoredSettings } from '../secret-place.js';

/** Something of a connection's settings that stops counting at a known time. */
export interface Expiry {
  readonly what: 'clientSecret' | 'certificate';
  readonly at: Date;
}

/** All that expires of these settings. */
export function expiriesOf({ clientSecretExpiresAt }: StoredSettings): Expiry[] {
  return clientSecretExpiresAt === null ? [] : [{ what: 'clientSecret', at: clientSecretExpiresAt }];
}

/** So many days ahead the owners are warned, and once when it has happened. The nearest first. */
const warnings = [0, 1, 7, 30] as const;
export type Warning = (typeof warnings)[number];

const DAY_MS = 24 * 60 * 60_000;

/** The one warning that is due; null while it is farther off. One that was missed is not made up for when a nearer one is due. */
export function warningDue({ at }: Expiry, now: Date): Warning | null {
  return warnings.find((days) => at.getTime() - now.getTime() <= days * DAY_MS) ?? null;
}
