/**
 * - `PENDING`: claimed, not proven; any number of organizations may claim the same name
 * - `VERIFIED`: proven, and this organization's alone
 * - `FAILING`: proven, but the record is gone; still this organization's
 * - `LAPSED`: was proven once, until the record had been gone for too long; nobody's
 */
export const domainStatuses = ['PENDING', 'VERIFIED', 'FAILING', 'LAPSED'] as const;
export type DomainStatus = (typeof domainStatuses)[number];

/** What a look at the DNS record has shown. */
export const diagnosisCodes = [
  'MATCHED',
  'NOT_FOUND',
  'MISPLACED',
  'DIFFERENT',
  'QUOTED',
  'SPLIT',
  'LOOKUP_FAILED',
] as const;
export type DiagnosisCode = (typeof diagnosisCodes)[number];

export interface DomainDiagnosis {
  readonly code: DiagnosisCode;
  /** What is the matter and what to do about it, for a person. */
  readonly message: string;
  readonly recordName: string;
  readonly expected: string;
  /** The values of the record's TXT entries, invisible characters spelt out; not all of very many or very long ones. */
  readonly found: readonly string[];
  /** The name servers that were asked, in turn. */
  readonly askedOf: readonly string[];
}

/** A domain that an organization claims or has proven to be its own. */
export interface Domain {
  readonly id: string;
  readonly organizationId: string;
  /** A-labels in lower case, no trailing dot. */
  readonly name: string;
  readonly status: DomainStatus;
  readonly verifiedAt: Date | null;
  /** Since when the record is gone; null unless `FAILING`. */
  readonly failingSince: Date | null;
  /** When the domain lapses if the record stays away; null unless `FAILING`. */
  readonly lapsesAt: Date | null;
  readonly lastCheckedAt: Date | null;
  /** Where the TXT record is to stand. */
  readonly recordName: string;
  /** What it is to hold, exactly. */
  readonly recordValue: string;
  /** Of the last look; null before the first. */
  readonly diagnosis: DomainDiagnosis | null;
}

/** A domain that belongs to one organization and to no other. */
export type VerifiedDomain = Pick<Domain, 'id' | 'organizationId' | 'name'>;
