export type AuditOutcome = 'SUCCEEDED' | 'REFUSED';

type AuditValue = string | number | boolean | null | readonly string[];

/** What an event may tell of a thing. A `Secret` has no place in it, and does not type-check. */
export type AuditFacts = Readonly<Record<string, AuditValue>>;

/** One event, before the trail gives it a number, a time and a hash. */
export interface AuditDescription {
  /** Null: it concerns the instance and no organization. */
  readonly organizationId: string | null;
  readonly projectId?: string | null;
  readonly resource: { readonly type: string; readonly id: string | null };
  readonly before?: AuditFacts;
  readonly after?: AuditFacts;
}

/** One kind of event: its name, its outcome, and how it is told from typed facts. */
export interface AuditEventType<Facts> {
  readonly name: `${string}.${string}`;
  readonly outcome: AuditOutcome;
  readonly describe: (facts: Facts) => AuditDescription;
}

/** An entry of a module's event catalogue: something that was done. */
export function auditEvent<Facts>(
  name: AuditEventType<Facts>['name'],
  describe: (facts: Facts) => AuditDescription,
): AuditEventType<Facts> {
  return { name, outcome: 'SUCCEEDED', describe };
}

/** An entry of a module's event catalogue: something that was asked for and refused. */
export function auditRefusal<Facts>(
  name: AuditEventType<Facts>['name'],
  describe: (facts: Facts) => AuditDescription,
): AuditEventType<Facts> {
  return { name, outcome: 'REFUSED', describe };
}
