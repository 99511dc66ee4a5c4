import { auditEvent } from '../audit/audit-event.types.js';
import type { Identity, IdentityKey, User } from './user.types.js';

/** Where events about people are kept: the organization that owns their email's domain, or the instance. */
interface AboutUser {
  readonly user: User;
  readonly organizationId: string | null;
}

const resource = ({ user }: AboutUser) => ({ type: 'user', id: user.id });

export const userCreated = auditEvent('user.created', (facts: AboutUser & { readonly by: string }) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  after: {
    email: facts.user.email,
    name: facts.user.name,
    emailVerified: facts.user.emailVerified,
    instanceAdministrator: facts.user.isInstanceAdministrator,
    by: facts.by,
  },
}));

export const identityLinked = auditEvent(
  'identity.linked',
  (
    facts: AboutUser & {
      readonly identity: IdentityKey;
      readonly passwordDropped: boolean;
      readonly identitiesDropped: number;
    },
  ) => ({
    organizationId: facts.organizationId,
    resource: resource(facts),
    after: {
      source: facts.identity.source,
      issuer: facts.identity.issuer,
      subject: facts.identity.subject,
      passwordDropped: facts.passwordDropped,
      identitiesDropped: facts.identitiesDropped,
    },
  }),
);

export const identityUnlinked = auditEvent(
  'identity.unlinked',
  (facts: AboutUser & { readonly identity: Identity }) => ({
    organizationId: facts.organizationId,
    resource: resource(facts),
    before: { source: facts.identity.source, issuer: facts.identity.issuer, subject: facts.identity.subject },
  }),
);

export const passwordSet = auditEvent(
  'user.passwordSet',
  (facts: AboutUser & { readonly identitiesDropped: number }) => ({
    organizationId: facts.organizationId,
    resource: resource(facts),
    after: { identitiesDropped: facts.identitiesDropped },
  }),
);

export const administratorAppointed = auditEvent('user.administratorAppointed', (facts: AboutUser) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { instanceAdministrator: false },
  after: { instanceAdministrator: true },
}));

export const emailVerified = auditEvent('user.emailVerified', (facts: AboutUser) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { emailVerified: false },
  after: { emailVerified: true },
}));

export const emailChanged = auditEvent('user.emailChanged', (facts: AboutUser & { readonly email: string }) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { email: facts.user.email },
  after: { email: facts.email },
}));

export const userRenamed = auditEvent('user.renamed', (facts: AboutUser & { readonly name: string }) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { name: facts.user.name },
  after: { name: facts.name },
}));

/**
 * The organization that has proven the email's domain speaks for it. Whatever was set up in the account before, by whoever
 * had not proven the email, is gone.
 */
export const userClaimed = auditEvent(
  'user.claimed',
  (facts: AboutUser & { readonly passwordDropped: boolean; readonly identitiesDropped: number }) => ({
    organizationId: facts.organizationId,
    resource: resource(facts),
    before: { emailVerified: false },
    after: {
      emailVerified: true,
      passwordDropped: facts.passwordDropped,
      identitiesDropped: facts.identitiesDropped,
    },
  }),
);

/** The password is the same; what is stored of it is not. */
export const passwordRehashed = auditEvent('user.passwordRehashed', (facts: AboutUser & { readonly from: string }) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { algorithm: facts.from },
  after: { algorithm: 'argon2id' },
}));

export const userDeactivated = auditEvent(
  'user.deactivated',
  (facts: AboutUser & { readonly byDirectory: boolean }) => ({
    organizationId: facts.organizationId,
    resource: resource(facts),
    before: { deactivated: false },
    after: { deactivated: true, byDirectory: facts.byDirectory },
  }),
);

export const userActivated = auditEvent('user.activated', (facts: AboutUser) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { deactivated: true },
  after: { deactivated: false },
}));

/** Told by the id: the person's name and email go with the account. */
export const userDeleted = auditEvent('user.deleted', (facts: AboutUser) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { deactivated: facts.user.isDeactivated },
}));
