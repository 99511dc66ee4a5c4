import { ApiError } from './api-error.js';
import type { Person } from './factories.js';
import type { Mail } from './servers/mail-sink.js';

export interface InvitationAnswer {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly state: string;
  readonly expiresAt: string;
  readonly projectId: string | null;
  readonly projectRole: string | null;
  readonly invitedBy: { readonly email: string } | null;
}

const fields = 'invitation { id email role state expiresAt projectId projectRole invitedBy { email } }';

/** @throws ApiError */
export function inviteMember(
  person: Pick<Person, 'browser'>,
  input: object,
  requestId?: string,
): Promise<InvitationAnswer> {
  return call(person, 'inviteMember', 'InviteMemberInput', input, requestId);
}

/** @throws ApiError */
export function acceptInvitation(
  person: Pick<Person, 'browser'>,
  token: string,
  requestId?: string,
): Promise<InvitationAnswer> {
  return call(person, 'acceptInvitation', 'AcceptInvitationInput', { token }, requestId);
}

/** @throws ApiError */
export function revokeInvitation(person: Person, invitationId: string, requestId?: string): Promise<InvitationAnswer> {
  return call(person, 'revokeInvitation', 'RevokeInvitationInput', { invitationId }, requestId);
}

/** @throws ApiError */
export function resendInvitation(person: Person, invitationId: string, requestId?: string): Promise<InvitationAnswer> {
  return call(person, 'resendInvitation', 'ResendInvitationInput', { invitationId }, requestId);
}

/** The token in the link of an invitation's mail. */
export function tokenIn(mail: Mail): string {
  const token = /\/accept-invitation\?token=([\w-]+)/.exec(mail.text)?.[1];
  if (token === undefined) throw new Error(`No link in: ${mail.text}`);
  return token;
}

async function call(
  { browser }: Pick<Person, 'browser'>,
  name: string,
  inputType: string,
  input: object,
  requestId?: string,
): Promise<InvitationAnswer> {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${fields} } }`;
  const headers = requestId === undefined ? {} : { 'x-request-id': requestId };
  const { data, errors } = await browser.graphql<Record<string, { invitation: InvitationAnswer }>>(
    query,
    { input },
    { headers },
  );
  const invitation = data?.[name]?.invitation;
  if (!invitation) throw new ApiError(errors[0]);
  return invitation;
}
