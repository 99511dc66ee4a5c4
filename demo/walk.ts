import assert from 'node:assert/strict';
import { createClient, redirectTarget, type HttpClient } from '../test/support/servers/http-client.js';
import { signInAtProvider } from '../test/support/servers/openid-provider.js';
import { mutate, type Acme } from './seed.js';
import type { World } from './world.js';

export interface Step {
  readonly title: string;
  /** What a person does, line by line. */
  readonly lines: readonly string[];
  /** The same, done and checked over HTTP. */
  check(): Promise<void>;
}

/** Seven steps through the main job, for a newcomer with a browser and curl. */
export function walk(world: World, acme: Acme): Step[] {
  return [
    signInThroughOkta(world),
    passwordRefused(world),
    invitation(world, acme),
    keyVerified(world, acme),
    keyRevoked(world, acme),
    colleagueGone(world, acme),
    trailProven(world, acme),
  ];
}

function signInThroughOkta(world: World): Step {
  return {
    title: "A colleague signs in through Acme's Okta",
    lines: [
      `Open ${world.gatehouse}/sign-in, type mia@acme.test, press Continue,`,
      "choose Mia at Acme's Okta: you are back, and signed in.",
    ],
    check: async () => {
      const mia = await signInAs(world, 'mia', '/console');
      const session = await mia.get('/api/auth/session');
      assert.equal(session.json<{ user: { email: string } }>().user.email, 'mia@acme.test');
      assert.equal(session.json<{ session: { connection: string } }>().session.connection, 'acme.test.okta');
    },
  };
}

function passwordRefused(world: World): Step {
  return {
    title: 'Her password would not do: Acme enforces its own way to sign in',
    lines: [
      `curl -s ${world.gatehouse}/api/auth/login -H 'content-type: application/json' \\`,
      `  -d '{"email":"mia@acme.test","password":"whatever it may be"}'`,
    ],
    check: async () => {
      const body = { email: 'mia@acme.test', password: 'whatever it may be' };
      const refused = await createClient(world.gatehouse).postJson('/api/auth/login', body);
      assert.equal(refused.status, 403);
      assert.equal(refused.json<{ code: string }>().code, 'SSO_REQUIRED');
    },
  };
}

function invitation(world: World, acme: Acme): Step {
  const input = {
    organizationId: acme.organizationId,
    email: 'nora@acme.test',
    role: 'MEMBER',
    projectId: acme.production.id,
    projectRole: 'VIEWER',
  };
  return {
    title: 'Nora gets a role by invitation, and by nothing else',
    lines: [
      curlGraphql(world, 'mutation($input:InviteMemberInput!){inviteMember(input:$input){invitation{id}}}', { input }),
      `Her mail is at ${world.mail.page ?? world.mail.url}: open its link, sign in as Nora, accept.`,
    ],
    check: async () => {
      await mutate(administrator(world), 'inviteMember', 'invitation { id }', input);
      const mail = await world.mail.next(({ to }) => to.includes('nora@acme.test'));
      const link = /http\S+accept-invitation\?token=[\w-]+/.exec(mail.text)?.[0];
      assert.ok(link, 'the mail has a link');
      const nora = await signInAs(world, 'nora', new URL(link).pathname + new URL(link).search);
      const accepted = await nora.postForm('/accept-invitation', {
        token: new URL(link).searchParams.get('token') ?? '',
      });
      assert.equal(accepted.status, 303);
      const create = { query: 'mutation($input:CreateApiKeyInput!){createApiKey(input:$input){publicKey}}' };
      const read = await nora.graphql('query($id:ID!){project(id:$id){name}}', { id: acme.production.id });
      const made = await nora.graphql(create.query, { input: { projectId: acme.production.id, name: 'mine' } });
      assert.deepEqual(read.data, { project: { name: 'Production' } });
      assert.equal(made.errors[0]?.extensions.code, 'FORBIDDEN');
    },
  };
}

function keyVerified(world: World, { production }: Acme): Step {
  const { publicKey, secretKey } = production.key;
  const verify = `curl -s -u ${publicKey}:${secretKey} -X POST ${world.gatehouse}/api/keys/verify`;
  return {
    title: 'A key says yes to what it may, and no to the rest',
    lines: [verify, `${verify} -d '{"permission":"traces.create"}'`],
    check: async () => {
      const key = createClient(world.gatehouse, { basic: { user: publicKey, password: secretKey } });
      const yes = await key.postJson('/api/keys/verify', { permission: 'traces.read', projectId: production.id });
      const no = await key.postJson('/api/keys/verify', { permission: 'traces.create' });
      assert.deepEqual([yes.status, yes.json<{ valid: boolean }>().valid], [200, true]);
      assert.deepEqual([no.status, no.json()], [403, { valid: false, code: 'FORBIDDEN' }]);
    },
  };
}

function keyRevoked(world: World, { production }: Acme): Step {
  const input = { apiKeyId: production.key.id };
  return {
    title: 'Revoked, it is refused everywhere at once',
    lines: [
      curlGraphql(world, 'mutation($input:RevokeApiKeyInput!){revokeApiKey(input:$input){apiKey{revokedAt}}}', {
        input,
      }),
      'Then ask again as in step 4: 401.',
    ],
    check: async () => {
      await mutate(administrator(world), 'revokeApiKey', 'apiKey { revokedAt }', input);
      const key = createClient(world.gatehouse, { bearer: production.key.secretKey });
      const refused = await key.postJson('/api/keys/verify', {});
      assert.deepEqual([refused.status, refused.json()], [401, { valid: false, code: 'INVALID_KEY' }]);
    },
  };
}

function colleagueGone(world: World, { scimToken }: Acme): Step {
  const users = `${world.gatehouse}/api/scim/v2/Users`;
  const filter = new URLSearchParams({ filter: 'userName eq "mia@acme.test"', attributes: 'userName' }).toString();
  const patch = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', value: { active: false } }],
  };
  const authorization = `-H 'authorization: Bearer ${scimToken}'`;
  return {
    title: "Acme's Okta lets Mia go: where she was signed in, she is not",
    lines: [
      `curl -s '${users}?${filter}' ${authorization}`,
      `curl -s ${users}/HER-ID -X PATCH -H 'content-type: application/scim+json' ${authorization} \\`,
      `  -d '${JSON.stringify(patch)}'`,
      'Then reload the page that you came back to in step 1.',
    ],
    check: async () => {
      const mia = await signInAs(world, 'mia', '/console');
      const okta = createClient(world.gatehouse, { bearer: scimToken });
      const found = (await okta.get(`/api/scim/v2/Users?${filter}`)).json<{ Resources: { id: string }[] }>();
      const answer = await okta.request(
        'PATCH',
        `/api/scim/v2/Users/${found.Resources[0]?.id ?? ''}`,
        {},
        { type: 'application/scim+json', text: JSON.stringify(patch) },
      );
      assert.deepEqual([answer.status, answer.json<{ active: boolean }>().active], [200, false]);
      assert.equal((await mia.get('/api/auth/session')).status, 401);
    },
  };
}

function trailProven(world: World, { organizationId }: Acme): Step {
  const query =
    'query($id:ID!){verifyAuditTrail(organizationId:$id){intact events} auditEvents(organizationId:$id,first:30){nodes{sequence action outcome actor{label} ip}}}';
  return {
    title: 'All of it is on a trail that proves itself',
    lines: [curlGraphql(world, query, { id: organizationId })],
    check: async () => {
      const { data } = await administrator(world).graphql<{
        verifyAuditTrail: { intact: boolean };
        auditEvents: { nodes: { action: string }[] };
      }>(query, { id: organizationId });
      assert.equal(data?.verifyAuditTrail.intact, true);
      const told = new Set(data.auditEvents.nodes.map(({ action }) => action));
      for (const action of [
        'apiKey.revoked',
        'signIn.succeeded',
        'signIn.refused',
        'operation.refused',
        'member.added',
        'user.deactivated',
      ]) {
        assert.ok(told.has(action), `the trail tells of ${action}`);
      }
    },
  };
}

const administrator = (world: World): HttpClient => createClient(world.gatehouse, { bearer: world.adminApiKey });

/** Types an email, follows to Acme's Okta, chooses the person there, and comes back. */
async function signInAs(world: World, name: string, returnTo: string): Promise<HttpClient> {
  const browser = createClient(world.gatehouse);
  const typed = await browser.postForm('/sign-in', { email: `${name}@acme.test`, returnTo });
  const toProvider = redirectTarget(await browser.follow(typed));
  assert.ok(toProvider, 'the sign-in page leads on');
  assert.ok(toProvider.startsWith(world.okta.issuer), `the way leads to Acme's Okta, not to ${toProvider}`);
  const callback = await signInAtProvider(toProvider, { sub: `okta-${name}` });
  const back = await browser.get(callback);
  assert.equal(back.location, new URL(returnTo, world.gatehouse).href);
  return browser;
}

function curlGraphql(world: World, query: string, variables: Readonly<Record<string, unknown>>): string {
  const body = JSON.stringify({ query, variables });
  return `curl -s ${world.gatehouse}/graphql -H 'content-type: application/json' \\\n       -H 'authorization: Bearer ${world.adminApiKey}' \\\n       -d '${body}'`;
}
