import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDnsServer, type DnsServer } from '../test/support/servers/dns-server.js';
import { startMailSink, type MailSink } from '../test/support/servers/mail-sink.js';
import { startOpenIdProvider, type OpenIdProvider } from '../test/support/servers/openid-provider.js';

/** Everybody whom "Acme's Okta" knows. Nora has no place in Gatehouse yet. */
export const people = ['olivia', 'adam', 'mia', 'victor', 'nora'].map((name) => ({
  sub: `okta-${name}`,
  email: `${name}@acme.test`,
  emailVerified: true,
  name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
}));

/** A Gatehouse and the company around it, all on loopback. */
export interface World {
  readonly gatehouse: string;
  readonly adminApiKey: string;
  readonly okta: OpenIdProvider;
  readonly oktaClient: { readonly clientId: string; readonly clientSecret: string };
  readonly dns: DnsServer;
  readonly mail: MailSink;
  /** Resolves when the server has ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Ports that people can remember, where they are free. */
const preferred = { gatehouse: 3000, okta: 4000, mail: 4080 };

/** Starts everything, empty: an OpenID provider, a DNS server, a mail server, and Gatehouse on a database of its own. */
export async function startWorld(ports: 'memorable' | 'any'): Promise<World> {
  const port = (name: keyof typeof preferred) => (ports === 'any' ? freePort() : freePort(preferred[name]));
  const gatehouse = `http://localhost:${await port('gatehouse')}`;
  const oktaClient = { clientId: 'gatehouse-at-acme', clientSecret: randomBytes(24).toString('hex') };
  const okta = await startOpenIdProvider({
    name: "Acme's Okta",
    clients: [{ ...oktaClient, redirectUris: [`${gatehouse}/api/auth/callback/acme.test.okta`] }],
    accounts: people,
    port: await port('okta'),
  });
  const [dns, mail] = await Promise.all([startDnsServer(), startMailSink({ httpPort: await port('mail') })]);
  const directory = await mkdtemp(path.join(tmpdir(), 'gatehouse-demo-'));
  const adminApiKey = `demo-${randomBytes(24).toString('hex')}`;
  const server = spawn(process.execPath, [path.resolve(import.meta.dirname, '../dist/main.js')], {
    env: {
      ...process.env,
      PORT: new URL(gatehouse).port,
      ROOT_URL: gatehouse,
      DATA_DIR: directory,
      ADMIN_API_KEY: adminApiKey,
      DNS_RESOLVERS: dns.address,
      SMTP_URL: mail.url,
      OUTBOUND_ALLOWED_HOSTS: new URL(okta.issuer).host,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
    await Promise.all([okta.stop(), dns.stop(), mail.stop(), rm(directory, { recursive: true, force: true })]);
  };
  try {
    await ready(gatehouse, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { gatehouse, adminApiKey, okta, oktaClient, dns, mail, ended, stop };
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`Gatehouse ended with ${server.exitCode} before it was ready`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('Gatehouse was not ready within 30 seconds');
}

/** The port asked for, or any when it is taken. */
function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () => (wanted === 0 ? reject(new Error('no free port')) : resolve(freePort())));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
