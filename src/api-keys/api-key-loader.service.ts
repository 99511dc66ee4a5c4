import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { Database } from '../platform/database/database.js';
import { ApiKeyEntity } from './api-key.entity.js';
import type { ApiKey } from './api-key.types.js';

/** Reads the keys that a whole list speaks of in one statement. Nothing is kept, so that a change is seen at the next read. */
@Injectable()
export class ApiKeyLoader {
  private readonly loader: DataLoader<string, ApiKey | null>;

  constructor(database: Database) {
    this.loader = new DataLoader<string, ApiKey | null>(
      async (ids) => {
        const rows = await database.reader.findBy(ApiKeyEntity, { id: In([...ids]) });
        const found = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => found.get(id) ?? null);
      },
      { cache: false },
    );
  }

  /** Null: there is no such key. */
  load(id: string): Promise<ApiKey | null> {
    return this.loader.load(id);
  }
}
