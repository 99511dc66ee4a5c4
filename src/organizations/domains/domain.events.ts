import { auditEvent, auditRefusal } from '../../audit/audit-event.types.js';
import type { Domain } from './domain.types.js';

interface Checked {
  readonly before: Domain;
  readonly after: Domain;
}

const about = ({ id, organizationId }: Domain) => ({ organizationId, resource: { type: 'domain', id } });

const told = ({ name, status, provenBy }: Domain) => ({ name, status, provenBy });

const seen = ({ diagnosis }: Domain) => ({ diagnosis: diagnosis?.code ?? null, found: diagnosis?.found ?? [] });

export const domainAdded = auditEvent('domain.added', (domain: Domain) => ({ ...about(domain), after: told(domain) }));

export const domainVerified = auditEvent('domain.verified', ({ before, after }: Checked) => ({
  ...about(after),
  before: told(before),
  after: told(after),
}));

/** A domain that was proven already was looked at again, and the record is there. */
export const domainChecked = auditEvent('domain.checked', ({ before, after }: Checked) => ({
  ...about(after),
  before: told(before),
  after: told(after),
}));

/** The record of a proven domain is gone: the time of grace begins. */
export const domainFailing = auditEvent('domain.failing', ({ before, after }: Checked) => ({
  ...about(after),
  before: told(before),
  after: { ...told(after), lapsesAt: after.lapsesAt?.toISOString() ?? null, ...seen(after) },
}));

/** The record is back within the time of grace. */
export const domainRecovered = auditEvent('domain.recovered', ({ before, after }: Checked) => ({
  ...about(after),
  before: told(before),
  after: told(after),
}));

/** The time of grace has passed without the record: the domain is nobody's, and single sign-on by it is suspended. */
export const domainLapsed = auditEvent('domain.lapsed', ({ before, after }: Checked) => ({
  ...about(after),
  before: told(before),
  after: { ...told(after), ...seen(after) },
}));

/** Another organization has proven the domain while the record was gone. */
export const domainHandedOver = auditEvent('domain.handedOver', ({ before, after }: Checked) => ({
  ...about(after),
  before: told(before),
  after: told(after),
}));

/** Proof was asked for and DNS did not give it; the status stays as it was. */
export const domainVerificationFailed = auditRefusal('domain.verificationFailed', ({ before, after }: Checked) => ({
  ...about(after),
  before: told(before),
  after: { ...told(after), ...seen(after) },
}));

export const domainRemoved = auditEvent('domain.removed', (domain: Domain) => ({
  ...about(domain),
  before: told(domain),
}));
