import { describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { startTestApp } from '../support/app.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { inviteMember } from '../support/invitations.js';
import { startMailSink } from '../support/servers/mail-sink.js';

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

  it('is waited for by nobody: a mail server that hangs holds up neither the answer nor the end of the process', async () => {
    const hung = await startHungServer();
    const app = await startTestApp({ SMTP_URL: `smtp://127.0.0.1:${(hung.address() as AddressInfo).port}` });
    const owner = await createPerson(app);
    const acme = await createOrganization(owner);
    const started = performance.now();
    await inviteMember(owner, { organizationId: acme.id, email: 'ada@example.test', role: 'MEMBER' });
    expect(performance.now() - started).toBeLessThan(900);
    await app.stop();
    expect(performance.now() - started).toBeLessThan(20_000);
    hung.emit('hangUp');
    hung.close();
  });
});

/** Takes connections, and never says a word. */
function startHungServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    server.once('hangUp', () => socket.destroy());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
