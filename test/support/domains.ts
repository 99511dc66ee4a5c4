import type { Person } from './factories.js';
import { ApiError } from './api-error.js';

export interface DomainAnswer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly verifiedAt: string | null;
  readonly lastCheckedAt: string | null;
  readonly recordName: string;
  readonly recordValue: string;
  readonly provenBy: string | null;
  readonly verificationRecords: readonly { readonly proof: string; readonly name: string; readonly value: string }[];
  readonly diagnosis: {
    readonly proof: string;
    readonly code: string;
    readonly message: string;
    readonly recordName: string;
    readonly expected: string;
    readonly found: readonly string[];
    readonly askedOf: readonly string[];
    readonly expectedBy: string | null;
    readonly looks: readonly { readonly proof: string; readonly code: string; readonly message: string }[];
  } | null;
}

/** Where a proof of the domain is to stand, and what it is to hold. */
export function placeOf(domain: DomainAnswer, proof: 'TXT' | 'CNAME' | 'FILE'): { name: string; value: string } {
  const place = domain.verificationRecords.find((record) => record.proof === proof);
  if (!place) throw new Error(`no ${proof} proof is offered`);
  return place;
}

const fields = `domain {
  id name status verifiedAt lastCheckedAt recordName recordValue provenBy
  verificationRecords { proof name value }
  diagnosis { proof code message recordName expected found askedOf expectedBy looks { proof code message } } }`;

/** @throws ApiError */
export function addDomain(
  person: Person,
  organizationId: string,
  name: string,
  requestId?: string,
): Promise<DomainAnswer> {
  return call(
    person,
    'addDomain',
    `mutation ($input: AddDomainInput!) { addDomain(input: $input) { ${fields} } }`,
    { organizationId, name },
    requestId,
  );
}

/** @throws ApiError */
export function verifyDomain(person: Person, domainId: string, requestId?: string): Promise<DomainAnswer> {
  return call(
    person,
    'verifyDomain',
    `mutation ($input: VerifyDomainInput!) { verifyDomain(input: $input) { ${fields} } }`,
    { domainId },
    requestId,
  );
}

async function call(
  person: Person,
  name: string,
  query: string,
  input: object,
  requestId?: string,
): Promise<DomainAnswer> {
  const headers = requestId === undefined ? {} : { 'x-request-id': requestId };
  const { data, errors } = await person.browser.graphql<Record<string, { domain: DomainAnswer }>>(
    query,
    { input },
    { headers },
  );
  const domain = data?.[name]?.domain;
  if (!domain) throw new ApiError(errors[0]);
  return domain;
}
