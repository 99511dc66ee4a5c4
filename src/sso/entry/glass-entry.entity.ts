import { Entity, PrimaryColumn } from 'typeorm';

/** Which sessions have come into an organization by breaking the glass, so that each is told of once. */
@Entity('glass_entries')
export class GlassEntryEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  @PrimaryColumn({ type: 'timestamptz', name: 'session_created_at' })
  sessionCreatedAt!: Date;
}
