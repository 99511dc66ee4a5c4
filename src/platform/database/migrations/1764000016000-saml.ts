import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Connections by SAML 2.0: what is known of the identity provider, our key, and an answer on its way to its browser. */
export class Saml1764000016000 implements MigrationInterface {
  name = 'Saml1764000016000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sso_connections
        add column saml jsonb,
        add column saml_private_key text,
        add column saml_certificate text,
        add column metadata_read_at timestamptz;
      create index sso_connections_to_read on sso_connections (metadata_read_at nulls first)
        where saml->>'metadataUrl' is not null;
      alter table sso_candidates add column saml jsonb;
      alter table login_flows add column answer text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table login_flows drop column answer;
      alter table sso_candidates drop column saml;
      alter table sso_connections drop column saml, drop column saml_private_key, drop column saml_certificate,
        drop column metadata_read_at;
    `);
  }
}
