import { createPublicKey } from 'node:crypto';
import { promisify } from 'node:util';
import { SignedXml } from 'xml-crypto';
import { encrypt, type EncryptionAlgorithm, type KeyEncryptionAlgorithm } from 'xml-encryption';
import type { CertifiedKey } from '../../../src/platform/crypto/self-signed-certificate.js';

const encryptXml = promisify(encrypt);

const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';

const signatureMethods = {
  sha1: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  sha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  sha512: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
} as const;

const digestMethods = {
  sha1: 'http://www.w3.org/2000/09/xmldsig#sha1',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
} as const;

export type Hash = keyof typeof signatureMethods;

export interface SigningChoice {
  readonly signature: Hash;
  readonly digest: Hash;
}

/** Signs one element, and puts the signature where SAML wants it: after its Issuer. The certificate goes along in KeyInfo. */
export function signElement(xml: string, id: string, key: CertifiedKey, { signature, digest }: SigningChoice): string {
  const element = `//*[@ID='${id}']`;
  const signer = new SignedXml({
    privateKey: key.privateKey.reveal(),
    publicCert: key.certificate,
    signatureAlgorithm: signatureMethods[signature],
    canonicalizationAlgorithm: exclusive,
  });
  signer.addReference({
    xpath: element,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', exclusive],
    digestAlgorithm: digestMethods[digest],
  });
  const location = { reference: `${element}/*[local-name()='Issuer']`, action: 'after' } as const;
  signer.computeSignature(xml, { prefix: 'ds', location });
  return signer.getSignedXml();
}

export interface EncryptionChoice {
  readonly content: EncryptionAlgorithm;
  readonly key: KeyEncryptionAlgorithm;
}

/** @param certificate of the service provider, in PEM */
export async function encryptAssertion(
  assertion: string,
  certificate: string,
  { content, key }: EncryptionChoice,
): Promise<string> {
  const encrypted = await encryptXml(assertion, {
    rsa_pub: String(createPublicKey(certificate).export({ type: 'spki', format: 'pem' })),
    pem: certificate,
    encryptionAlgorithm: content,
    keyEncryptionAlgorithm: key,
    warnInsecureAlgorithm: false,
  });
  return `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${encrypted}</saml:EncryptedAssertion>`;
}
