import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { randomToken, sha256 } from '../crypto/digest.js';
import { createDataSource } from '../database/data-source.js';
import { AttemptCounter } from './attempt-counter.js';

describe('attempts', () => {
  let database: TestDatabase;
  let source: DataSource;
  let counter: AttemptCounter;

  beforeAll(async () => {
    database = await createTestDatabase();
    source = await createDataSource(database.url).initialize();
    counter = new AttemptCounter(source);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const somebody = (free: number) => ({ key: randomToken(), free });
  /** As if so many seconds had gone by. */
  const later = (seconds: number) =>
    source.query(
      `update attempts set allowed_at = allowed_at - $1 * interval '1 second', forgotten_at = forgotten_at - $1 * interval '1 second'`,
      [seconds],
    );

  it('are free at first, and then wait twice as long each time, up to a quarter of an hour', async () => {
    const asked = somebody(3);
    const waits: (number | null)[] = [];
    for (let n = 0; n < 3; n += 1) expect(await counter.count([asked])).toBeNull();
    for (let n = 0; n < 12; n += 1) {
      const wait = await counter.count([asked]);
      waits.push(wait);
      await later(wait ?? 0);
      expect(await counter.count([asked])).toBeNull();
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it('that come too early are refused and change nothing: waiting always helps', async () => {
    const asked = somebody(1);
    expect(await counter.count([asked])).toBeNull();
    for (let n = 0; n < 20; n += 1) expect(await counter.count([asked])).toBe(2);
    await later(2);
    expect(await counter.count([asked])).toBeNull();
  });

  it('of many at once are admitted as many as are free', async () => {
    const asked = somebody(5);
    const answers = await Promise.all(Array.from({ length: 40 }, () => counter.count([asked])));
    expect(answers.filter((wait) => wait === null)).toHaveLength(5);
  });

  it('are counted by each key, and the longest wait counts', async () => {
    const [one, other] = [somebody(1), somebody(2)];
    expect(await counter.count([one, other])).toBeNull();
    expect(await counter.count([one, other])).toBe(2);
    expect(await counter.count([other])).toBe(2);
    expect(await counter.count([one, somebody(9)])).toBe(2);
  });

  it('are forgotten after a day without one', async () => {
    const asked = somebody(1);
    for (let n = 0; n < 3; n += 1) {
      await counter.count([asked]);
      await later(2 ** (n + 1));
    }
    await later(24 * 60 * 60);
    expect(await counter.count([asked])).toBeNull();
    expect(await counter.count([asked])).toBe(2);
  });

  it('that were right clear one key, and take one attempt back of the others', async () => {
    const [cleared, counted] = [somebody(2), somebody(2)];
    await counter.count([cleared, counted]);
    await counter.count([cleared, counted]);
    await counter.forgive(cleared.key, [counted.key]);
    expect(await counter.count([cleared, counted])).toBeNull();
    expect(await counter.count([counted])).toBe(2);
    await later(2);
    expect(await counter.count([cleared])).toBeNull();
  });

  it('leave no row for ever, and no word of what was typed', async () => {
    const [old, current] = [somebody(2), somebody(2)];
    await counter.count([old]);
    await later(24 * 60 * 60);
    await counter.count([current]);
    await counter.forgive(randomToken(), []);
    const rows = await source.query<{ key: Buffer }[]>('select key from attempts');
    expect(rows.map(({ key }) => key.toString('hex'))).toEqual([sha256(current.key).toString('hex')]);
  });
});
