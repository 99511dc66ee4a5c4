/** Why a sign-in through a connection failed, as its administrators are told: one plain cause each, and what to do. */
export const signInCauses = {
  CLOCK_SKEW: {
    explanation: 'By our clock, what the identity provider sent is not valid yet, or not any more.',
    remedy: 'Compare the clocks of both machines (NTP): more than a minute apart is too much.',
  },
  AUDIENCE: {
    explanation: 'What the identity provider sent was made for another application.',
    remedy: 'Compare the client id (for SAML the audience) at the provider with the one that is configured here.',
  },
  EMAIL_MISSING: {
    explanation: 'The identity provider named no email that can be used.',
    remedy:
      'Let it send the claim or attribute `email` to this application, and see that the person has an address there.',
  },
  EMAIL_UNVERIFIED: {
    explanation: 'The identity provider has not verified the email, and anybody can have an account there.',
    remedy: 'Verify the address at the provider.',
  },
  EMAIL_OUTSIDE_DOMAIN: {
    explanation: 'The email lies in none of the domains that this connection speaks for.',
    remedy: 'Sign in with an address of the domain; or prove the other domain and add it to the connection.',
  },
  OTHER_WORKSPACE: {
    explanation: 'The account is not one that the company’s own Workspace manages.',
    remedy: 'Use the account that the company manages.',
  },
  WRONG_CALLBACK: {
    explanation: 'The identity provider does not know our redirect URI for this application.',
    remedy: 'Enter the callback URL of the connection there, to the letter.',
  },
  NEVER_CAME_BACK: {
    explanation: 'The browser was sent to the identity provider, and has not come back.',
    remedy:
      'The person gave up, or the provider showed an error of its own: most often an unknown redirect URI. Compare the callback URL there, to the letter.',
  },
  CLIENT_REFUSED: {
    explanation: 'The identity provider did not take our client secret: it is wrong, or has expired.',
    remedy: 'Make a new secret there and enter it here; or choose another `clientAuthMethod`.',
  },
  CODE_REFUSED: {
    explanation:
      'The identity provider did not take the code that it had given: it was used, too late, or of another client.',
    remedy: 'Try again. If it repeats, compare client id, callback URL and PKCE with what is configured there.',
  },
  NOT_ASSIGNED: {
    explanation: 'The identity provider let the person not into this application, or they declined.',
    remedy: 'Assign the person, or a group of theirs, to the application at the provider.',
  },
  PROVIDER_DENIED: {
    explanation: 'The identity provider answered with an error instead of a sign-in.',
    remedy: 'Look for the error’s name in its documentation, and into its own log.',
  },
  PROVIDER_UNREACHABLE: {
    explanation: 'The identity provider could not be reached, or its answer could not be read.',
    remedy: 'See whether it is up, and whether its address can be reached from here.',
  },
  ISSUER_MISMATCH: {
    explanation: 'The identity provider calls itself by another name than the issuer that is configured.',
    remedy: 'Configure the issuer exactly as it calls itself; a slash at the end counts.',
  },
  ADDRESS_NOT_ALLOWED: {
    explanation: 'An address of the identity provider is private, or not https.',
    remedy: 'Give its public address; or let the operator list its host in OUTBOUND_ALLOWED_HOSTS.',
  },
  SIGNATURE: {
    explanation: 'The signature is not by a key that the identity provider has told us of.',
    remedy: 'If it has changed its keys or certificate, give us the new one. If not, somebody tampers.',
  },
  ENCRYPTION: {
    explanation: 'What the identity provider has encrypted cannot be opened.',
    remedy: 'Give it our certificate anew: it is in our metadata.',
  },
  UNSOLICITED: {
    explanation: 'The answer belongs to no request of ours: the sign-in began at the identity provider, or came twice.',
    remedy: 'Start from our sign-in page; or let sign-ins begin there (`allowIdpInitiated`).',
  },
  SUBJECT_MISSING: {
    explanation: 'The identity provider named nobody who could be known again the next time.',
    remedy: 'Let it send a NameID that stays the same for a person (persistent or emailAddress), not a transient one.',
  },
  CERTIFICATE_EXPIRED: {
    explanation: 'The certificates that we know of the identity provider have expired, and it signs with another one.',
    remedy: 'Give us the new one beside the old, or the address of its metadata, from which it is read by itself.',
  },
  ANSWER_INVALID: {
    explanation: 'What the identity provider sent has failed a check.',
    remedy: 'The detail names it. Ask the maker of the provider.',
  },
  OTHER_SUBJECT: {
    explanation: 'The email belongs to somebody whom the identity provider knew under another identity.',
    remedy: 'Look whether it is the same person. If so, remove the old identity from their account.',
  },
  OTHER_PERSON: {
    explanation: 'Whoever signed in at the identity provider is not the person who was signed in here.',
    remedy: 'Use the account at the provider that belongs to the person.',
  },
  PROOF_STALE: {
    explanation: 'The identity provider did not ask the person again who they are.',
    remedy: 'Sign out at the provider first, or prove it another way.',
  },
  OTHER_WAY: {
    explanation: 'The person signs in another way: by their organization’s own connection, or as they did before.',
    remedy: 'Let them enter their email on the sign-in page.',
  },
  ACCOUNT_DEACTIVATED: {
    explanation: 'The person’s account here is deactivated.',
    remedy: 'Reactivate it, if they are to come in.',
  },
  SIGN_UP_CLOSED: {
    explanation: 'There is no account for the person, and new ones are by invitation.',
    remedy: 'Invite them.',
  },
  NO_SEAT: {
    explanation: 'The sign-in would have made the person a member, and all seats of the organization are taken.',
    remedy: 'Remove a member, withdraw an invitation, or get more seats.',
  },
  SWITCHED_OFF: {
    explanation: 'The connection is not in use, or its domain is not proven.',
    remedy: 'Activate it; see that the domain is verified.',
  },
  FLOW_OVER: {
    explanation: 'The sign-in took longer than ten minutes, came back twice, or was begun in another browser.',
    remedy: 'Start again, and finish in the same browser.',
  },
  CHANGED_MEANWHILE: {
    explanation: 'The connection was changed while the sign-in was under way.',
    remedy: 'Start again.',
  },
  TAMPERED: {
    explanation: 'The parameters that the browser came back with are not those of the identity provider.',
    remedy: 'Try again. If it repeats, somebody tampers.',
  },
  OURS: {
    explanation: 'Something failed in Gatehouse.',
    remedy: 'The log has it, under the reference.',
  },
} as const satisfies Record<string, { readonly explanation: string; readonly remedy: string }>;

export type SignInCauseCode = keyof typeof signInCauses;
