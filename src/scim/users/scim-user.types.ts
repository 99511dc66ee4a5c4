import type { BuiltInRole } from '../../policy/permissions.js';
import type { Document } from '../protocol/document.js';

/** A member as the organization's directory sees them. */
export interface ScimUser {
  readonly id: string;
  readonly userName: string;
  readonly externalId: string | null;
  /** The account's. */
  readonly email: string;
  readonly name: string;
  readonly active: boolean;
  readonly role: BuiltInRole;
  readonly profile: Document;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The group's id and name. */
export interface GroupOfUser {
  readonly id: string;
  readonly name: string;
}

/** What a directory wants of somebody, read from what it has sent. */
export interface UserWish {
  readonly userName: string;
  readonly externalId: string | null;
  /** Canonical. */
  readonly email: string;
  /** Null: says nothing. */
  readonly name: string | null;
  /** Null: says nothing. */
  readonly active: boolean | null;
  /** Null: says nothing. */
  readonly role: BuiltInRole | null;
  readonly profile: Document;
}
