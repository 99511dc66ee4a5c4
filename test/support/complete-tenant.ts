import { randomBytes, randomUUID } from 'node:crypto';
import { issueKeyPair } from '../../src/api-keys/api-key-token.js';
import { sha256, sha256Hex } from '../../src/platform/crypto/digest.js';
import { definitionOf, ownPermissions } from '../../src/policy/permissions.js';
import type { TestApp } from './app.js';
import { createPerson, type Person } from './factories.js';

/** People of every role, whom each complete tenant makes its members; the stranger belongs to none. */
export interface Cast {
  readonly owner: Person;
  /** The second owner, so that the first may leave. */
  readonly coOwner: Person;
  readonly admin: Person;
  readonly member: Person;
  readonly viewer: Person;
  /** A member whose role in the project is NONE. */
  readonly hidden: Person;
  /** A member to whom things are done; with a role of their own in the project. */
  readonly colleague: Person;
  readonly stranger: Person;
}

export async function createCast(app: TestApp): Promise<Cast> {
  const names = ['owner', 'coOwner', 'admin', 'member', 'viewer', 'hidden', 'colleague', 'stranger'] as const;
  const people = names.map(async (name) => {
    const email = `${name}-${randomBytes(4).toString('hex')}@example.test`.toLowerCase();
    return [name, await createPerson(app, email)] as const;
  });
  return Object.fromEntries<Person>(await Promise.all(people)) as Record<(typeof names)[number], Person>;
}

/** An organization with one of each thing in it. */
export interface CompleteTenant {
  /** Part of every name, address and note in it: an answer that holds it tells of this tenant. */
  readonly marker: string;
  readonly organizationId: string;
  readonly slug: string;
  readonly projectId: string;
  readonly colleagueId: string;
  /** May sign in past single sign-on. */
  readonly ownerId: string;
  readonly coOwnerId: string;
  /** A member whose address lies in the verified domain, with one session. */
  readonly employeeId: string;
  readonly sessionId: string;
  /** A member of this tenant alone, with an app that they have lost. */
  readonly lostId: string;
  /** Somebody of no organization, whose account is deactivated. */
  readonly dormantId: string;
  readonly invitationId: string;
  /** Of that invitation, which is to `invitee-<marker>@example.test`. */
  readonly invitationToken: string;
  readonly pendingDomainId: string;
  /** Verified, and without a connection. */
  readonly verifiedDomainId: string;
  readonly activeConnectionId: string;
  /** With a candidate. */
  readonly draftConnectionId: string;
  /** Spoken for by the draft connection besides its own. */
  readonly sharedDomainId: string;
  /** Of an attempt to sign in through the active connection. */
  readonly traceReference: string;
  readonly setupLinkId: string;
  readonly scimTokenId: string;
  /** A role of its own, which the group has in the project; the colleague is in the group. */
  readonly roleId: string;
  readonly groupId: string;
  /** Made by its directory, with nobody in it. */
  readonly directoryGroupId: string;
  readonly roleGrantId: string;
  /** In this organization, in which `hidden` had the role NONE there too. */
  readonly deletedProjectId: string;
  /** Another one, of the same owners. */
  readonly deletedOrganizationId: string;
  /** Asked by the member, who would be ADMIN in the project; not decided. */
  readonly accessRequestId: string;
  /** A role of its own with what an ADMIN holds, which nobody has. */
  readonly wantedRoleId: string;
  readonly apiKeyId: string;
  /** Of the project, with every permission that counts there; the key `apiKeyId` is its own. */
  readonly serviceAccountId: string;
  /** Of the organization, with no permission yet. */
  readonly organizationAccountId: string;
  /** One of two by which the owner signs in through the active connection. */
  readonly identityId: string;
  /** The secret of a key with every permission that a project's can have. */
  readonly projectKey: string;
  /** The secret of a key with every permission there is. */
  readonly organizationKey: string;
  readonly organizationKeyId: string;
}

export const inviteeOf = ({ marker }: CompleteTenant): string => `invitee-${marker}@example.test`;

/** Put there by SQL in one round trip, so that every call of a test can have a tenant of its own to spoil. */
export async function createCompleteTenant(app: TestApp, cast: Cast): Promise<CompleteTenant> {
  const [projectPair, organizationPair] = [issueKeyPair(), issueKeyPair()];
  const marker = `m${randomBytes(6).toString('hex')}`;
  const tenant: CompleteTenant = {
    marker,
    organizationId: randomUUID(),
    slug: marker,
    projectId: randomUUID(),
    colleagueId: cast.colleague.id,
    ownerId: cast.owner.id,
    coOwnerId: cast.coOwner.id,
    employeeId: randomUUID(),
    sessionId: randomUUID(),
    lostId: randomUUID(),
    dormantId: randomUUID(),
    invitationId: randomUUID(),
    invitationToken: randomBytes(32).toString('base64url'),
    pendingDomainId: randomUUID(),
    verifiedDomainId: randomUUID(),
    activeConnectionId: randomUUID(),
    draftConnectionId: randomUUID(),
    sharedDomainId: randomUUID(),
    traceReference: randomUUID(),
    setupLinkId: randomUUID(),
    scimTokenId: randomUUID(),
    roleId: randomUUID(),
    groupId: randomUUID(),
    directoryGroupId: randomUUID(),
    roleGrantId: randomUUID(),
    deletedProjectId: randomUUID(),
    deletedOrganizationId: randomUUID(),
    accessRequestId: randomUUID(),
    wantedRoleId: randomUUID(),
    apiKeyId: randomUUID(),
    serviceAccountId: randomUUID(),
    organizationAccountId: randomUUID(),
    identityId: randomUUID(),
    projectKey: projectPair.secretKey.reveal(),
    organizationKey: organizationPair.secretKey.reveal(),
    organizationKeyId: randomUUID(),
  };
  const inProject = ownPermissions.filter((name) => definitionOf(name).level !== 'organization');
  const keys = [
    { id: tenant.apiKeyId, of: 'PROJECT', publicKey: `pk-${marker}`, secret: randomUUID(), permissions: inProject },
    {
      id: randomUUID(),
      of: 'PROJECT',
      publicKey: projectPair.publicKey,
      secret: tenant.projectKey,
      permissions: inProject,
    },
    {
      id: tenant.organizationKeyId,
      of: 'ORGANIZATION',
      publicKey: organizationPair.publicKey,
      secret: tenant.organizationKey,
      permissions: ownPermissions,
    },
  ];
  const deletions = [
    { id: randomUUID(), table: 'projects', of: tenant.organizationId, root: tenant.deletedProjectId },
    { id: randomUUID(), table: 'organizations', of: tenant.deletedOrganizationId, root: tenant.deletedOrganizationId },
  ];
  const remembered = JSON.stringify({ [cast.owner.id]: 'OWNER', [cast.hidden.id]: 'NONE' });
  const [connectedDomainId, sharedDomainId] = [randomUUID(), tenant.sharedDomainId];
  await app.database.query(`
    insert into organizations (id, name, slug, plan) values ('${tenant.organizationId}', 'Organization ${marker}', '${marker}', 'self-hosted');
    insert into users (id, email, name) values ('${tenant.employeeId}', 'employee@verified-${marker}.test', 'Employee');
    insert into sessions (id, token_digest, user_id, method, idle_minutes, idle_expires_at, expires_at) values
      ('${tenant.sessionId}', sha256('${tenant.sessionId}'), '${tenant.employeeId}', 'password', 60, now() + interval '1 hour', now() + interval '1 day');
    insert into users (id, email, name) values ('${tenant.lostId}', 'lost-${marker}@example.test', 'Lost ${marker}');
    insert into users (id, email, name, deactivated_at) values ('${tenant.dormantId}', 'dormant-${marker}@example.test', 'Dormant ${marker}', now());
    insert into totp_factors (id, user_id, secret, last_used_step) values ('${randomUUID()}', '${tenant.lostId}', 'secret', 1);
    insert into memberships (organization_id, user_id, role, source) values ${rows(
      [cast.owner, cast.coOwner].map(({ id }) => [tenant.organizationId, id, 'OWNER', 'CREATOR']),
      [[tenant.organizationId, cast.admin.id, 'ADMIN', 'INVITATION']],
      [cast.member, cast.hidden, cast.colleague].map(({ id }) => [tenant.organizationId, id, 'MEMBER', 'INVITATION']),
      [cast.viewer.id, tenant.employeeId].map((id) => [tenant.organizationId, id, 'VIEWER', 'INVITATION']),
      [[tenant.organizationId, tenant.lostId, 'MEMBER', 'INVITATION']],
    )};
    update memberships set break_glass = true where organization_id = '${tenant.organizationId}' and user_id = '${tenant.ownerId}';
    update memberships set sso_exception = true where organization_id = '${tenant.organizationId}' and user_id = '${tenant.lostId}';
    insert into projects (id, organization_id, name, slug) values ('${tenant.projectId}', '${tenant.organizationId}', 'Project ${marker}', 'p-${marker}');
    insert into project_roles (project_id, organization_id, user_id, role) values ${rows([
      [tenant.projectId, tenant.organizationId, cast.hidden.id, 'NONE'],
      [tenant.projectId, tenant.organizationId, cast.colleague.id, 'VIEWER'],
    ])};
    insert into roles (id, organization_id, name, description, permissions, created_at) values
      ('${tenant.roleId}', '${tenant.organizationId}', 'Role ${marker}', 'Role of ${marker}', '{traces.read}', now()),
      ('${tenant.wantedRoleId}', '${tenant.organizationId}', 'Wanted ${marker}', 'Wanted of ${marker}', '{apiKeys.manage}', now());
    insert into groups (id, organization_id, name, description, source, external_id, created_at, updated_at) values
      ('${tenant.groupId}', '${tenant.organizationId}', 'Group ${marker}', 'Group of ${marker}', 'ADMINISTRATOR', null, now(), now()),
      ('${tenant.directoryGroupId}', '${tenant.organizationId}', 'Directory ${marker}', null, 'SCIM', 'external-${marker}', now(), now());
    insert into scim_users (organization_id, user_id, user_name, external_id, profile, created_at, updated_at) values
      ('${tenant.organizationId}', '${tenant.colleagueId}', 'colleague-${marker}', 'external-${marker}', '{"title": "Title of ${marker}"}', now(), now());
    insert into group_members (group_id, organization_id, user_id, added_at) values
      ('${tenant.groupId}', '${tenant.organizationId}', '${tenant.colleagueId}', now());
    insert into role_grants (id, organization_id, project_id, group_id, role_id, reason, created_by, created_at) values
      ('${tenant.roleGrantId}', '${tenant.organizationId}', '${tenant.projectId}', '${tenant.groupId}', '${tenant.roleId}',
       'Reason ${marker}', '${cast.owner.id}', now());
    insert into access_requests (id, organization_id, project_id, user_id, built_in_role, reason, state, created_at) values
      ('${tenant.accessRequestId}', '${tenant.organizationId}', '${tenant.projectId}', '${cast.member.id}', 'ADMIN',
       'Reason ${marker}', 'PENDING', now());
    insert into invitations (id, organization_id, email, role, token_digest, invited_by, expires_at) values
      ('${tenant.invitationId}', '${tenant.organizationId}', '${inviteeOf(tenant)}', 'VIEWER',
       '\\x${sha256Hex(tenant.invitationToken)}', '${cast.owner.id}', now() + interval '1 day');
    insert into domains (id, organization_id, name, token, status, verified_at, next_check_at) values
      ('${tenant.pendingDomainId}', '${tenant.organizationId}', 'pending-${marker}.test', 'token', 'PENDING', null, null),
      ('${tenant.verifiedDomainId}', '${tenant.organizationId}', 'verified-${marker}.test', 'token', 'VERIFIED', now(), now() + interval '1 day'),
      ('${sharedDomainId}', '${tenant.organizationId}', 'shared-${marker}.test', 'token', 'VERIFIED', now(), now() + interval '1 day'),
      ('${connectedDomainId}', '${tenant.organizationId}', 'connected-${marker}.test', 'token', 'VERIFIED', now(), now() + interval '1 day');
    insert into sso_connections (id, organization_id, domain_id, key, provider, name, state, issuer, client_id, client_auth_method, scopes, pkce) values ${rows(
      [
        [tenant.activeConnectionId, 'OKTA', 'ACTIVE'] as const,
        [tenant.draftConnectionId, 'KEYCLOAK', 'DRAFT'] as const,
      ].map(([id, provider, state]) => [
        ...[
          id,
          tenant.organizationId,
          connectedDomainId,
          `connected-${marker}.test.${provider.toLowerCase()}`,
          provider,
        ],
        ...[`Provider ${marker}`, state, 'https://provider.invalid', `client-${marker}`, 'none', '{openid}', 'true'],
      ]),
    )};
    insert into sso_connection_domains (connection_id, domain_id, organization_id)
      select id, domain_id, organization_id from sso_connections where organization_id = '${tenant.organizationId}';
    insert into sso_connection_domains (connection_id, domain_id, organization_id) values ('${tenant.draftConnectionId}', '${sharedDomainId}', '${tenant.organizationId}');
    insert into sso_candidates (connection_id, organization_id, issuer, client_id, client_auth_method, scopes, pkce, revision, created_at) values
      ('${tenant.draftConnectionId}', '${tenant.organizationId}', 'https://candidate.invalid', 'candidate-${marker}', 'none', '{openid}', true, 'r', now());
    insert into sign_in_traces (id, organization_id, connection_id, connection_key, purpose, callback_request_id, begun_at, finished_at, outcome, reason, detail, email, steps) values
      ('${randomUUID()}', '${tenant.organizationId}', '${tenant.activeConnectionId}', 'connected-${marker}.test.okta', 'SIGN_IN', '${tenant.traceReference}', now(), now(), 'REFUSED',
       'EMAIL_OUTSIDE_DOMAIN', null, 'eve-${marker}@example.test', '[{"step":"ACCOUNT_JUDGED","at":"2026-11-22T10:12:00.000Z","passed":false,"expected":"connected-${marker}.test","found":"${marker}"}]');
    insert into sso_setup_links (id, organization_id, domain_id, note, token_digest, created_by, created_by_id, created_at, expires_at) values
      ('${tenant.setupLinkId}', '${tenant.organizationId}', '${tenant.pendingDomainId}', 'Note ${marker}',
       sha256('${tenant.setupLinkId}'), '${cast.coOwner.email}', '${cast.coOwner.id}', now(), now() + interval '1 day');
    insert into scim_tokens (id, organization_id, name, secret_digest, display, role, created_by, created_by_id, created_at) values
      ('${tenant.scimTokenId}', '${tenant.organizationId}', 'Token ${marker}', sha256('${tenant.scimTokenId}'), 'scim-gh-…',
       'VIEWER', '${cast.coOwner.email}', '${cast.coOwner.id}', now());
    insert into identities (id, user_id, source, issuer, subject) values ${rows(
      [tenant.identityId, randomUUID()].map((id) => [
        ...[id, cast.owner.id, tenant.activeConnectionId],
        ...['https://provider.invalid', `${marker}-${id}`],
      ]),
    )};
    insert into service_accounts (id, organization_id, project_id, name, permissions, created_by, created_at) values
      ('${tenant.serviceAccountId}', '${tenant.organizationId}', '${tenant.projectId}', 'Account ${marker}', '{${inProject.join(',')}}', '${cast.coOwner.id}', now()),
      ('${tenant.organizationAccountId}', '${tenant.organizationId}', null, 'Account ${marker}', '{}', '${cast.coOwner.id}', now());
    insert into api_keys (id, organization_id, project_id, scope, name, note, public_key, secret_digest, display_secret, permissions, created_by) values ${keys
      .map(
        ({ id, of, publicKey, secret, permissions }) =>
          `('${id}', '${tenant.organizationId}', ${of === 'PROJECT' ? `'${tenant.projectId}'` : 'null'}, '${of}', 'Key ${marker}', 'Note ${marker}',
          '${publicKey}', '\\x${sha256(secret).toString('hex')}', 'sk-…', '{${permissions.join(',')}}', '${cast.coOwner.id}')`,
      )
      .join(', ')};
    update api_keys set service_account_id = '${tenant.serviceAccountId}' where id = '${tenant.apiKeyId}';
    update api_keys set created_at = now() - interval '100 days' where organization_id = '${tenant.organizationId}';
    -- Told already: the job that reminds of old keys would otherwise change rows while somebody looks for changes.
    insert into api_key_reminders (api_key_id, what, organization_id, told_at)
      select id, 'ROTATION', organization_id, now() from api_keys where organization_id = '${tenant.organizationId}';
    insert into api_key_uses (api_key_id, address, user_agent, first_used_at, last_used_at)
      select id, '192.0.2.7', 'agent-${marker}', now(), now() from api_keys where organization_id = '${tenant.organizationId}';
    insert into deletions (id, organization_id, project_id, within_organization_id, name, slug, roles, deleted_by, deleted_at, gone_at)
      select id, of, nullif(root, of), case when root <> of then of end, 'Deleted ${marker}', 'd-${marker}',
             '${remembered}', '${cast.coOwner.email}', now(), now() + interval '1 day'
      from (values ${rows(deletions.map(({ id, of, root }) => [id, of, root]))}) v (id, of, root);
    insert into set_aside_rows (deletion_id, table_name, row)
      select id, "table", jsonb_strip_nulls(jsonb_build_object('id', root, 'organization_id', nullif(of, root), 'plan', 'self-hosted',
             'name', 'Deleted ${marker}', 'slug', 'd-${marker}', 'created_at', now()))
      from (values ${rows(deletions.map(({ id, table, of, root }) => [id, table, of, root]))}) v (id, "table", of, root);
  `);
  return tenant;
}

/** Values that this file has made, as the rows of an insert. */
function rows(...groups: readonly (readonly (readonly string[])[])[]): string {
  return groups
    .flat()
    .map((values) => `(${values.map((value) => `'${value}'`).join(', ')})`)
    .join(', ');
}
