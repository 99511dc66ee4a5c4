import { auditEvent } from '../../audit/audit-event.types.js';
import type { SsoSetupLink } from './sso-setup-link.types.js';

const about = ({ id, organizationId }: Pick<SsoSetupLink, 'id' | 'organizationId'>) => ({
  organizationId,
  resource: { type: 'ssoSetupLink', id },
});

const told = ({ note, domain, state, expiresAt }: SsoSetupLink) => ({
  note,
  domain: domain?.name ?? null,
  state,
  expiresAt: expiresAt.toISOString(),
});

export const ssoSetupLinkCreated = auditEvent(
  'ssoSetupLink.created',
  ({ link, sentTo }: { readonly link: SsoSetupLink; readonly sentTo: string | null }) => ({
    ...about(link),
    after: { ...told(link), sentTo },
  }),
);

/** The first time that somebody came by it. */
export const ssoSetupLinkOpened = auditEvent(
  'ssoSetupLink.opened',
  (link: Pick<SsoSetupLink, 'id' | 'organizationId'>) => about(link),
);

export const ssoSetupLinkRevoked = auditEvent(
  'ssoSetupLink.revoked',
  ({ before, after }: { readonly before: SsoSetupLink; readonly after: SsoSetupLink }) => ({
    ...about(after),
    before: told(before),
    after: told(after),
  }),
);
