import { randomBytes } from 'node:crypto';
import { SessionService } from '../../src/sessions/session.service.js';
import { UserService } from '../../src/users/user.service.js';
import { Database } from '../../src/platform/database/database.js';
import { anonymous } from '../../src/policy/actor.js';
import type { BuiltInRole } from '../../src/policy/permissions.js';
import type { TestApp } from './app.js';
import type { HttpClient } from './servers/http-client.js';

const origin = { ip: '127.0.0.1', userAgent: 'test', requestId: 'test' };

export interface Person {
  readonly id: string;
  readonly email: string;
  /** A browser in which the person is signed in. */
  readonly browser: HttpClient;
}

/**
 * A person with a session, made without a password so that no test waits for one to be hashed.
 * @returns the person, and what their session cookie holds
 */
export async function createPerson(
  app: TestApp,
  email = `${randomBytes(4).toString('hex')}@example.test`,
): Promise<Person & { readonly token: string }> {
  const users = app.nest.get(UserService, { strict: false });
  const sessions = app.nest.get(SessionService, { strict: false });
  const opened = await app.nest.get(Database, { strict: false }).transaction(async (tx) => {
    const account = {
      email,
      name: email.split('@')[0] ?? email,
      emailVerified: true,
      by: 'test',
      organizationId: null,
    };
    const user = await users.create(tx, anonymous(origin), account);
    return sessions.open(tx, { userId: user.id, method: 'password', connection: null, secondFactor: null }, origin);
  });
  const browser = app.browser({ headers: { cookie: `gatehouse=${opened.token}` } });
  return { id: opened.session.userId, email, browser, token: opened.token };
}

/** An organization of `owner`, made through the API. */
export async function createOrganization(owner: Person, name = 'Acme'): Promise<{ id: string; slug: string }> {
  const { data, errors } = await owner.browser.graphql<{
    createOrganization: { organization: { id: string; slug: string } };
  }>('mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id slug } } }', {
    input: { name },
  });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.createOrganization.organization;
}

/** Makes a person a member, without the walk of an invitation. */
export async function addMember(
  app: TestApp,
  organizationId: string,
  person: Person,
  role: BuiltInRole,
): Promise<void> {
  await app.database.query(
    `insert into memberships (organization_id, user_id, role, source) values ($1, $2, $3, 'INVITATION')`,
    [organizationId, person.id, role],
  );
}
