import { createClient, type HttpClient } from '../test/support/servers/http-client.js';
import type { World } from './world.js';

export interface Key {
  readonly id: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

/** What there is at Acme once the program below has set it up. */
export interface Acme {
  readonly organizationId: string;
  readonly production: { readonly id: string; readonly key: Key };
  readonly staging: { readonly id: string; readonly key: Key };
  /** By which Acme's Okta provisions its people. */
  readonly scimToken: string;
}

const roles = { olivia: 'OWNER', adam: 'ADMIN', mia: 'MEMBER', victor: 'VIEWER' } as const;

/** Sets Acme up as a program does: with nothing but `ADMIN_API_KEY` and mutations that are safe to repeat. */
export async function seed(world: World): Promise<Acme> {
  const admin = createClient(world.gatehouse, { bearer: world.adminApiKey });
  const organizationId = await createOrganization(admin);
  await proveDomain(admin, world, organizationId);
  for (const [name, role] of Object.entries(roles)) {
    await mutate(admin, 'createUser', 'user { id }', { email: `${name}@acme.test`, organizationId, role });
  }
  return {
    organizationId,
    production: await createProject(admin, organizationId, 'Production', ['traces.read']),
    staging: await createProject(admin, organizationId, 'Staging', ['traces.read', 'traces.create']),
    scimToken: await createScimToken(admin, organizationId),
  };
}

async function createOrganization(admin: HttpClient): Promise<string> {
  const made = await mutate<{ organization: { id: string } }>(admin, 'createOrganization', 'organization { id }', {
    name: 'Acme',
    slug: 'acme',
  });
  return made.organization.id;
}

/** Adds the domain, publishes the record where Acme's DNS is, verifies, and lets Acme's Okta speak for it. */
async function proveDomain(admin: HttpClient, world: World, organizationId: string): Promise<void> {
  const added = await mutate<{ domain: { id: string; recordName: string; recordValue: string } }>(
    admin,
    'addDomain',
    'domain { id recordName recordValue }',
    { organizationId, name: 'acme.test' },
  );
  const { id: domainId, recordName, recordValue } = added.domain;
  world.dns.setTxt(recordName, [recordValue]);
  await mutate(admin, 'verifyDomain', 'domain { status }', { domainId });
  const configured = await mutate<{ connection: { id: string } }>(admin, 'configureSso', 'connection { id }', {
    domainId,
    provider: 'OKTA',
    name: "Acme's Okta",
    issuer: world.okta.issuer,
    ...world.oktaClient,
  });
  await mutate(admin, 'enforceSso', 'connection { state }', { connectionId: configured.connection.id, skipTest: true });
}

async function createProject(
  admin: HttpClient,
  organizationId: string,
  name: string,
  permissions: string[],
): Promise<{ id: string; key: Key }> {
  const made = await mutate<{ project: { id: string } }>(admin, 'createProject', 'project { id }', {
    organizationId,
    name,
  });
  const key = await mutate<{ apiKey: { id: string }; publicKey: string; secretKey: string }>(
    admin,
    'createApiKey',
    'apiKey { id } publicKey secretKey',
    { projectId: made.project.id, name: `${name} backend`, permissions },
  );
  return { id: made.project.id, key: { id: key.apiKey.id, publicKey: key.publicKey, secretKey: key.secretKey } };
}

async function createScimToken(admin: HttpClient, organizationId: string): Promise<string> {
  const input = { organizationId, name: "Acme's Okta", role: 'MEMBER' };
  return (await mutate<{ token: string }>(admin, 'createScimToken', 'token', input)).token;
}

/** One mutation with an idempotency key of its own name and input. @throws when it is refused */
export async function mutate<Payload>(
  client: HttpClient,
  name: string,
  selection: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Payload> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const idempotencyKey = `demo ${name} ${JSON.stringify(input)}`.slice(0, 200);
  const { data, errors } = await client.graphql<Record<string, Payload>>(
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`,
    { input: { ...input, idempotencyKey } },
  );
  const payload = data?.[name];
  if (!payload) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  return payload;
}
