/** Members who have the same roles: what is granted to a group, each of them has. */
export interface Group {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: Date;
}

export interface GroupMember {
  readonly userId: string;
  readonly addedAt: Date;
}

/** What is left out stays as it was. */
export interface GroupChange {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}
