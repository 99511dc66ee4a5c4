/**
 * - `PENDING`: claimed, not proven; any number of organizations may claim the same name
 * - `VERIFIED`: proven, and this organization's alone
 * - `FAILING`: proven, but the record is gone; still this organization's
 * - `LAPSED`: was proven once, until the record had been gone for too long; nobody's
 */
export const domainStatuses = ['PENDING', 'VERIFIED', 'FAILING', 'LAPSED'] as const;
export type DomainStatus = (typeof domainStatuses)[number];

/**
 * How a domain is proven: by a text record, by an alias record, or by a file on its web server. Any one is enough; the first
 * two are DNS's own word, and outrank the file.
 */
export const domainProofs = ['TXT', 'CNAME', 'FILE'] as const;
export type DomainProof = (typeof domainProofs)[number];

/** What to publish for one of the proofs. */
export interface ProofPlace {
  readonly proof: DomainProof;
  /** The name of the record, or the address of the file. */
  readonly name: string;
  /** The text, the name to point to, or the line that the file holds. */
  readonly value: string;
}

/** What a look has shown. */
export const diagnosisCodes = [
  'MATCHED',
  'NOT_FOUND',
  'MISPLACED',
  'ALIASED',
  'DIFFERENT',
  'QUOTED',
  'SPLIT',
  'LOOKUP_FAILED',
] as const;
export type DiagnosisCode = (typeof diagnosisCodes)[number];

/** What was found at one place of proof, and why it is no proof. */
export interface DomainLook {
  readonly proof: DomainProof;
  readonly code: DiagnosisCode;
  /** What is the matter and what to do about it, for a person. */
  readonly message: string;
  /** The name of the record, or the address of the file. */
  readonly recordName: string;
  readonly expected: string;
  /** What is there, invisible characters spelt out; not all of very many or very long ones. */
  readonly found: readonly string[];
  /** The servers that were asked, in turn. */
  readonly askedOf: readonly string[];
  /** By when resolvers that remember that there is nothing have forgotten it; null where that is not so, or not known. */
  readonly expectedBy: Date | null;
}

/** The look that decides, or that tells most; and all that were taken. */
export interface DomainDiagnosis extends DomainLook {
  readonly looks: readonly DomainLook[];
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
  /** The proof that was found last; null before the first. */
  readonly provenBy: DomainProof | null;
  /** Where the TXT record is to stand. */
  readonly recordName: string;
  /** What it is to hold, exactly. */
  readonly recordValue: string;
  /** Of the last look; null before the first. */
  readonly diagnosis: DomainDiagnosis | null;
}

/** A domain that belongs to one organization and to no other. */
export type VerifiedDomain = Pick<Domain, 'id' | 'organizationId' | 'name'>;

/** A domain that an organization may want to add. */
export interface DomainSuggestion {
  readonly name: string;
  /** How many members have a verified address in it. */
  readonly members: number;
}
