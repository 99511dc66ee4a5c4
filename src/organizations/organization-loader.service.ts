import { Injectable } from '@nestjs/common';
import { rowsBy, type BatchedReads } from '../platform/database/batched-reads.js';
import { Database } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import { OrganizationEntity } from './organization.entity.js';
import type { Organization } from './organization.types.js';

/** Reads the organizations of a whole list in one statement. Nothing is kept, so that a change is seen at the next read. */
@Injectable()
export class OrganizationLoader {
  private readonly byId: BatchedReads<string, Organization | null>;

  constructor(database: Database) {
    this.byId = rowsBy(database, OrganizationEntity, 'id');
  }

  /** @throws NOT_FOUND */
  async load(id: string): Promise<Organization> {
    const organization = await this.byId.load(id);
    if (!organization) throw new AppError('NOT_FOUND');
    return organization;
  }
}
