import { isIP } from 'node:net';
import { sha256Hex } from '../../platform/crypto/digest.js';
import { canonicalHostName } from '../../platform/dns/host-name.js';
import type { Domain, DomainProof, ProofPlace } from './domain.types.js';

/** What every value of ours begins with. */
export const VALUE_PREFIX = 'gatehouse-verify=';

const FILE_PATH = '/.well-known/gatehouse-domain-verification';

/** 160 bits of the token's hash: DNS knows no case, and panels refuse a label that begins with a hyphen or has an underscore. */
const LABEL_LENGTH = 40;

export type Claim = Pick<Domain, 'name' | 'recordName' | 'recordValue'>;

/**
 * The three ways to prove a domain, any one of which is enough.
 * @param rootUrl of this Gatehouse: the alias points below its host, where nothing needs to exist
 */
export function placesOf({ name, recordName, recordValue }: Claim, rootUrl: string): Record<DomainProof, ProofPlace> {
  return {
    TXT: { proof: 'TXT', name: recordName, value: recordValue },
    CNAME: {
      proof: 'CNAME',
      name: `_gatehouse-challenge.${name}`,
      value: `${labelOf(recordValue)}.${hostBelow(rootUrl)}`,
    },
    FILE: { proof: 'FILE', name: `https://${name}${FILE_PATH}`, value: recordValue },
  };
}

/**
 * Whether what was found at the place is what proves the claim. Of an alias the first label alone counts: it has the token,
 * and a Gatehouse that moves to another host must not undo the proofs. A wildcard of the zone has another first label.
 */
export function isProof({ proof, value }: ProofPlace, found: string): boolean {
  return proof === 'CNAME' ? firstLabel(found) === firstLabel(value) : found === value;
}

const firstLabel = (name: string): string => name.split('.')[0] ?? '';

const labelOf = (value: string): string => sha256Hex(value).slice(0, LABEL_LENGTH);

/** An address is no place in DNS; `.invalid` never is one either (RFC 6761, 6.4), but looks like one. */
function hostBelow(rootUrl: string): string {
  const host = canonicalHostName(new URL(rootUrl).hostname);
  return host === null || isIP(host) !== 0 ? 'gatehouse.invalid' : host;
}
