import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('users')
export class UserEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** Canonical: lower case, the domain as A-labels. */
  @Column({ type: 'text' })
  email!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', name: 'password_hash', nullable: true, select: false })
  passwordHash!: string | null;

  /** When a mailbox, a provider or an owned domain last proved the email; null: it is only claimed. */
  @Column({ type: 'timestamptz', name: 'email_verified_at', nullable: true })
  emailVerifiedAt!: Date | null;

  @Column({ type: 'boolean', name: 'instance_administrator' })
  instanceAdministrator!: boolean;

  @Column({ type: 'timestamptz', name: 'deactivated_at', nullable: true })
  deactivatedAt!: Date | null;

  /** The organization whose directory has deactivated it; null where an instance administrator has. */
  @Column({ type: 'text', name: 'deactivated_by_directory_of', nullable: true })
  deactivatedByDirectoryOf!: string | null;

  /** Null: nobody has ever signed in as this user. */
  @Column({ type: 'timestamptz', name: 'first_signed_in_at', nullable: true })
  firstSignedInAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
