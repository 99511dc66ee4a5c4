import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a user is called by one source of identities. (source, issuer, subject) is the person; the email never is. */
@Entity('identities')
export class IdentityEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** A connection's id, or `provider:<key>` for a provider of the whole instance. */
  @Column({ type: 'text' })
  source!: string;

  @Column({ type: 'text' })
  issuer!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'last_signed_in_at' })
  lastSignedInAt!: Date;
}
