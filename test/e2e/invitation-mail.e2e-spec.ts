import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { startTestApp } from '../support/app.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { inviteMember, resendInvitation } from '../support/invitations.js';
import { startMailSink } from '../support/servers/mail-sink.js';
import { trailOfRequest } from '../support/trail.js';

describe('the mail of an invitation', () => {
  it('carries a hostile name as text on one line, with nothing to click', async () => {
    const sink = await startMailSink();
    const app = await startTestApp({ SMTP_URL: sink.url, ROOT_URL: 'http://gatehouse.test:{port}' });
    try {
      const admin = app.admin();
      const name = '<a href="https://evil.test">Win</a>\r\nBcc: eve@evil.test \u202e\u200b www.evil.test';
      const create =
        'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } } }';
      const { data } = await admin.graphql<{ createOrganization: { organization: { id: string } } }>(create, {
        input: { name },
      });
      const organizationId = data!.createOrganization.organization.id;
      await inviteMember({ browser: admin }, { organizationId, email: 'ada@example.test', role: 'MEMBER' });

      const mail = await sink.next();
      expect(mail.to).toEqual(['ada@example.test']);
      expect(mail.subject).not.toMatch(/[\r\n\u202e\u200b]/);
      expect(mail.raw).not.toMatch(/^Bcc:/im);
      expect(mail.html.match(/<a /g)).toHaveLength(1);
      expect(mail.html).toContain('&lt;a href=&quot;');
      expect(`${mail.html}${mail.text}`).not.toMatch(/evil\.test|https:\/\/e/);
      expect(mail.html).toMatch(/href="http:\/\/gatehouse\.test:\d+\/accept-invitation\?token=/);
    } finally {
      await app.stop();
      await sink.stop();
    }
  });

  it('does not undo the invitation when no mail server takes it: the trail tells, and it can be sent again', async () => {
    const port = await unusedPort();
    const app = await startTestApp({ SMTP_URL: `smtp://127.0.0.1:${port}` });
    const owner = await createPerson(app);
    const acme = await createOrganization(owner);
    const requestId = randomUUID();
    const invitation = await inviteMember(
      owner,
      { organizationId: acme.id, email: 'ada@example.test', role: 'MEMBER' },
      requestId,
    );
    const entries = await eventually(
      () => trailOfRequest(app, requestId),
      (found) => found.length === 2,
    );
    expect(entries).toEqual([
      expect.objectContaining({ action: 'invitation.created', outcome: 'SUCCEEDED' }),
      expect.objectContaining({
        action: 'invitation.mailFailed',
        outcome: 'REFUSED',
        actor_id: owner.id,
        resource_id: invitation.id,
        after: { email: 'ada@example.test', reason: 'ESOCKET' },
      }),
    ]);

    const sink = await startMailSink({ port });
    await resendInvitation(owner, invitation.id);
    expect((await sink.next()).to).toEqual(['ada@example.test']);
    await app.stop();
    await sink.stop();
  });

  it('is waited for when the process ends, and by nobody before', async () => {
    const sink = await startMailSink();
    const slow = await startSlowWay(sink.port, 1_000);
    const app = await startTestApp({ SMTP_URL: `smtp://127.0.0.1:${(slow.address() as AddressInfo).port}` });
    const owner = await createPerson(app);
    const acme = await createOrganization(owner);
    const started = performance.now();
    await inviteMember(owner, { organizationId: acme.id, email: 'ada@example.test', role: 'MEMBER' });
    expect(performance.now() - started).toBeLessThan(900);
    await app.stop();
    expect(sink.messages.map(({ to }) => to)).toEqual([['ada@example.test']]);
    slow.close();
    await sink.stop();
  });
});

/** Leads to a port of ours, after a while. */
function startSlowWay(port: number, delayMs: number): Promise<Server> {
  const server = createServer((socket) => {
    setTimeout(() => {
      const onward = connect(port, '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => end.destroy());
    }, delayMs);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function unusedPort(): Promise<number> {
  const sink = await startMailSink();
  await sink.stop();
  return sink.port;
}

async function eventually<T>(look: () => Promise<T>, fits: (found: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await look();
    if (fits(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return look();
}
