import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { startTestApp, type TestApp } from '../support/app.js';
import { createCast, createCompleteTenant, type Cast, type CompleteTenant } from '../support/complete-tenant.js';
import { mutationInputs } from '../support/operations.js';
import { mutationDocument, mutationsOf, schemaOf } from '../support/schema-walk.js';
import { createClient, type HttpClient } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';

type InputOf = (tenant: CompleteTenant, cast: Cast) => Readonly<Record<string, unknown>>;

const asUsual =
  (mutation: string): InputOf =>
  (tenant) =>
    mutationInputs[mutation]?.(tenant, '') ?? {};

/** What a browser that was left open must not be enough for. */
const dangerous: readonly (readonly [what: string, mutation: string, input: InputOf])[] = [
  ['enforces single sign-on', 'enforceSso', asUsual('enforceSso')],
  ['deletes a connection', 'deleteSso', asUsual('deleteSso')],
  ['lets people in by single sign-on', 'updateSsoMembership', asUsual('updateSsoMembership')],
  ['lets somebody without an account set single sign-on up', 'createSsoSetupLink', asUsual('createSsoSetupLink')],
  ['lets a directory provision people', 'createScimToken', asUsual('createScimToken')],
  ['deletes a project', 'deleteProject', asUsual('deleteProject')],
  ['deletes an organization', 'deleteOrganization', asUsual('deleteOrganization')],
  ['brings a project back', 'restoreProject', asUsual('restoreProject')],
  ['brings an organization back', 'restoreOrganization', asUsual('restoreOrganization')],
  ['changes the security policy', 'updateSecurityPolicy', asUsual('updateSecurityPolicy')],
  [
    'makes a key of the organization',
    'createApiKey',
    ({ organizationId }) => ({ organizationId, name: 'Key', permissions: ['members.read'] }),
  ],
  [
    'makes a service account of the organization',
    'createServiceAccount',
    ({ organizationId }) => ({ organizationId, name: 'Account', permissions: ['members.read'] }),
  ],
  [
    'gives a service account of the organization more',
    'updateServiceAccount',
    ({ organizationAccountId }) => ({ serviceAccountId: organizationAccountId, permissions: ['members.read'] }),
  ],
  ['rotates a key of the organization', 'rotateApiKey', ({ organizationKeyId }) => ({ apiKeyId: organizationKeyId })],
  [
    'makes an owner',
    'updateMemberRole',
    ({ organizationId, colleagueId }) => ({ organizationId, userId: colleagueId, role: 'OWNER' }),
  ],
  [
    'unmakes an owner',
    'updateMemberRole',
    ({ organizationId }, { coOwner }) => ({ organizationId, userId: coOwner.id, role: 'ADMIN' }),
  ],
  ['hands an organization over', 'transferOwnership', asUsual('transferOwnership')],
  ['removes an owner', 'removeMember', ({ organizationId }, { coOwner }) => ({ organizationId, userId: coOwner.id })],
  [
    'removes an owner among others',
    'removeMembers',
    ({ organizationId, colleagueId }, { coOwner }) => ({ organizationId, userIds: [colleagueId, coOwner.id] }),
  ],
  [
    'makes an owner among others',
    'updateMemberRoles',
    ({ organizationId, colleagueId }, { coOwner }) => ({
      organizationId,
      changes: [
        { userId: colleagueId, role: 'VIEWER' },
        { userId: coOwner.id, role: 'VIEWER' },
      ],
    }),
  ],
  [
    'invites an owner',
    'inviteMember',
    ({ organizationId }) => ({ organizationId, email: 'owner-to-be@example.test', role: 'OWNER' }),
  ],
  [
    'invites an owner among others',
    'inviteMembers',
    ({ organizationId }) => ({
      organizationId,
      invitations: [
        { email: 'first@example.test', role: 'VIEWER' },
        { email: 'owner-to-be@example.test', role: 'OWNER' },
      ],
    }),
  ],
];

/** What an administrator does all day, though some of the above are done by the same mutations. */
const ordinary = [
  'updateMemberRole',
  'removeMember',
  'updateMemberRoles',
  'removeMembers',
  'inviteMember',
  'inviteMembers',
  'createApiKey',
  'createServiceAccount',
  'updateServiceAccount',
  'deleteServiceAccount',
  'rotateApiKey',
  'disableSso',
  'createProject',
];

describe('a proof of who somebody is', () => {
  let app: TestApp;
  let cast: Cast;
  let schema: GraphQLSchema;

  beforeAll(async () => {
    app = await startTestApp();
    schema = schemaOf(app);
    cast = await createCast(app);
  });
  afterAll(() => app.stop());

  const proven = (minutesAgo: number) =>
    app.database.query(`update sessions set proven_at = now() - $1 * interval '1 minute'`, [minutesAgo]);

  async function call(client: HttpClient, mutation: string, input: object) {
    const field = mutationsOf(schema).find(({ name }) => name === mutation)!;
    const requestId = randomUUID();
    const headers = { 'x-request-id': requestId };
    const { errors } = await client.graphql(mutationDocument(field), { input }, { headers });
    return { errors, trail: await trailOfRequest(app, requestId) };
  }

  it.each(dangerous)(
    'of eleven minutes ago %s no more, and one of nine minutes ago does',
    async (_, mutation, input) => {
      const tenant = await createCompleteTenant(app, cast);
      await proven(11);
      const stale = await call(cast.owner.browser, mutation, input(tenant, cast));
      expect(stale.errors.map(({ extensions }) => extensions)).toEqual([
        expect.objectContaining({ code: 'STEP_UP_REQUIRED', confirmUrl: '/confirm' }),
      ]);
      expect(stale.trail.map(({ action, outcome, after }) => [action, outcome, after?.code])).toEqual([
        ['operation.refused', 'REFUSED', 'STEP_UP_REQUIRED'],
      ]);

      await proven(9);
      expect((await call(cast.owner.browser, mutation, input(tenant, cast))).errors).toEqual([]);
    },
  );

  it.each(ordinary)('of a week ago is enough for %s', async (mutation) => {
    const tenant = await createCompleteTenant(app, cast);
    await proven(7 * 24 * 60);
    expect((await call(cast.owner.browser, mutation, asUsual(mutation)(tenant, cast))).errors).toEqual([]);
  });

  it('is not asked of a program, which proves itself with each request', async () => {
    const tenant = await createCompleteTenant(app, cast);
    await proven(11);
    const key = createClient(app.url, { bearer: tenant.organizationKey });
    expect((await call(key, 'deleteProject', { projectId: tenant.projectId })).errors).toEqual([]);
    const { errors } = await call(app.admin(), 'deleteOrganization', { organizationId: tenant.organizationId });
    expect(errors).toEqual([]);
  });
});
