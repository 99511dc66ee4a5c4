import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A connection speaks for its own domain, the one in its key, and for others of its organization besides. */
export class ConnectionDomains1764000015000 implements MigrationInterface {
  name = 'ConnectionDomains1764000015000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sso_connection_domains (
        connection_id text not null references sso_connections (id) on delete cascade,
        domain_id text not null references domains (id) on delete cascade,
        organization_id text not null references organizations (id) on delete cascade,
        primary key (domain_id, connection_id)
      );
      create index sso_connection_domains_of_connection on sso_connection_domains (connection_id);
      create index sso_connection_domains_of_organization on sso_connection_domains (organization_id);
      insert into sso_connection_domains (connection_id, domain_id, organization_id)
        select id, domain_id, organization_id from sso_connections;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sso_connection_domains');
  }
}
