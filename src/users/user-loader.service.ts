import { Injectable } from '@nestjs/common';
import { foundBy, type BatchedReads } from '../platform/database/batched-reads.js';
import { Database } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import { UserService } from './user.service.js';
import type { User } from './user.types.js';

/** Reads the users of a whole list in one statement. Nothing is kept, so that a change is seen at the next read. */
@Injectable()
export class UserLoader {
  private readonly byId: BatchedReads<string, User | null>;

  constructor(database: Database, users: UserService) {
    this.byId = foundBy(database, async (ids) => {
      const found = await users.listByIds(ids);
      return new Map(found.map((user) => [user.id, user]));
    });
  }

  /** @throws NOT_FOUND */
  async load(id: string): Promise<User> {
    const user = await this.find(id);
    if (!user) throw new AppError('NOT_FOUND');
    return user;
  }

  /** Null where the id names nobody. */
  find(id: string): Promise<User | null> {
    return this.byId.load(id);
  }
}
