import type { DiagnosisCode, DomainStatus } from './domain.types.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long a proven domain stays the organization's without its record: time for whoever has removed it to be asked why. */
export const GRACE_MS = 7 * DAY_MS;

/** Between two looks at a domain that is well, and at one that may not be. */
const CHECK_EVERY_MS = DAY_MS;
const RECHECK_EVERY_MS = HOUR_MS;

/** The statuses in which a domain is one organization's and no other's, as the index `domains_owned_once` has it. */
export const owned: readonly DomainStatus[] = ['VERIFIED', 'FAILING'];

/** Where the proof of a domain stands. */
export interface Standing {
  readonly status: DomainStatus;
  readonly verifiedAt: Date | null;
  /** Since when the record of a FAILING domain is known to be gone; null in every other status. */
  readonly failingSince: Date | null;
  /** When a domain that is owned is looked at again, null for at once; null in every other status. */
  readonly nextCheckAt: Date | null;
}

/** What becomes of a proven domain whose record has been gone for too long, or that another organization has proven since. */
export const nobodys = { status: 'LAPSED', failingSince: null, nextCheckAt: null } as const;

/** When a domain lapses whose record stays away; null unless it is FAILING. */
export function lapsesAt({ failingSince }: Pick<Standing, 'failingSince'>): Date | null {
  return failingSince && later(failingSince, GRACE_MS);
}

/**
 * Where a proof stands after a look at DNS. The record proves it. Its absence, said by DNS, begins a time of grace, at
 * whose end the domain lapses; no answer says nothing, however long it lasts (SECURITY 68, 69).
 */
export function afterLook(before: Standing, code: DiagnosisCode, now: Date): Standing {
  if (code === 'MATCHED') {
    const verifiedAt = owned.includes(before.status) ? before.verifiedAt : now;
    return { status: 'VERIFIED', verifiedAt, failingSince: null, nextCheckAt: later(now, CHECK_EVERY_MS) };
  }
  if (!owned.includes(before.status)) return before;

  const soon = later(now, RECHECK_EVERY_MS);
  if (code === 'LOOKUP_FAILED') return { ...before, nextCheckAt: soon };
  const end = lapsesAt(before);
  if (end === null) return { ...before, status: 'FAILING', failingSince: now, nextCheckAt: soon };
  if (now < end) return { ...before, nextCheckAt: soon };
  return { ...before, ...nobodys };
}

const later = (date: Date, ms: number): Date => new Date(date.getTime() + ms);
