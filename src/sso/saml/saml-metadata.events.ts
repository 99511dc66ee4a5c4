import { auditEvent, auditRefusal } from '../../audit/audit-event.types.js';

interface Read {
  readonly organizationId: string;
  readonly id: string;
  readonly key: string;
}

const about = ({ organizationId, id }: Read) => ({ organizationId, resource: { type: 'ssoConnection', id } });

/** By their SHA-256 fingerprints. */
export const samlCertificatesRead = auditEvent(
  'ssoConnection.certificatesRead',
  (read: Read & { readonly before: readonly string[]; readonly after: readonly string[] }) => ({
    ...about(read),
    before: { key: read.key, certificates: read.before },
    after: { key: read.key, certificates: read.after },
  }),
);

export const samlMetadataRefused = auditRefusal(
  'ssoConnection.metadataRefused',
  (read: Read & { readonly why: string }) => ({ ...about(read), after: { key: read.key, why: read.why } }),
);
