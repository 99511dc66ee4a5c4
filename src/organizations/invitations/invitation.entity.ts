import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BuiltInRole } from '../../policy/permissions.js';

@Entity('invitations')
export class InvitationEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'text' })
  email!: string;

  @Column({ type: 'text' })
  role!: BuiltInRole;

  @Column({ type: 'text', name: 'project_id', nullable: true })
  projectId!: string | null;

  @Column({ type: 'text', name: 'project_role', nullable: true })
  projectRole!: BuiltInRole | null;

  /** Whether an exception from single sign-on that is enforced comes with the membership. */
  @Column({ type: 'boolean', name: 'sso_exception', default: false })
  ssoException!: boolean;

  /** SHA-256 of the token in the mail. */
  @Column({ type: 'bytea', name: 'token_digest' })
  tokenDigest!: Buffer;

  @Column({ type: 'text', name: 'invited_by' })
  invitedBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;

  @Column({ type: 'timestamptz', name: 'accepted_at', nullable: true })
  acceptedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}

/** A row as a plain object. */
export type InvitationRow = Pick<InvitationEntity, keyof InvitationEntity>;
