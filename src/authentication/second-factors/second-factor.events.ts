import { auditEvent, auditRefusal } from '../../audit/audit-event.types.js';
import type { SecondFactor } from '../../policy/proof.js';
import type { Factor, FactorKind } from './second-factor.types.js';

/** Where events about a person are kept: the organization that owns their email's domain, or the instance. */
interface AboutUser {
  readonly organizationId: string | null;
  readonly userId: string;
}

const about = ({ organizationId, userId }: AboutUser) => ({ organizationId, resource: { type: 'user', id: userId } });

const told = ({ kind, name }: Pick<Factor, 'kind' | 'name'>) => ({ kind, name });

export const secondFactorAdded = auditEvent(
  'secondFactor.added',
  (facts: AboutUser & { readonly factor: Pick<Factor, 'kind' | 'name'> }) => ({
    ...about(facts),
    after: told(facts.factor),
  }),
);

export const secondFactorRenamed = auditEvent(
  'secondFactor.renamed',
  (facts: AboutUser & { readonly before: Pick<Factor, 'kind' | 'name'>; readonly name: string }) => ({
    ...about(facts),
    before: told(facts.before),
    after: { kind: facts.before.kind, name: facts.name },
  }),
);

export const secondFactorRemoved = auditEvent(
  'secondFactor.removed',
  (facts: AboutUser & { readonly factor: Pick<Factor, 'kind' | 'name'>; readonly left: number }) => ({
    ...about(facts),
    before: told(facts.factor),
    after: { left: facts.left },
  }),
);

/** Nobody has chosen to: the account went to whoever has proven its email, or an owner helped somebody who had lost theirs. */
export const secondFactorsReset = auditEvent(
  'secondFactors.reset',
  (facts: AboutUser & { readonly kinds: readonly FactorKind[]; readonly why: 'lost' | 'accountTakenOver' }) => ({
    ...about(facts),
    before: { factors: facts.kinds },
    after: { factors: [], why: facts.why },
  }),
);

export const recoveryCodesCreated = auditEvent(
  'recoveryCodes.created',
  (facts: AboutUser & { readonly count: number }) => ({ ...about(facts), after: { count: facts.count } }),
);

export const recoveryCodeUsed = auditEvent('recoveryCode.used', (facts: AboutUser & { readonly left: number }) => ({
  ...about(facts),
  after: { left: facts.left },
}));

/** A right password, and no session yet. */
export const secondFactorAsked = auditEvent(
  'signIn.secondFactorAsked',
  (facts: AboutUser & { readonly factors: readonly SecondFactor[] }) => ({
    ...about(facts),
    after: { factors: facts.factors },
  }),
);

/** Somebody who was signed in with a password alone has proven more. */
export const secondFactorProven = auditEvent(
  'session.secondFactorProven',
  (facts: AboutUser & { readonly sessionId: string; readonly secondFactor: SecondFactor }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'session', id: facts.sessionId },
    after: { userId: facts.userId, secondFactor: facts.secondFactor },
  }),
);

export const secondFactorRefused = auditRefusal(
  'secondFactor.refused',
  (facts: AboutUser & { readonly reason: string; readonly detail?: string }) => ({
    ...about(facts),
    after: { reason: facts.reason, ...(facts.detail === undefined ? {} : { detail: facts.detail }) },
  }),
);
