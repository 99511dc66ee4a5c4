/** Who says what a group is called and who is in it. */
export const groupSources = ['ADMINISTRATOR', 'SCIM'] as const;
export type GroupSource = (typeof groupSources)[number];

/** Members who have the same roles: what is granted to a group, each of them has. */
export interface Group {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly description: string | null;
  readonly source: GroupSource;
  /** What the directory calls it; null where it has said nothing, or has nothing to say. */
  readonly externalId: string | null;
  readonly createdAt: Date;
  /** When its name, its description or its members last changed. */
  readonly updatedAt: Date;
}

export interface NewGroup {
  readonly name: string;
  readonly description?: string | null | undefined;
  /** By an administrator, unless given. */
  readonly source?: GroupSource;
  readonly externalId?: string | null;
}

export interface GroupMember {
  readonly userId: string;
  readonly addedAt: Date;
}

/** What is left out stays as it was. */
export interface GroupChange {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** Null: it has none any more. */
  readonly externalId?: string | null | undefined;
}
