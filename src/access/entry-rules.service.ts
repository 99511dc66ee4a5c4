import { Injectable } from '@nestjs/common';
import type { AppError } from '../platform/errors/app-error.js';
import type { Actor } from '../policy/actor.js';

/** What an organization has against how a person comes in; null where it has nothing. Of programs nobody asks. */
export type EntryRule = (person: Actor, organizationId: string) => Promise<AppError | null>;

/** A person whose way in is spoken of, whether or not they have one. */
export interface Entrant {
  readonly id: string;
  /** Canonical. */
  readonly email: string;
  readonly isInstanceAdministrator: boolean;
}

/** What is asked of how a person comes in, in a sentence. */
export interface Demand {
  readonly kind: 'SSO' | 'SECOND_FACTOR';
  readonly explanation: string;
}

/** What a rule would ask of a person, from facts that need no session, and without any effect; null: nothing. */
export type EntryDemand = (person: Entrant, organizationId: string) => Promise<Demand | null>;

/**
 * What stands at an organization's door beside the roles. The modules that know the rules lie to the right of those who
 * ask, and bring theirs at start.
 */
@Injectable()
export class EntryRules {
  private readonly rules: EntryRule[] = [];
  private readonly demands: EntryDemand[] = [];

  add(rule: EntryRule, demand: EntryDemand): void {
    this.rules.push(rule);
    this.demands.push(demand);
  }

  /** The first objection, in the order of the rules. A rule that fails lets nobody in: what it throws goes on to the caller. */
  async objectionOf(person: Actor, organizationId: string): Promise<AppError | null> {
    for (const rule of this.rules) {
      const objection = await rule(person, organizationId);
      if (objection) return objection;
    }
    return null;
  }

  /** What the rules ask of a person, in their order. */
  async demandsOf(person: Entrant, organizationId: string): Promise<Demand[]> {
    const told = await Promise.all(this.demands.map((demand) => demand(person, organizationId)));
    return told.filter((demand) => demand !== null);
  }
}
