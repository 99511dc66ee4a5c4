import { auditEvent } from '../../audit/audit-event.types.js';

interface Run {
  readonly organizationId: string;
  readonly connectionId: string;
  readonly id: string;
}

const about = ({ organizationId, connectionId }: Run) => ({
  organizationId,
  resource: { type: 'ssoConnection', id: connectionId },
});

export const ssoTestStarted = auditEvent('ssoTest.started', (run: Run & { readonly ofCandidate: boolean }) => ({
  ...about(run),
  after: { testRunId: run.id, ofCandidate: run.ofCandidate },
}));

export const ssoTestFinished = auditEvent(
  'ssoTest.finished',
  (run: Run & { readonly passed: boolean; readonly reason: string | null }) => ({
    ...about(run),
    after: { testRunId: run.id, passed: run.passed, reason: run.reason },
  }),
);
