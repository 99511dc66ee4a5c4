import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person's authenticator app, once they have shown that it gives right codes. */
@Entity('totp_factors')
export class TotpEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** The key, encrypted for this very row. */
  @Column({ type: 'text' })
  secret!: string;

  /** The time step of the last code that was accepted: none of it or before it is accepted again. */
  @Column({ type: 'integer', name: 'last_used_step' })
  lastUsedStep!: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
