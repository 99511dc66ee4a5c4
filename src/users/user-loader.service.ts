import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { AppError } from '../platform/errors/app-error.js';
import { UserService } from './user.service.js';
import type { User } from './user.types.js';

/** Reads the users of a whole list in one statement. Nothing is kept, so that a change is seen at the next read. */
@Injectable()
export class UserLoader {
  private readonly loader: DataLoader<string, User | null>;

  constructor(users: UserService) {
    this.loader = new DataLoader<string, User | null>(
      async (ids) => {
        const found = new Map((await users.listByIds(ids)).map((user) => [user.id, user]));
        return ids.map((id) => found.get(id) ?? null);
      },
      { cache: false },
    );
  }

  /** @throws NOT_FOUND */
  async load(id: string): Promise<User> {
    const user = await this.find(id);
    if (!user) throw new AppError('NOT_FOUND');
    return user;
  }

  /** Null where the id names nobody. */
  find(id: string): Promise<User | null> {
    return this.loader.load(id);
  }
}
