import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { rowsBy, type BatchedReads } from '../../platform/database/batched-reads.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Scope } from '../../policy/actor.js';
import type { Permission } from '../../policy/permissions.js';
import { ServiceAccountEntity } from './service-account.entity.js';
import type { ServiceAccount } from './service-account.types.js';

/** What keys have to do with the service accounts that they are of. */
@Injectable()
export class ServiceAccountOwnership {
  private readonly byId: BatchedReads<string, ServiceAccount | null>;

  constructor(private readonly database: Database) {
    this.byId = rowsBy(database, ServiceAccountEntity, 'id');
  }

  /**
   * The account that a new key is to be of, as nobody changes or deletes it before that is stored: whoever does so waits
   * for the organization's row, which whoever makes a key shares (`limitFor`).
   * @param id null: of none
   * @throws NOT_FOUND for one that is not of the very scope, in the same words wherever it is
   */
  async ownerOf(tx: Tx, { organizationId, projectId }: Scope, id: string | null): Promise<ServiceAccount | null> {
    if (id === null) return null;
    const where = { id, organizationId, projectId: projectId ?? IsNull() };
    const account = await tx.findOneBy(ServiceAccountEntity, where);
    if (!account) throw new AppError('NOT_FOUND');
    return account;
  }

  /** The account of a key; for a whole list of keys they are read in one statement. */
  load(id: string): Promise<ServiceAccount | null> {
    return this.byId.load(id);
  }

  /** What the keys of these accounts may do at most, by the account's id; one that is not there any more is left out. */
  async permissionsOf(ids: readonly string[]): Promise<Map<string, readonly Permission[]>> {
    const accounts = await this.database.reader.findBy(ServiceAccountEntity, { id: In([...ids]) });
    return new Map(accounts.map(({ id, permissions }) => [id, permissions]));
  }
}
