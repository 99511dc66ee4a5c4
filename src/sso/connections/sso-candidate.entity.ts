import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ConnectionSettingsColumns } from './connection-settings.entity.js';

/** Settings that wait to take over from those that a connection is enforced with; after that, the ones it had before. */
@Entity('sso_candidates')
export class SsoCandidateEntity extends ConnectionSettingsColumns {
  @PrimaryColumn({ type: 'text', name: 'connection_id' })
  connectionId!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
