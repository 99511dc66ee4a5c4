import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Database } from '../../src/platform/database/database.js';
import { job } from '../../src/platform/jobs/job.js';
import { Jobs } from '../../src/platform/jobs/jobs.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createPerson } from '../support/factories.js';
import { jobsDone } from '../support/mailbox.js';

/** Asked for by this test alone; nothing in the application does it. */
const unknownJob = job<{ readonly secret: string }>('test.unknown', 1);

describe('jobs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  const count = async (from: string): Promise<number> =>
    (await app.database.query<{ n: number }>(`select count(*)::int as n from ${from}`)).rows[0]?.n ?? -1;
  const ask = (name: string) => app.database.query('select graphile_worker.add_job($1)', [name]);

  it('come round by the clock: what has expired is swept, and what died is taken over', async () => {
    const { rows } = await app.database.query<{ identifier: string }>(
      'select identifier from graphile_worker._private_known_crontabs order by 1',
    );
    expect(rows.map(({ identifier }) => identifier)).toEqual(
      expect.arrayContaining(['jobs.clear', 'jobs.takeOver', 'mailboxLinks.sweep', 'sessions.sweep']),
    );
  });

  it('sweep sessions and links that have expired, and no others', async () => {
    const [living, idle, old] = await Promise.all([createPerson(app), createPerson(app), createPerson(app)]);
    for (const [column, person] of [
      ['idle_expires_at', idle],
      ['expires_at', old],
    ] as const)
      await app.database.query(`update sessions set ${column} = now() - interval '1 second' where user_id = $1`, [
        person.id,
      ]);
    for (const [id, expires] of [
      [living.id, '1 hour'],
      [old.id, '-1 second'],
    ] as const)
      await app.database.query(
        `insert into mailbox_tokens (token_digest, purpose, user_id, email, expires_at)
         values ($1, 'verifyEmail', $2, 'a@b.test', now() + $3::interval)`,
        [randomBytes(32), id, expires],
      );
    await Promise.all([ask('sessions.sweep'), ask('mailboxLinks.sweep')]);
    await jobsDone(app);
    const ids = [living.id, idle.id, old.id].map((id) => `'${id}'`).join();
    expect([await count(`sessions where user_id in (${ids})`), await count('mailbox_tokens')]).toEqual([1, 1]);
  });

  it('are done again once the database is back, with no restart (SECURITY 161)', async () => {
    await app.database
      .query(
        `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      )
      .catch(() => undefined);
    const { rows } = await retried(() =>
      app.database.query<{ id: string }>(`select id from graphile_worker.add_job('sessions.sweep')`),
    );
    const deadline = Date.now() + 10_000;
    while ((await count(`graphile_worker.jobs where id = ${rows[0]?.id ?? ''}`)) > 0) {
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it('are encrypted while they wait', async () => {
    await app.nest
      .get(Database)
      .transaction((tx) => app.nest.get(Jobs).add(tx, unknownJob, { secret: 'told to nobody' }));
    const { rows } = await app.database.query<object>(
      `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier = 'test.unknown'`,
    );
    expect(rows).toEqual([{ payload: { id: expect.any(String), sealed: expect.stringMatching(/^v1\./) } }]);
  });
});

/** The first connections after the cut are dead ones that nobody has noticed yet. */
async function retried<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
