import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { PasswordHasher } from '../platform/crypto/password-hasher.js';
import { refuseWeakPassword } from '../policy/password-policy.js';

/** Whose password it is to be: their own words make a bad one. */
export interface PasswordOwner {
  /** Canonical. */
  readonly email: string;
  readonly name: string;
  /** The organization that they are invited to. */
  readonly organization?: string | undefined;
}

/** Takes new passwords: the one way from what somebody has typed to what is stored. */
@Injectable()
export class PasswordService {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly config: Config,
  ) {}

  /**
   * @returns the hash, to be stored
   * @throws VALIDATION_FAILED on `password`, with the reason and a hint; `Overloaded`
   */
  async hashNew(password: string, owner: PasswordOwner): Promise<string> {
    const { email, name, organization = '' } = owner;
    await refuseWeakPassword(password, {
      minLength: this.config.passwordMinLength,
      words: [email, name, organization],
    });
    return this.hasher.hash(password);
  }
}
