import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That a connection speaks for a domain: its own, the one in its key, and others of its organization. */
@Entity('sso_connection_domains')
export class ConnectionDomainEntity {
  @PrimaryColumn({ type: 'text', name: 'domain_id' })
  domainId!: string;

  @PrimaryColumn({ type: 'text', name: 'connection_id' })
  connectionId!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;
}
