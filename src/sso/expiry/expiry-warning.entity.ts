import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Expiry, Warning } from './expiries.js';

/** A warning that was given. It is of one date: what is renewed is warned of anew. */
@Entity('sso_expiry_warnings')
export class ExpiryWarningEntity {
  @PrimaryColumn({ type: 'text', name: 'connection_id' })
  connectionId!: string;

  @PrimaryColumn({ type: 'text' })
  what!: Expiry['what'];

  @PrimaryColumn({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;

  @PrimaryColumn({ type: 'integer' })
  days!: Warning;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;
}
