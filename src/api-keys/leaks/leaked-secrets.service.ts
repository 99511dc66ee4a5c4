import { Injectable } from '@nestjs/common';
import type { Origin } from '../../policy/actor.js';
import type { ReportedToken } from './reported-token.types.js';

/**
 * Ends the secret that a token is, and tells who answers for it.
 * @returns whether it is such a secret, in use or not
 */
export type EndLeaked = (token: ReportedToken, origin: Origin) => Promise<boolean>;

/** Kinds of secrets besides keys that a scanner may come across: each told of by the module whose business it is. */
@Injectable()
export class LeakedSecrets {
  private readonly kinds: EndLeaked[] = [];

  add(end: EndLeaked): void {
    this.kinds.push(end);
  }

  /** @returns whether it is a secret of any of the kinds */
  async end(token: ReportedToken, origin: Origin): Promise<boolean> {
    for (const end of this.kinds) if (await end(token, origin)) return true;
    return false;
  }
}
