import type { User } from '../../users/user.types.js';

/** Who has signed in, as the API answers it. */
export interface UserAnswer {
  readonly user: Pick<User, 'id' | 'email' | 'name' | 'emailVerified'>;
}

export function userAnswer({ id, email, name, emailVerified }: User): UserAnswer {
  return { user: { id, email, name, emailVerified } };
}
