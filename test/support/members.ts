import { ApiError } from './api-error.js';
import type { Person } from './factories.js';

export interface MemberAnswer {
  readonly role: string;
  readonly source: string;
}

/** @throws ApiError */
export function changeRole(
  by: Person,
  organizationId: string,
  userId: string,
  role: string,
  requestId?: string,
): Promise<MemberAnswer> {
  return call(by, 'updateMemberRole', 'UpdateMemberRoleInput', { organizationId, userId, role }, requestId);
}

/** @throws ApiError */
export function removeMember(
  by: Person,
  organizationId: string,
  userId: string,
  requestId?: string,
): Promise<MemberAnswer> {
  return call(by, 'removeMember', 'RemoveMemberInput', { organizationId, userId }, requestId);
}

/** @throws ApiError */
export function leaveOrganization(person: Person, organizationId: string, requestId?: string): Promise<MemberAnswer> {
  return call(person, 'leaveOrganization', 'LeaveOrganizationInput', { organizationId }, requestId);
}

async function call(
  { browser }: Person,
  name: string,
  inputType: string,
  input: object,
  requestId?: string,
): Promise<MemberAnswer> {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { member { role source } } }`;
  const headers = requestId === undefined ? {} : { 'x-request-id': requestId };
  const { data, errors } = await browser.graphql<Record<string, { member: MemberAnswer }>>(
    query,
    { input },
    { headers },
  );
  const member = data?.[name]?.member;
  if (!member) throw new ApiError(errors[0]);
  return member;
}
