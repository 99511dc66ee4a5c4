import type { SamlIdentityProvider } from '../saml/saml-identity-provider.types.js';
import type { StoredSettings } from '../connections/secret-place.js';

/** Something of a connection's settings that stops counting at a known time. */
export interface Expiry {
  readonly what: 'clientSecret' | 'certificate';
  readonly at: Date;
}

/** All that expires of these settings. Of several certificates it is the one that lasts longest. */
export function expiriesOf({ clientSecretExpiresAt, saml }: StoredSettings): Expiry[] {
  const secret = clientSecretExpiresAt === null ? [] : [{ what: 'clientSecret' as const, at: clientSecretExpiresAt }];
  const dates = (saml as SamlIdentityProvider | null)?.certificates.map(({ notAfter }) => new Date(notAfter)) ?? [];
  const last = dates.sort((a, b) => a.getTime() - b.getTime()).at(-1);
  return last ? [...secret, { what: 'certificate', at: last }] : secret;
}

/** So many days ahead the owners are warned, and once when it has happened. The nearest first. */
const warnings = [0, 1, 7, 30] as const;
export type Warning = (typeof warnings)[number];

const DAY_MS = 24 * 60 * 60_000;

/** The one warning that is due; null while it is farther off. One that was missed is not made up for when a nearer one is due. */
export function warningDue({ at }: Expiry, now: Date): Warning | null {
  return warnings.find((days) => at.getTime() - now.getTime() <= days * DAY_MS) ?? null;
}
