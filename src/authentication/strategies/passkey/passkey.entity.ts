import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A passkey: what an authenticator has registered for a person here (WebAuthn Level 3, 4 "credential record"). */
@Entity('passkeys')
export class PasskeyEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** What the authenticator calls it, in base64url. Known to nobody else, though no secret. */
  @Column({ type: 'text', name: 'credential_id' })
  credentialId!: string;

  /** COSE_Key. */
  @Column({ type: 'bytea', name: 'public_key' })
  publicKey!: Buffer;

  /** The authenticator's count of its signatures; 0 throughout where it does not count. PostgreSQL gives a bigint as text. */
  @Column({ type: 'bigint' })
  counter!: string;

  /** How a browser reaches the authenticator: `internal`, `hybrid`, `usb` … */
  @Column({ type: 'text', array: true })
  transports!: string[];

  /** Chosen by its person. */
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
