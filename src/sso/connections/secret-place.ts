import type { CipherPlace } from '../../platform/crypto/cipher.js';
import type { Row } from '../../platform/database/row.js';
import type { SsoCandidateEntity } from './sso-candidate.entity.js';
import type { SsoConnectionEntity } from './sso-connection.entity.js';

/** Settings as they are stored: of a connection, or of its candidate. */
export type StoredSettings = Row<SsoConnectionEntity> | Row<SsoCandidateEntity>;

/** Where a client secret is stored: a ciphertext copied to another row or table can't be read there. */
export function secretPlace(table: 'sso_connections' | 'sso_candidates', connectionId: string): CipherPlace {
  return { table, column: 'client_secret', row: connectionId };
}

export function secretPlaceOf(settings: StoredSettings): CipherPlace {
  return 'connectionId' in settings
    ? secretPlace('sso_candidates', settings.connectionId)
    : secretPlace('sso_connections', settings.id);
}

/** Where our own key of a connection by SAML is stored. */
export function samlKeyPlace(connectionId: string): CipherPlace {
  return { table: 'sso_connections', column: 'saml_private_key', row: connectionId };
}
