/** A group of the directory. */
export interface ScimGroup {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface MemberOfGroup {
  readonly id: string;
  readonly name: string;
}

/** What a directory wants of a group. */
export interface GroupWish {
  readonly displayName: string;
  readonly externalId: string | null;
  /** Ids of people. */
  readonly members: readonly string[];
}
