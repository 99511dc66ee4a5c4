import { randomBytes } from 'node:crypto';
import type { CompleteTenant } from './complete-tenant.js';

type Arguments = Readonly<Record<string, unknown>>;

const unique = (): string => randomBytes(6).toString('hex');

/** The input with which each mutation succeeds, for whoever may. A mutation that is missing here fails the tests that go by the schema. */
export const mutationInputs: Readonly<Record<string, (tenant: CompleteTenant, issuer: string) => Arguments>> = {
  acceptInvitation: ({ invitationToken }) => ({ token: invitationToken }),
  activateSso: ({ draftConnectionId }) => ({ connectionId: draftConnectionId }),
  addDomain: ({ organizationId }) => ({ organizationId, name: `added-${unique()}.test` }),
  addSsoDomain: ({ draftConnectionId, verifiedDomainId }) => ({
    connectionId: draftConnectionId,
    domainId: verifiedDomainId,
  }),
  changeEmail: () => ({ email: `changed-${unique()}@example.test` }),
  clearProjectRole: ({ projectId, colleagueId }) => ({ projectId, userId: colleagueId }),
  configureSso: ({ verifiedDomainId }, issuer) => ({
    domainId: verifiedDomainId,
    provider: 'OKTA',
    issuer,
    clientId: 'gatehouse',
    clientSecret: 'a secret of the provider',
  }),
  createApiKey: ({ projectId }) => ({ projectId, name: 'New key', permissions: ['traces.read'] }),
  createOrganization: () => ({ name: `New ${unique()}` }),
  createProject: ({ organizationId }) => ({ organizationId, name: `New ${unique()}` }),
  createUser: ({ organizationId }) => ({ email: `new-${unique()}@example.test`, organizationId, role: 'VIEWER' }),
  createSsoSetupLink: ({ organizationId, verifiedDomainId }) => ({ organizationId, domainId: verifiedDomainId }),
  deleteOrganization: ({ organizationId }) => ({ organizationId }),
  deleteProject: ({ projectId }) => ({ projectId }),
  deleteSso: ({ activeConnectionId }) => ({ connectionId: activeConnectionId }),
  discardSsoCandidate: ({ draftConnectionId }) => ({ connectionId: draftConnectionId }),
  disableSso: ({ activeConnectionId }) => ({ connectionId: activeConnectionId }),
  enforceSso: ({ activeConnectionId }) => ({ connectionId: activeConnectionId, skipTest: true }),
  grantBreakGlass: ({ organizationId, coOwnerId }) => ({ organizationId, userId: coOwnerId }),
  grantSsoException: ({ organizationId, colleagueId }) => ({
    organizationId,
    userId: colleagueId,
    reason: 'An auditor',
  }),
  inviteMember: ({ organizationId, projectId }) => ({
    organizationId,
    email: `new-${unique()}@example.test`,
    role: 'VIEWER',
    projectId,
    projectRole: 'VIEWER',
  }),
  leaveOrganization: ({ organizationId }) => ({ organizationId }),
  promoteSsoCandidate: ({ draftConnectionId }) => ({ connectionId: draftConnectionId, skipTest: true }),
  removeDomain: ({ pendingDomainId }) => ({ domainId: pendingDomainId }),
  removeMember: ({ organizationId, colleagueId }) => ({ organizationId, userId: colleagueId }),
  removeSsoDomain: ({ draftConnectionId, sharedDomainId }) => ({
    connectionId: draftConnectionId,
    domainId: sharedDomainId,
  }),
  resendInvitation: ({ invitationId }) => ({ invitationId }),
  resetSecondFactors: ({ organizationId, lostId }) => ({ organizationId, userId: lostId }),
  revokeAllSessions: ({ employeeId }) => ({ userId: employeeId }),
  revokeApiKey: ({ apiKeyId }) => ({ apiKeyId }),
  revokeBreakGlass: ({ organizationId, ownerId }) => ({ organizationId, userId: ownerId }),
  revokeInvitation: ({ invitationId }) => ({ invitationId }),
  revokeOtherSessions: () => ({}),
  revokeSession: ({ sessionId }) => ({ sessionId }),
  revokeSsoException: ({ organizationId, lostId }) => ({ organizationId, userId: lostId }),
  revokeSsoSetupLink: ({ setupLinkId }) => ({ setupLinkId }),
  rotateApiKey: ({ apiKeyId }) => ({ apiKeyId }),
  rotateSigningKey: () => ({}),
  setProjectRole: ({ projectId, colleagueId }) => ({ projectId, userId: colleagueId, role: 'MEMBER' }),
  testSso: ({ draftConnectionId }) => ({ connectionId: draftConnectionId }),
  unlinkIdentity: ({ identityId }) => ({ identityId }),
  updateMemberRole: ({ organizationId, colleagueId }) => ({ organizationId, userId: colleagueId, role: 'VIEWER' }),
  updateOrganization: ({ organizationId }) => ({ organizationId, name: `Renamed ${unique()}` }),
  updateProject: ({ projectId }) => ({ projectId, name: `Renamed ${unique()}` }),
  updateSecurityPolicy: ({ organizationId }) => ({ organizationId, sessionIdleMinutes: 60 }),
  updateSsoMembership: ({ activeConnectionId }) => ({
    connectionId: activeConnectionId,
    justInTime: true,
    groupRoles: [{ group: 'staff', role: 'MEMBER' }],
  }),
  verifyDomain: ({ pendingDomainId }) => ({ domainId: pendingDomainId }),
};

/** The arguments with which each query tells of a tenant. */
export const queryArguments: Readonly<Record<string, (tenant: CompleteTenant) => Arguments>> = {
  auditEvents: ({ organizationId }) => ({ organizationId }),
  explainAccess: ({ organizationId, projectId, colleagueId }) => ({
    input: { organizationId, projectId, userId: colleagueId, permission: 'traces.read' },
  }),
  organization: ({ organizationId }) => ({ id: organizationId }),
  organizations: () => ({}),
  permissions: () => ({}),
  project: ({ projectId }) => ({ id: projectId }),
  roles: ({ organizationId }) => ({ organizationId }),
  signInTrace: ({ traceReference }) => ({ reference: traceReference }),
  ssoProviderForms: () => ({}),
  ssoSetupGuide: ({ verifiedDomainId }) => ({ domainId: verifiedDomainId, provider: 'OKTA' }),
  ssoEnforcementImpact: ({ activeConnectionId }) => ({ connectionId: activeConnectionId }),
  verifyAuditTrail: ({ organizationId }) => ({ organizationId }),
  viewer: () => ({}),
  whoCan: ({ organizationId, projectId }) => ({ organizationId, projectId, permission: 'traces.read' }),
};
