import { auditEvent, auditRefusal } from '../../audit/audit-event.types.js';
import type { ConnectionSettings, SsoCandidate, SsoConnection } from './sso-connection.types.js';

interface Changed {
  readonly before: SsoConnection;
  readonly after: SsoConnection;
}

const about = ({ id, organizationId }: SsoConnection) => ({ organizationId, resource: { type: 'ssoConnection', id } });

/** Whether there is a secret may be told; what it is has no place here. */
const settings = (told: ConnectionSettings) => ({
  issuer: told.issuer,
  clientId: told.clientId,
  clientAuthMethod: told.clientAuthMethod,
  hasClientSecret: told.hasClientSecret,
  clientSecretExpiresAt: told.clientSecretExpiresAt?.toISOString() ?? null,
  scopes: told.scopes,
  pkce: told.pkce,
});

const told = (connection: SsoConnection) => ({
  key: connection.key,
  provider: connection.provider,
  name: connection.name,
  state: connection.state,
  ...settings(connection),
  signOutAtProvider: connection.signOutAtProvider,
});

const state = ({ key, state, enforcementStartsAt }: SsoConnection) => ({
  key,
  state,
  ...(enforcementStartsAt === null ? {} : { enforcementStartsAt: enforcementStartsAt.toISOString() }),
});

const stateChange = ({ before, after }: Changed) => ({ ...about(after), before: state(before), after: state(after) });

export const ssoConnectionCreated = auditEvent('ssoConnection.created', (connection: SsoConnection) => ({
  ...about(connection),
  after: told(connection),
}));

export const ssoConnectionUpdated = auditEvent(
  'ssoConnection.updated',
  ({ before, after, secretReplaced }: Changed & { readonly secretReplaced: boolean }) => ({
    ...about(after),
    before: told(before),
    after: { ...told(after), secretReplaced },
  }),
);

export const ssoConnectionActivated = auditEvent('ssoConnection.activated', stateChange);
export const ssoConnectionEnforced = auditEvent(
  'ssoConnection.enforced',
  ({ before, after, sessionsEnded }: Changed & { readonly sessionsEnded: number }) => ({
    ...about(after),
    before: state(before),
    after: { ...state(after), isTested: after.testedAt !== null, sessionsEnded },
  }),
);
export const ssoEnforcementPlanned = auditEvent('ssoConnection.enforcementPlanned', ({ before, after }: Changed) => ({
  ...about(after),
  before: state(before),
  after: { ...state(after), isTested: after.testedAt !== null },
}));
export const ssoEnforcementMissed = auditRefusal(
  'ssoConnection.enforcementMissed',
  ({ organizationId, id, key, code }: Pick<SsoConnection, 'organizationId' | 'id' | 'key'> & { code: string }) => ({
    organizationId,
    resource: { type: 'ssoConnection', id },
    after: { key, code },
  }),
);
export const ssoConnectionDisabled = auditEvent('ssoConnection.disabled', stateChange);

export const ssoConnectionDeleted = auditEvent('ssoConnection.deleted', (connection: SsoConnection) => ({
  ...about(connection),
  before: told(connection),
}));

interface OfCandidate {
  readonly connection: SsoConnection;
  readonly candidate: SsoCandidate;
}

export const ssoCandidateSaved = auditEvent(
  'ssoConnection.candidateSaved',
  ({ connection, candidate, secretReplaced }: OfCandidate & { readonly secretReplaced: boolean }) => ({
    ...about(connection),
    before: { key: connection.key, ...settings(connection) },
    after: { key: connection.key, ...settings(candidate), secretReplaced },
  }),
);

export const ssoCandidatePromoted = auditEvent('ssoConnection.candidatePromoted', ({ before, after }: Changed) => ({
  ...about(after),
  before: { key: before.key, ...settings(before) },
  after: { key: after.key, ...settings(after), isTested: after.testedAt !== null },
}));

export const ssoCandidateDiscarded = auditEvent(
  'ssoConnection.candidateDiscarded',
  ({ connection, candidate }: OfCandidate) => ({
    ...about(connection),
    before: { key: connection.key, ...settings(candidate) },
  }),
);
