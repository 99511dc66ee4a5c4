import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { TenantRepository } from './tenant-repository.js';

@Entity('notes')
class Note {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;
}

describe('the rows of one organization', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    source = await new DataSource({ type: 'postgres', url: database.url, entities: [Note] }).initialize();
    await source.query(`create table notes (id text primary key, organization_id text not null);
      insert into notes values ('a1', 'acme'), ('a2', 'acme'), ('o1', 'other')`);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const of = (organizationId: string) => new TenantRepository(source.manager, Note, organizationId);

  it('are found, and those of another are not, not even by their id', async () => {
    expect((await of('acme').find()).map(({ id }) => id)).toEqual(['a1', 'a2']);
    expect(await of('acme').findOne({ id: 'a1' })).toMatchObject({ id: 'a1' });
    expect(await of('acme').findOne({ id: 'o1' })).toBeNull();
    expect((await of('acme').find({ id: 'o1' })).length).toBe(0);
  });

  it('are of no other organization because a condition names one', async () => {
    const forged = { organizationId: 'other' } as object;
    expect((await of('acme').find(forged)).map(({ id }) => id)).toEqual(['a1', 'a2']);
  });

  it('are NOT_FOUND in the same words, be they foreign or none', async () => {
    const foreign = await of('acme')
      .get({ id: 'o1' })
      .catch((error: unknown) => error);
    const missing = await of('acme')
      .get({ id: 'x' })
      .catch((error: unknown) => error);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(foreign).toEqual(missing);
  });

  it('cannot be asked for without an organization', () => {
    for (const id of ['', undefined, null]) expect(() => of(id!)).toThrow('needs the id of an organization');
  });
});
