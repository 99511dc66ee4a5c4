import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  createCast,
  createCompleteTenant,
  inviteeOf,
  type Cast,
  type CompleteTenant,
} from '../support/complete-tenant.js';
import { createPerson } from '../support/factories.js';
import { mutationInputs } from '../support/operations.js';
import { rowDigests } from '../support/row-digests.js';
import { mutationDocument, mutationsOf, schemaOf } from '../support/schema-walk.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import { createClient, type HttpClient } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { trailOfRequest } from '../support/trail.js';

/** The one event of each mutation; where it makes two changes, one of each. */
const eventsOf: Readonly<Record<string, readonly string[]>> = {
  acceptInvitation: ['member.added', 'invitation.accepted'], // a membership begins, an invitation ends
  activateUser: ['user.activated'],
  activateSso: ['ssoConnection.activated'],
  addGroupMember: ['group.memberAdded'],
  addDomain: ['domain.added'],
  addSsoDomain: ['ssoConnection.domainAdded'],
  approveAccessRequest: ['roleGrant.created', 'accessRequest.approved'], // a grant begins, a request ends
  changeEmail: ['user.emailChangeRequested'],
  clearProjectRole: ['project.roleCleared'],
  configureSso: ['ssoConnection.created'],
  createApiKey: ['apiKey.created'],
  createGroup: ['group.created'],
  createOrganization: ['organization.created', 'member.added'], // its first owner
  createProject: ['project.created'],
  createRole: ['role.created'],
  createSsoSetupLink: ['ssoSetupLink.created'],
  createScimToken: ['scimToken.created'],
  createServiceAccount: ['serviceAccount.created'],
  createUser: ['user.created', 'member.added'], // of the organization that was named
  declineAccessRequest: ['accessRequest.declined'],
  deleteGroup: ['group.deleted'],
  deactivateUser: ['user.deactivated'],
  deleteOrganization: ['organization.deleted'],
  deleteProject: ['project.deleted'],
  deleteRole: ['role.deleted'],
  deleteServiceAccount: ['apiKey.revoked', 'serviceAccount.deleted'], // its key ends with it
  deleteSso: ['ssoConnection.deleted'],
  deleteUser: ['member.removed', 'user.deleted'], // of each organization
  detachGroup: ['group.detached'],
  disableSso: ['ssoConnection.disabled'],
  discardSsoCandidate: ['ssoConnection.candidateDiscarded'],
  enforceSso: ['member.ssoExceptionGranted', 'ssoConnection.enforced'],
  grantBreakGlass: ['member.breakGlassGranted'],
  grantRole: ['roleGrant.created'],
  grantSsoException: ['member.ssoExceptionGranted'],
  inviteMember: ['invitation.created'],
  inviteMembers: ['invitation.created'], // of each offer
  leaveOrganization: ['member.removed'],
  promoteSsoCandidate: ['ssoConnection.candidatePromoted'],
  removeDomain: ['domain.removed'],
  removeGroupMember: ['group.memberRemoved'],
  removeMember: ['member.removed'],
  removeMembers: ['member.removed'], // of each
  removeSsoDomain: ['ssoConnection.domainRemoved'],
  resendInvitation: ['invitation.resent'],
  resetSecondFactors: ['secondFactors.reset'],
  restoreOrganization: ['organization.restored'],
  restoreProject: ['project.restored'],
  revokeAllSessions: ['user.sessionsRevoked'],
  revokeApiKey: ['apiKey.revoked'],
  requestAccess: ['accessRequest.created'],
  revokeBreakGlass: ['member.breakGlassRevoked'],
  revokeInvitation: ['invitation.revoked'],
  revokeOtherSessions: ['user.sessionsRevoked'],
  revokeRoleGrant: ['roleGrant.revoked'],
  revokeSession: ['session.revoked'],
  revokeSsoException: ['member.ssoExceptionRevoked'],
  revokeScimToken: ['scimToken.revoked'],
  revokeSsoSetupLink: ['ssoSetupLink.revoked'],
  rotateApiKey: ['apiKey.created', 'apiKey.rotated'], // a key begins, another's end
  rotateSigningKey: ['signingKey.rotated'],
  setProjectRole: ['project.roleSet'],
  testSso: ['ssoTest.started'],
  transferOwnership: ['organization.ownershipTransferred'],
  unlinkIdentity: ['identity.unlinked'],
  updateGroup: ['group.updated'],
  updateMemberRole: ['member.roleChanged'],
  updateMemberRoles: ['member.roleChanged'], // of each
  updateRole: ['role.updated'],
  updateOrganization: ['organization.updated'],
  updateOrganizationPlan: ['organization.planUpdated'],
  updateProject: ['project.updated'],
  updateSecurityPolicy: ['securityPolicy.updated'],
  updateServiceAccount: ['serviceAccount.updated'],
  updateSsoMembership: ['ssoConnection.membershipUpdated'],
  verifyDomain: ['domain.verified'],
  withdrawAccessRequest: ['accessRequest.withdrawn'],
};

/** What the instance's administrator alone may do. */
const forAdministrators = [
  'activateUser',
  'createUser',
  'deactivateUser',
  'deleteUser',
  'rotateSigningKey',
  'updateOrganizationPlan',
];

/** Nobody is too strange for them but a key. */
const forEveryPerson = ['changeEmail', 'createOrganization', 'revokeOtherSessions'];

const account = { email: 'ada@example.test', name: 'Ada', password: 'correct horse battery' };

describe('150: the audit trail', () => {
  let app: TestApp;
  let dns: DnsServer;
  let mails: MailSink;
  let provider: OpenIdProvider;
  let schema: GraphQLSchema;
  let cast: Cast;
  /** The tenants in which something was asked for while the trail took no events. */
  const undone: CompleteTenant[] = [];

  beforeAll(async () => {
    [dns, mails] = [await startDnsServer(), await startMailSink()];
    provider = await startOpenIdProvider({ name: 'Okta', clients: [], accounts: [] });
    app = await startTestApp({
      DNS_RESOLVERS: dns.address,
      SMTP_URL: mails.url,
      OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}`,
    });
    schema = schemaOf(app);
    cast = await createCast(app);
    await app.browser().postJson('/api/auth/signup', account);
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([dns.stop(), mails.stop(), provider.stop()]);
  });

  const inputOf = (mutation: string, tenant: CompleteTenant) =>
    mutationInputs[mutation]?.(tenant, provider.issuer) ?? {};

  /** A tenant in which every mutation succeeds, with its domain's record in DNS. */
  async function readyTenant(): Promise<CompleteTenant> {
    const tenant = await createCompleteTenant(app, cast);
    dns.setTxt(`_gatehouse-verification.pending-${tenant.marker}.test`, ['gatehouse-verify=token']);
    return tenant;
  }

  async function whoMay(mutation: string, tenant: CompleteTenant): Promise<HttpClient> {
    if (forAdministrators.includes(mutation)) return app.admin();
    if (mutation === 'requestAccess' || mutation === 'withdrawAccessRequest') return cast.member.browser;
    return mutation === 'acceptInvitation' ? (await createPerson(app, inviteeOf(tenant))).browser : cast.owner.browser;
  }

  async function call(client: HttpClient, mutation: string, input: object) {
    const field = mutationsOf(schema).find(({ name }) => name === mutation)!;
    const requestId = randomUUID();
    const { data, errors } = await client.graphql(
      mutationDocument(field),
      { input },
      { headers: { 'x-request-id': requestId } },
    );
    const codes = errors.map(({ extensions }) => extensions.code);
    return { codes, answered: JSON.stringify(data), requestId, trail: await trailOfRequest(app, requestId) };
  }

  it('knows the events of every mutation', () => {
    expect(Object.keys(eventsOf).sort()).toEqual(
      mutationsOf(schema)
        .map(({ name }) => name)
        .sort(),
    );
  });

  describe.each(Object.entries(eventsOf))('%s', (mutation, events) => {
    it('leaves one event of each change, with who and whence', async () => {
      const tenant = await readyTenant();
      const { codes, requestId, trail } = await call(
        await whoMay(mutation, tenant),
        mutation,
        inputOf(mutation, tenant),
      );

      expect(codes).toEqual([]);
      expect(trail.map(({ action }) => action)).toEqual(events);
      for (const event of trail) {
        expect(event).toMatchObject({
          outcome: 'SUCCEEDED',
          actor_id: expect.stringMatching(/./),
          ip: '127.0.0.1',
          request_id: requestId,
        });
      }
    });

    it('leaves none, changes nothing and answers the same when it is repeated with the same idempotencyKey', async () => {
      const tenant = await readyTenant();
      const client = await whoMay(mutation, tenant);
      const input = { ...inputOf(mutation, tenant), idempotencyKey: randomUUID() };
      const first = await call(client, mutation, input);
      expect(first.trail).toHaveLength(events.length);
      const before = await rowDigests(app);
      const repeated = await call(client, mutation, input);

      expect(repeated.codes).toEqual([]);
      expect(repeated.answered).toEqual(first.answered.replace(/"(secretKey|testUrl|token|url)":"[^"]+"/, '"$1":null'));
      expect(await rowDigests(app)).toEqual(before);
    });

    it('leaves one event and no change when it is refused', async () => {
      const tenant = await readyTenant();
      const before = await rowDigests(app, ['audit_events', 'audit_chains']);
      const client = forEveryPerson.includes(mutation)
        ? createClient(app.url, { bearer: tenant.projectKey })
        : cast.stranger.browser;
      const { codes, trail } = await call(client, mutation, inputOf(mutation, tenant));

      expect(codes).toHaveLength(1);
      expect(trail).toEqual([
        expect.objectContaining({
          action: 'operation.refused',
          outcome: 'REFUSED',
          resource_id: mutation,
          after: expect.objectContaining({ code: codes[0] }),
        }),
      ]);
      expect(await rowDigests(app, ['audit_events', 'audit_chains'])).toEqual(before);
    });

    it('does nothing when its event can’t be written', async () => {
      const tenant = await readyTenant();
      const client = await whoMay(mutation, tenant);
      const before = await rowDigests(app);
      const { codes } = await withoutTrail(() => call(client, mutation, inputOf(mutation, tenant)));

      expect(codes).toEqual(['INTERNAL']);
      expect(await rowDigests(app)).toEqual(before);
      undone.push(tenant);
    });
  });

  it('sends no mail of what could not be recorded', async () => {
    const tenant = await readyTenant();
    await call(cast.owner.browser, 'inviteMember', inputOf('inviteMember', tenant));
    await mails.next(({ text }) => text.includes(tenant.marker));
    expect(undone.length).toBe(Object.keys(eventsOf).length);
    expect(mails.messages.filter(({ text }) => undone.some(({ marker }) => text.includes(marker)))).toEqual([]);
  });

  it.each<
    [string, string, number, (browser: HttpClient, headers: Record<string, string>) => ReturnType<HttpClient['get']>]
  >([
    [
      'a sign-up',
      'user.created',
      201,
      (browser, headers) =>
        browser.postJson('/api/auth/signup', { ...account, email: `${randomUUID()}@example.test` }, { headers }),
    ],
    [
      'a sign-in',
      'signIn.succeeded',
      200,
      (browser, headers) => browser.postJson('/api/auth/login', account, { headers }),
    ],
    [
      'a sign-in by the page',
      'signIn.succeeded',
      303,
      (browser, headers) => browser.postForm('/sign-in/password', account, { headers }),
    ],
    ['a sign-out', 'session.ended', 204, (browser, headers) => browser.postJson('/api/auth/logout', {}, { headers })],
  ])('has no event, and so there is no %s', async (_what, event, status, send) => {
    const browser = app.browser();
    if (event === 'session.ended') await browser.postJson('/api/auth/login', account);
    const before = await rowDigests(app);
    const failed = await withoutTrail(() => send(browser, {}));
    expect([failed.status, failed.setCookies]).toEqual([500, []]);
    expect(await rowDigests(app)).toEqual(before);

    const requestId = randomUUID();
    expect((await send(browser, { 'x-request-id': requestId })).status).toBe(status);
    expect((await trailOfRequest(app, requestId)).map(({ action }) => action)).toContain(event);
  });

  it.each<[string, () => Record<string, string>, string]>([
    ['a wrong password', () => ({ ...account, password: 'not that one' }), 'WRONG_PASSWORD'],
    ['an unknown account', () => ({ ...account, email: `${randomUUID()}@example.test` }), 'UNKNOWN_ACCOUNT'],
  ])('has one event of %s, or the answer is an error of ours', async (_what, body, reason) => {
    const requestId = randomUUID();
    const refused = await app.browser().postJson('/api/auth/login', body(), { headers: { 'x-request-id': requestId } });
    expect(refused.status).toBe(401);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'signIn.refused',
        outcome: 'REFUSED',
        after: expect.objectContaining({ reason }),
      }),
    ]);
    expect((await withoutTrail(() => app.browser().postJson('/api/auth/login', body()))).status).toBe(500);
  });

  /** Runs something while the trail takes no events. */
  async function withoutTrail<T>(work: () => Promise<T>): Promise<T> {
    await app.database.query(`
      create function no_events() returns trigger language plpgsql as $$ begin raise 'the trail is full'; end $$;
      create trigger no_events before insert on audit_events for each row execute function no_events();`);
    return work().finally(() => app.database.query('drop trigger no_events on audit_events; drop function no_events'));
  }
});
