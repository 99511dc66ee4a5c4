import { Injectable } from '@nestjs/common';
import type { AppError } from '../platform/errors/app-error.js';
import type { Actor } from '../policy/actor.js';

/** What an organization has against how a person comes in; null where it has nothing. Of programs nobody asks. */
export type EntryRule = (person: Actor, organizationId: string) => Promise<AppError | null>;

/**
 * What stands at an organization's door beside the roles. The modules that know the rules lie to the right of those who
 * ask, and bring theirs at start.
 */
@Injectable()
export class EntryRules {
  private readonly rules: EntryRule[] = [];

  add(rule: EntryRule): void {
    this.rules.push(rule);
  }

  /** The first objection, in the order of the rules. A rule that fails lets nobody in: what it throws goes on to the caller. */
  async objectionOf(person: Actor, organizationId: string): Promise<AppError | null> {
    for (const rule of this.rules) {
      const objection = await rule(person, organizationId);
      if (objection) return objection;
    }
    return null;
  }
}
