import type { BuiltInRole } from '../../policy/permissions.js';

/** A deletion that can still be undone. */
export interface Deletion {
  readonly id: string;
  readonly organizationId: string;
  /** The project that was deleted; null where the whole organization was. */
  readonly projectId: string | null;
  readonly name: string;
  readonly slug: string;
  /** Who has left the organization since. */
  readonly formerMemberIds: readonly string[];
  /** As the trail calls them: an email, a public key. */
  readonly deletedBy: string;
  readonly deletedAt: Date;
  readonly goneAt: Date;
}

/** Who may bring deleted projects of an organization back, and which. */
export interface ProjectRestorer {
  readonly organizationId: string;
  /** Whether it is all of them. */
  readonly everything: boolean;
  /** Else it is those in which this person had one of the sufficient roles; their own one there counts before `role`. */
  readonly userId: string | null;
  readonly role: BuiltInRole | null;
  readonly sufficient: readonly BuiltInRole[];
}

/** What is about to be deleted. */
export interface Doomed {
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly name: string;
  readonly slug: string;
  /** By user, as `Deletion` remembers them to know who may undo it. */
  readonly roles: Readonly<Record<string, BuiltInRole>>;
  /** Until when it can be undone; null: it is for good. */
  readonly goneAt: Date | null;
}

/** A deleted thing as those see it who may bring it back. */
export interface DeletedThing {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly deletedAt: Date;
  readonly deletedBy: string;
  readonly goneAt: Date;
}

export const toDeletedThing = (deletion: Deletion): DeletedThing => ({
  id: deletion.projectId ?? deletion.organizationId,
  name: deletion.name,
  slug: deletion.slug,
  deletedAt: deletion.deletedAt,
  deletedBy: deletion.deletedBy,
  goneAt: deletion.goneAt,
});

/** SQL that speaks of a row named `deletion`. It is written by us; what callers give comes in as parameters. */
export interface DeletionCondition {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}
