import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { providerFields, providerVendors, settings } from '../src/platform/config/config.schema.js';
import { loadConfig } from '../src/platform/config/load-config.js';

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } };
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Realm {
  readonly realm: string;
  readonly clients: readonly [
    {
      readonly clientId: string;
      readonly secret: string;
      readonly publicClient: boolean;
      readonly standardFlowEnabled: boolean;
      readonly implicitFlowEnabled: boolean;
      readonly directAccessGrantsEnabled: boolean;
      readonly redirectUris: readonly string[];
      readonly attributes: Readonly<Record<string, string>>;
    },
  ];
  readonly users: readonly {
    readonly email: string;
    readonly emailVerified: boolean;
    readonly credentials: readonly [{ readonly value: string; readonly temporary: boolean }];
  }[];
}

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
const textOf = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');

const { services } = parse(await textOf('docker-compose.yml')) as {
  services: Readonly<Record<'app' | 'postgres' | 'mailpit' | 'keycloak', Service>>;
};
const realm = JSON.parse(await textOf('deploy/keycloak/acme-realm.json')) as Realm;
const dockerfile = await textOf('deploy/Dockerfile');
const client = realm.clients[0];
const app = services.app.environment!;

let folder: string;
/** What deploy/new-env.sh wrote. */
let written: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-deploy-'));
  await cp(path.join(root, 'deploy/new-env.sh'), path.join(folder, 'deploy/new-env.sh'));
  await newEnv();
  written = await environmentFile();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('deploy/new-env.sh', () => {
  it('writes every variable that docker-compose.yml takes from outside, for its owner alone', async () => {
    const asked = [...(await textOf('docker-compose.yml')).matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!);

    expect(Object.keys(written).sort()).toEqual([...new Set(asked)].sort());
    expect((await stat(path.join(folder, '.env'))).mode & 0o777).toBe(0o600);
  });

  it('makes each secret of 256 random bits', () => {
    expect(Object.values(written)).toEqual(Object.keys(written).map(() => expect.stringMatching(/^[0-9a-f]{64}$/)));
    expect(new Set(Object.values(written)).size).toBe(Object.keys(written).length);
  });

  it('keeps an .env that is there', async () => {
    await newEnv();

    expect(await environmentFile()).toEqual(written);
  });

  it('writes a file that git ignores', async () => {
    expect((await textOf('.gitignore')).split('\n')).toContain('.env');
  });
});

describe('docker-compose.yml', () => {
  it('gives the app settings that exist and that it accepts', () => {
    const fields = Object.keys(providerFields);
    const known = [
      ...Object.keys(settings),
      ...providerVendors.flatMap((vendor) => fields.map((field) => `AUTH_${vendor}_${field}`)),
    ];

    expect(Object.keys(app).filter((name) => !known.includes(name))).toEqual([]);
    expect(loadConfig(interpolated(app)).providers.map((provider) => provider.key)).toEqual(['keycloak']);
  });

  it('ships no secret of Gatehouse and of its database', () => {
    const secrets = [app.ENCRYPTION_KEY, app.SESSION_SECRET, services.postgres.environment?.POSTGRES_PASSWORD];

    expect(secrets).toEqual(secrets.map(() => expect.stringMatching(/^\$\{\w+:\?.+\}$/)));
  });

  it('connects the app to the PostgreSQL it starts, with a password and a health check over TCP', () => {
    const { POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD, POSTGRES_INITDB_ARGS } = interpolated(
      services.postgres.environment!,
    );

    expect(interpolated(app).DATABASE_URL).toBe(
      `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`,
    );
    expect(POSTGRES_INITDB_ARGS).toContain('--auth-host=scram-sha-256');
    expect(services.postgres.image).toMatch(/^postgres:17\./);
    expect(services.postgres.healthcheck?.test).toEqual(
      expect.arrayContaining([
        'pg_isready',
        '--host=127.0.0.1',
        `--username=${POSTGRES_USER}`,
        `--dbname=${POSTGRES_DB}`,
      ]),
    );
  });

  it('opens its ports to this machine alone', () => {
    const published = Object.values(services).flatMap((service) => service.ports ?? []);

    expect(published).toEqual(published.map(() => expect.stringMatching(/^127\.0\.0\.1:\d+:\d+$/)));
    expect(services.app.ports).toEqual([`127.0.0.1:${new URL(app.ROOT_URL!).port}:3000`]);
  });

  it('names a version of every image', () => {
    const images = Object.values(services).flatMap((service) => service.image ?? []);
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!);

    expect(images).toHaveLength(3);
    expect(bases).toHaveLength(2);
    expect([...images, ...bases]).toEqual(
      [...images, ...bases].map(() => expect.stringMatching(/^[\w./-]+:v?\d[\w.-]*$/)),
    );
  });
});

describe('the Keycloak of docker-compose.yml', () => {
  const issuer = new URL(app.AUTH_KEYCLOAK_ISSUER!);

  it('has one issuer for the browser and for the app', () => {
    expect(issuer.href).toBe(`${services.keycloak.environment!.KC_HOSTNAME!}/realms/${realm.realm}`);
    expect(issuer.hostname).toMatch(/\.localhost$/);
    expect(services.keycloak.networks?.default.aliases).toContain(issuer.hostname);
    expect(services.keycloak.ports).toEqual([`127.0.0.1:${issuer.port}:8080`]);
    expect(issuer.port).toBe('8080');
  });

  it('is the one private address that the app may call', () => {
    expect(loadConfig(interpolated(app)).outboundAllowedHosts).toEqual([issuer.host]);
  });

  it('takes the realm from deploy/keycloak', () => {
    expect(services.keycloak.volumes).toEqual(['./deploy/keycloak:/opt/keycloak/data/import:ro']);
  });

  it('sends people back to both addresses of the provider and of the connection, and nowhere else', () => {
    const callbacks = ['acme.test.keycloak', 'keycloak'].flatMap((key) => [
      `${app.ROOT_URL!}/api/auth/callback/${key}`,
      `${app.ROOT_URL!}/api/v1/auth/login/${key}/callback`,
    ]);

    expect(client.redirectUris).toEqual(callbacks);
  });

  it('knows the app as a confidential client that uses the code flow with PKCE', () => {
    expect(client).toMatchObject({
      clientId: app.AUTH_KEYCLOAK_CLIENT_ID,
      secret: app.AUTH_KEYCLOAK_CLIENT_SECRET,
      publicClient: false,
      standardFlowEnabled: true,
      implicitFlowEnabled: false,
      directAccessGrantsEnabled: false,
      attributes: { 'pkce.code.challenge.method': 'S256' },
    });
  });

  it('has two people of the allowed domain, their addresses verified', () => {
    expect(realm.users.map((user) => [user.email, user.emailVerified])).toEqual([
      [`ada@${app.AUTH_KEYCLOAK_ALLOWED_DOMAINS!}`, true],
      [`grace@${app.AUTH_KEYCLOAK_ALLOWED_DOMAINS!}`, true],
    ]);
  });

  it('has no secret that could be taken for a real one', () => {
    const passwords = realm.users.map((user) => user.credentials[0].value);

    expect([client.secret, services.keycloak.environment!.KC_BOOTSTRAP_ADMIN_PASSWORD, ...passwords]).toEqual(
      Array.from({ length: 4 }, () => expect.stringMatching(/^not-a-secret-/)),
    );
  });
});

describe('the image', () => {
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

  it('does not run as root', () => {
    expect(/^USER (\d+):\d+$/m.exec(lastStage)?.[1]).toMatch(/^[1-9]/);
    expect(services.app.user).toBeUndefined();
  });

  it('holds what ships and nothing of the build', () => {
    expect(dockerfile).toContain('npm prune --omit=dev');
    expect([...lastStage.matchAll(/^COPY (.+)$/gm)].map(([, what]) => what)).toEqual([
      '--from=build /app/package.json ./',
      '--from=build /app/node_modules node_modules',
      '--from=build /app/dist dist',
    ]);
  });

  it.each([
    { readiness: 'says that it is ready', status: 200, exit: 0 },
    { readiness: 'says that it is not', status: 503, exit: 1 },
    { readiness: 'does not answer', status: null, exit: 1 },
  ])('is healthy only when /readyz answers well: here it $readiness', async ({ status, exit }) => {
    const [command, ...parameters] = JSON.parse(/^HEALTHCHECK [^[]+CMD (\[.+\])$/m.exec(lastStage)![1]!) as [
      string,
      ...string[],
    ];
    const server = await ready(status);
    const { port } = server.address() as AddressInfo;
    if (status === null) await stop(server);

    const ended = await run(command, parameters, { env: { ...process.env, PORT: String(port) } }).then(
      () => 0,
      (failure: unknown) => (failure as { code: number }).code,
    );
    if (status !== null) await stop(server);

    expect(ended).toBe(exit);
  });
});

const newEnv = (): Promise<unknown> => run('sh', [path.join(folder, 'deploy/new-env.sh')]);

async function environmentFile(): Promise<Record<string, string>> {
  const lines = (await readFile(path.join(folder, '.env'), 'utf8')).trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
}

/** What Compose would hand to the container, with the .env of deploy/new-env.sh. */
function interpolated(environment: Readonly<Record<string, string>>): Record<string, string> {
  const value = (text: string): string => text.replace(/\$\{(\w+):[?-][^}]*\}/g, (_, name: string) => written[name]!);
  return Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, value(text)]));
}

async function ready(status: number | null): Promise<Server> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/readyz' ? (status ?? 500) : 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const stop = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
