import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import type { CipherPlace } from '../../platform/crypto/cipher.js';
import { randomId } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Row } from '../../platform/database/row.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { ConnectionSecrets } from './connection-secrets.service.js';
import type { ConnectionSettingsColumns } from './connection-settings.entity.js';
import { ConnectionDomainEntity } from '../domains/connection-domain.entity.js';
import { samlKeyPlace, secretPlace, secretPlaceOf, type StoredSettings } from './secret-place.js';
import type { SamlKeyPair } from '../sources/sign-in-source.types.js';
import { SsoCandidateEntity } from './sso-candidate.entity.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';
import { ssoCandidateSaved, ssoConnectionCreated, ssoConnectionUpdated } from './sso-connection.events.js';
import { toCandidate, toConnection } from './sso-connection.mapping.js';
import type { SsoConnectionState, SsoProvider } from './sso-connection.types.js';

/** A connection that is there, with the candidate that waits to take over. */
export interface Kept {
  readonly connection: Row<SsoConnectionEntity>;
  readonly candidate: Row<SsoCandidateEntity> | null;
}

/** What people see of a connection; no part of what a sign-in is made with. */
export type Shown = Pick<SsoConnectionEntity, 'name' | 'signOutAtProvider'>;
type Identity = Pick<SsoConnectionEntity, 'id' | 'organizationId' | 'domainId' | 'key' | 'provider' | 'state'> & {
  /** Ours, of a connection that speaks SAML. */
  readonly keyPair: SamlKeyPair | null;
};
/** With the client secret as it was typed; null keeps the one that is stored. */
type Typed = Omit<ConnectionSettingsColumns, 'revision' | 'testedAt'>;

export interface Change {
  readonly shown: Shown;
  readonly typed: Typed;
  readonly state: SsoConnectionState;
}

/** The settings that an edit starts from: the candidate's, where it is the candidate that is edited. */
export function editedIn({ connection, candidate }: Kept): StoredSettings {
  return connection.state === 'ENFORCED' && candidate !== null ? candidate : connection;
}

/** Keeps what was configured, with its event in the same commit. */
@Injectable()
export class ConnectionStore {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly secrets: ConnectionSecrets,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  async find(organizationId: string, domainId: string, provider: SsoProvider): Promise<Kept | null> {
    const connection = await this.database.reader.findOneBy(SsoConnectionEntity, {
      organizationId,
      domainId,
      provider,
    });
    if (!connection) return null;
    const { id: connectionId } = connection;
    return { connection, candidate: await this.database.reader.findOneBy(SsoCandidateEntity, { connectionId }) };
  }

  /** @throws CONFLICT where somebody else has made it meanwhile */
  async add(
    tx: Tx,
    actor: Actor,
    { keyPair, ...made }: Identity & Shown,
    typed: Typed,
  ): Promise<Row<SsoConnectionEntity>> {
    const now = this.clock.now();
    const place = secretPlace('sso_connections', made.id);
    const row: Row<SsoConnectionEntity> = {
      ...made,
      ...typed,
      clientSecret: typed.clientSecret === null ? null : this.secrets.seal(typed.clientSecret, place),
      samlPrivateKey: keyPair && this.secrets.seal(keyPair.privateKey.reveal(), samlKeyPlace(made.id)),
      samlCertificate: keyPair?.certificate ?? null,
      metadataReadAt: now,
      revision: randomId(),
      testedAt: null,
      enforcementStartsAt: null,
      enforcementSkipsTest: false,
      createdAt: now,
      updatedAt: now,
    };
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(SsoConnectionEntity)
      .values(row)
      .orIgnore()
      .returning('id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0) throw changedMeanwhile();
    const { id: connectionId, domainId, organizationId } = row;
    await tx.insert(ConnectionDomainEntity, { connectionId, domainId, organizationId });
    await this.audit.record(tx, actor, ssoConnectionCreated, toConnection(row, this.config.rootUrl));
    return row;
  }

  /**
   * Changes it in place; or, where it is enforced and its people would be signed in with something else, by a candidate.
   * @throws CONFLICT where somebody else has changed it meanwhile
   */
  async replace(tx: Tx, actor: Actor, kept: Kept, change: Change): Promise<Row<SsoConnectionEntity>> {
    await this.refuseChanged(tx, kept);
    const { connection } = kept;
    const edited = editedIn(kept);
    const hasNewSettings = differs(edited, change.typed);
    const isForced = connection.state === 'ENFORCED';
    const isForCandidate = isForced && (hasNewSettings || (edited !== connection && isRedated(edited, change.typed)));
    if (isForCandidate) await this.saveCandidate(tx, actor, kept, change.typed);
    const settings = isForCandidate || edited !== connection ? {} : this.settingsAfter(connection, change.typed);
    const state = hasNewSettings && change.state === 'TESTED' ? 'DRAFT' : change.state;
    const row: Row<SsoConnectionEntity> = {
      ...connection,
      ...change.shown,
      ...settings,
      state,
      updatedAt: this.clock.now(),
    };
    if (isForCandidate && isShownAlike(row, connection)) return connection;
    await tx.update(SsoConnectionEntity, { id: row.id, organizationId: row.organizationId }, row);
    await this.audit.record(tx, actor, ssoConnectionUpdated, {
      before: toConnection(connection, this.config.rootUrl),
      after: toConnection(row, this.config.rootUrl),
      secretReplaced: change.typed.clientSecret !== null && !isForced,
    });
    return row;
  }

  private async saveCandidate(tx: Tx, actor: Actor, kept: Kept, typed: Typed): Promise<void> {
    const { id: connectionId, organizationId } = kept.connection;
    const candidate: Row<SsoCandidateEntity> =
      kept.candidate && !differs(kept.candidate, typed)
        ? { ...kept.candidate, clientSecretExpiresAt: typed.clientSecretExpiresAt }
        : {
            connectionId,
            organizationId,
            ...this.settingsFrom(editedIn(kept), typed, secretPlace('sso_candidates', connectionId)),
            createdAt: this.clock.now(),
          };
    await tx.upsert(SsoCandidateEntity, candidate, ['connectionId']);
    await this.audit.record(tx, actor, ssoCandidateSaved, {
      connection: toConnection(kept.connection, this.config.rootUrl),
      candidate: toCandidate(candidate),
      secretReplaced: typed.clientSecret !== null,
    });
  }

  /** When a secret expires proves nothing: a date alone leaves the settings as tested as they were. */
  private settingsAfter(before: Row<SsoConnectionEntity>, typed: Typed): Partial<Row<ConnectionSettingsColumns>> {
    return differs(before, typed)
      ? this.settingsFrom(before, typed, secretPlaceOf(before))
      : { clientSecretExpiresAt: typed.clientSecretExpiresAt };
  }

  /** New settings are untested, whatever the old ones were. */
  private settingsFrom(base: StoredSettings, typed: Typed, place: CipherPlace): Row<ConnectionSettingsColumns> {
    const clientSecret =
      typed.clientSecret === null
        ? this.secrets.move(base.clientSecret, secretPlaceOf(base), place)
        : this.secrets.seal(typed.clientSecret, place);
    return { ...typed, clientSecret, revision: randomId(), testedAt: null };
  }

  /** What was checked (the issuer that the kept secret belongs to, above all) must still be what is replaced. */
  private async refuseChanged(tx: Tx, { connection, candidate }: Kept): Promise<void> {
    const { id, organizationId } = connection;
    const current = await tx.findOne(SsoConnectionEntity, {
      where: { id, organizationId },
      lock: { mode: 'pessimistic_write' },
    });
    const waiting = await tx.findOneBy(SsoCandidateEntity, { connectionId: id });
    const isSame =
      current?.revision === connection.revision &&
      current.updatedAt.getTime() === connection.updatedAt.getTime() &&
      waiting?.revision === candidate?.revision;
    if (!isSame) throw changedMeanwhile();
  }
}

/** A secret that was typed is taken for a new one: whether it is cannot be seen from outside. */
function differs(base: StoredSettings, typed: Typed): boolean {
  return (
    typed.clientSecret !== null ||
    base.issuer !== typed.issuer ||
    base.clientId !== typed.clientId ||
    base.clientAuthMethod !== typed.clientAuthMethod ||
    base.pkce !== typed.pkce ||
    base.scopes.join(' ') !== typed.scopes.join(' ') ||
    !isDeepStrictEqual(base.saml, typed.saml)
  );
}

function isRedated(base: StoredSettings, typed: Typed): boolean {
  return base.clientSecretExpiresAt?.getTime() !== typed.clientSecretExpiresAt?.getTime();
}

function isShownAlike(one: Shown, other: Shown): boolean {
  return one.name === other.name && one.signOutAtProvider === other.signOutAtProvider;
}

function changedMeanwhile(): AppError {
  return new AppError('CONFLICT', {
    message: 'Somebody else has changed this connection meanwhile. Look at it again.',
  });
}
