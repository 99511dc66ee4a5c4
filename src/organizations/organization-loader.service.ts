import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { Database } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import { OrganizationEntity } from './organization.entity.js';
import type { Organization } from './organization.types.js';

/** Reads the organizations of a whole list in one statement. Nothing is kept, so that a change is seen at the next read. */
@Injectable()
export class OrganizationLoader {
  private readonly loader: DataLoader<string, Organization>;

  constructor(database: Database) {
    this.loader = new DataLoader<string, Organization>(
      async (ids) => {
        const rows = await database.reader.findBy(OrganizationEntity, { id: In([...ids]) });
        const found = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id): Organization | Error => found.get(id) ?? new AppError('NOT_FOUND'));
      },
      { cache: false },
    );
  }

  load(id: string): Promise<Organization> {
    return this.loader.load(id);
  }
}
