import { Column, Entity, PrimaryColumn } from 'typeorm';

/** As a JSON Web Key (RFC 7517, RFC 8037). */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: string;
}

@Entity('signing_keys')
export class SigningKeyEntity {
  /** The thumbprint of the public key (RFC 7638): the `kid` of what it signs. */
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'jsonb', name: 'public_key' })
  publicKey!: PublicKey;

  /** PKCS #8, encrypted. */
  @Column({ type: 'text', name: 'private_key' })
  privateKey!: string;

  /** When it was made, and published. */
  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  /** It signs from here on, until the next key does. */
  @Column({ type: 'timestamptz', name: 'signs_from' })
  signsFrom!: Date;
}
