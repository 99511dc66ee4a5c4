import { auditEvent } from '../audit/audit-event.types.js';
import type { SsoConnection } from './sso-connection.types.js';

interface Changed {
  readonly before: SsoConnection;
  readonly after: SsoConnection;
}

const about = ({ id, organizationId }: SsoConnection) => ({ organizationId, resource: { type: 'ssoConnection', id } });

/** Whether there is a secret may be told; what it is has no place here. */
const told = (connection: SsoConnection) => ({
  key: connection.key,
  provider: connection.provider,
  name: connection.name,
  state: connection.state,
  issuer: connection.issuer,
  clientId: connection.clientId,
  clientAuthMethod: connection.clientAuthMethod,
  hasClientSecret: connection.hasClientSecret,
  scopes: connection.scopes,
  pkce: connection.pkce,
  signOutAtProvider: connection.signOutAtProvider,
});

const state = ({ key, state }: SsoConnection) => ({ key, state });

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
    after: { ...state(after), sessionsEnded },
  }),
);
export const ssoConnectionDisabled = auditEvent('ssoConnection.disabled', stateChange);

export const ssoConnectionDeleted = auditEvent('ssoConnection.deleted', (connection: SsoConnection) => ({
  ...about(connection),
  before: told(connection),
}));
