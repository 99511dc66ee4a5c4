import { makeSelfSigned } from '../../../platform/crypto/self-signed-certificate.js';
import type { SamlKeyPair } from '../../sources/sign-in-source.types.js';

const YEARS = 10;

/**
 * A key pair for one connection: it signs our requests, and opens the assertions that the identity provider encrypts for
 * us. The provider keeps the certificate as it is and asks no authority about it, so it is signed by itself and lasts long:
 * an expired one would stop the sign-in of a whole company.
 */
export function makeSamlKeyPair(): Promise<SamlKeyPair> {
  const notAfter = new Date();
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS);
  return makeSelfSigned('Gatehouse', notAfter);
}
