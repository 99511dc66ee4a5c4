import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The first and the last use of a key by one caller. What is not known of a caller is empty. */
@Entity('api_key_uses')
export class RecentUseEntity {
  @PrimaryColumn({ type: 'text', name: 'api_key_id' })
  apiKeyId!: string;

  @PrimaryColumn({ type: 'text' })
  address!: string;

  @PrimaryColumn({ type: 'text', name: 'user_agent' })
  userAgent!: string;

  @Column({ type: 'timestamptz', name: 'first_used_at' })
  firstUsedAt!: Date;

  @Column({ type: 'timestamptz', name: 'last_used_at' })
  lastUsedAt!: Date;
}
