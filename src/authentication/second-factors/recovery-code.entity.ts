import { Entity, PrimaryColumn } from 'typeorm';

/** A recovery code that has not been used. */
@Entity('recovery_codes')
export class RecoveryCodeEntity {
  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  /** SHA-256 of the code. */
  @PrimaryColumn({ type: 'bytea', name: 'code_digest' })
  codeDigest!: Buffer;
}
