import { auditEvent, auditRefusal } from '../../audit/audit-event.types.js';
import type { SignInMethod } from '../../policy/proof.js';
import type { Session } from '../../sessions/session.types.js';

/** Where events about a person are kept: the organization that owns their email's domain, or the instance. */
interface Kept {
  readonly organizationId: string | null;
}

export const signedIn = auditEvent(
  'signIn.succeeded',
  ({ session, organizationId }: Kept & { readonly session: Session }) => ({
    organizationId,
    resource: { type: 'session', id: session.id },
    after: { method: session.method, connection: session.connection, secondFactor: session.secondFactor },
  }),
);

export const signInRefused = auditRefusal(
  'signIn.refused',
  (
    facts: Kept & {
      readonly reason: string;
      readonly method: SignInMethod;
      readonly connection: string | null;
      readonly email: string | null;
      readonly detail?: string;
    },
  ) => ({
    organizationId: facts.organizationId,
    resource: { type: 'signIn', id: null },
    after: {
      reason: facts.reason,
      ...(facts.detail === undefined ? {} : { detail: facts.detail }),
      method: facts.method,
      connection: facts.connection,
      email: facts.email,
    },
  }),
);

export const sessionEnded = auditEvent(
  'session.ended',
  (
    facts: Kept & {
      readonly sessionId: string;
      readonly userId: string;
      readonly why: 'signOut' | 'replaced';
    },
  ) => ({
    organizationId: facts.organizationId,
    resource: { type: 'session', id: facts.sessionId },
    after: { userId: facts.userId, why: facts.why },
  }),
);

export const identityConfirmed = auditEvent(
  'session.proven',
  (facts: Kept & { readonly sessionId: string; readonly method: SignInMethod }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'session', id: facts.sessionId },
    after: { method: facts.method },
  }),
);

export const organizationChosen = auditEvent(
  'session.organizationChosen',
  (facts: { readonly organizationId: string; readonly sessionId: string }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'session', id: facts.sessionId },
    after: { organizationId: facts.organizationId },
  }),
);

export const glassBroken = auditEvent(
  'signIn.glassBroken',
  ({ organizationId, user }: { readonly organizationId: string; readonly user: { id: string; email: string } }) => ({
    organizationId,
    resource: { type: 'user', id: user.id },
    after: { email: user.email },
  }),
);

export const signedOutByProvider = auditEvent(
  'session.endedByProvider',
  (facts: Kept & { readonly connection: string; readonly userId: string | null; readonly sessions: number }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'user', id: facts.userId },
    after: { connection: facts.connection, sessions: facts.sessions },
  }),
);

export const logoutRefused = auditRefusal(
  'logout.refused',
  (facts: Kept & { readonly connection: string | null; readonly reason: string; readonly detail: string }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'logout', id: null },
    after: { connection: facts.connection, reason: facts.reason, detail: facts.detail },
  }),
);
