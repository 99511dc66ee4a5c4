import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A domain can be proven in three ways, and a diagnosis tells of each look. Until now there was the TXT record alone. */
export class DomainProofs1764000010000 implements MigrationInterface {
  name = 'DomainProofs1764000010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table domains add column proven_by text check (proven_by in ('TXT', 'CNAME', 'FILE'));
      update domains set proven_by = 'TXT' where verified_at is not null;
      update domains set diagnosis = diagnosis || '{"proof": "TXT", "expectedBy": null, "looks": []}'
        where diagnosis is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table domains drop column proven_by');
  }
}
