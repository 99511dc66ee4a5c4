import 'reflect-metadata'; // @peculiar/x509 finds its parts by it
import { X509CertificateGenerator } from '@peculiar/x509';
import { KeyObject, webcrypto } from 'node:crypto';
import { Secret } from './secret.js';

const rsa2048 = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** An RSA key and the certificate by which others know it: nobody but ourselves vouches for it. */
export interface CertifiedKey {
  /** PKCS#8 in PEM. */
  readonly privateKey: Secret;
  /** PEM. */
  readonly certificate: string;
}

/** @param commonName what a person reads who looks at the certificate */
export async function makeSelfSigned(commonName: string, notAfter: Date): Promise<CertifiedKey> {
  const keys = await webcrypto.subtle.generateKey(rsa2048, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    { name: [{ CN: [commonName] }], notBefore: new Date(), notAfter, signingAlgorithm: rsa2048, keys },
    webcrypto,
  );
  const privateKey = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { privateKey: Secret.of(String(privateKey)), certificate: certificate.toString('pem') };
}
