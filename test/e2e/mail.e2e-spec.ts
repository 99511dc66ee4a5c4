import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../../src/platform/database/database.js';
import { Mailer } from '../../src/platform/mail/mailer.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { inviteMember } from '../support/invitations.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';

const keys = { ENCRYPTION_KEY: 'ab'.repeat(32) };
const letter = (to: string, text = 'Hello') => ({ to, subject: 'A letter', text, html: `<p>${text}</p>` });

describe('mail', () => {
  let sink: MailSink;
  let database: TestDatabase;
  let app: TestApp;
  const start = (smtpUrl: string) => startTestApp({ ...keys, DATABASE_URL: database.url, SMTP_URL: smtpUrl });

  beforeAll(async () => {
    [sink, database] = await Promise.all([startMailSink(), createTestDatabase()]);
    app = await start(sink.url);
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([sink.stop(), database.drop()]);
  });

  const enqueue = (to: string, after: () => void = () => undefined) =>
    app.nest.get(Database).transaction(async (tx) => {
      await app.nest.get(Mailer).enqueue(tx, letter(to, `for ${to}`));
      after();
    });
  const jobs = async () =>
    (
      await app.database.query<object>(
        `select task_identifier, attempts from graphile_worker.jobs where task_identifier = 'mail.send'`,
      )
    ).rows;

  it('goes out with the commit that it belongs to, as text and as HTML, under a Message-ID of ours', async () => {
    await enqueue('ada@example.test');
    const mail = await sink.next();
    expect(mail).toMatchObject({
      to: ['ada@example.test'],
      text: expect.stringContaining('for ada@example.test'),
      html: expect.stringContaining('<p>for ada@example.test</p>'),
    });
    expect(mail.raw).toMatch(/^Message-ID: <[0-9a-f-]{36}@localhost>\r$/im);
    await expectDone();
  });

  it('never goes out when that rolls back', async () => {
    const failing = enqueue('nobody@example.test', () => {
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    await enqueue('next@example.test');
    expect((await sink.next()).to).toEqual(['next@example.test']);
    expect(sink.messages.flatMap(({ to }) => to)).not.toContain('nobody@example.test');
  });

  it('has one recipient, whatever stands in the address (SECURITY 96)', async () => {
    sink.clear();
    for (const to of ['ada@example.test, eve@evil.test', 'ada@example.test\r\nBcc: eve@evil.test']) await enqueue(to);
    await enqueue('last@example.test');
    await sink.next(({ to }) => to.includes('last@example.test'));
    expect(
      sink.messages.filter(({ to }) => to.length > 1 || to.some((address) => address === 'eve@evil.test')),
    ).toEqual([]);
    expect(sink.messages.filter(({ raw }) => /^Bcc:/im.test(raw))).toEqual([]);
  });

  it('is delivered once, later, when the mail server was away, across a death of the process (SECURITY 162)', async () => {
    await app.stop();
    const away = await portWithout();
    app = await start(`smtp://127.0.0.1:${away}`);
    const owner = await createPerson(app);
    const acme = await createOrganization(owner);
    await inviteMember(owner, { organizationId: acme.id, email: 'grace@example.test', role: 'MEMBER' });
    await eventually(async () => expect(await jobs()).toEqual([expect.objectContaining({ attempts: 1 })]));
    const { rows } = await app.database.query<{ payload: object }>('select payload from graphile_worker._private_jobs');
    expect(JSON.stringify(rows)).not.toMatch(/grace|token=/);
    await app.stop();

    // What a process that is killed leaves behind: the job locked in its name, and nobody to let go of it.
    const back = await startMailSink({ port: away });
    app = await start(back.url);
    await app.database.query(
      `update graphile_worker._private_jobs set run_at = now(), locked_at = now() - interval '3 minutes', locked_by = 'dead'`,
    );
    await app.database.query(`select graphile_worker.add_job('jobs.takeOver')`);
    const mail = await back.next(undefined, 20_000);
    expect([mail.to, mail.subject]).toEqual([['grace@example.test'], 'Invitation to join Acme']);
    await expectDone();
    expect(back.messages).toHaveLength(1);
    await back.stop();
  });

  it('is given up when the server refuses it for good, and after its last attempt its row goes', async () => {
    await app.database.query(
      `select graphile_worker.add_job('mail.send', '{"id":"1","sealed":"not ours"}', max_attempts => 1)`,
    );
    await eventually(async () => expect(await jobs()).toEqual([expect.objectContaining({ attempts: 1 })]));
    await eventually(async () => {
      await app.database.query(`select graphile_worker.add_job('jobs.clear')`);
      expect(await jobs()).toEqual([]);
    });
  });

  const expectDone = () => eventually(async () => expect(await jobs()).toEqual([]));
});

async function portWithout(): Promise<number> {
  const sink = await startMailSink();
  await sink.stop();
  return sink.port;
}

async function eventually(claim: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      await claim();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  await claim();
}
