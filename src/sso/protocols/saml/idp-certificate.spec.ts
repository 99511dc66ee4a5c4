import { beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { makeSelfSigned, type CertifiedKey } from '../../../platform/crypto/self-signed-certificate.js';
import { certificateFrom } from './idp-certificate.js';

describe('a certificate that was pasted', () => {
  const notAfter = new Date('2031-02-03T04:05:06Z');
  let made: CertifiedKey;

  beforeAll(async () => {
    made = await makeSelfSigned('idp', notAfter);
  });

  it('is read with its end and its fingerprint', () => {
    const { fingerprint256 } = new X509Certificate(made.certificate);
    expect(certificateFrom(made.certificate)).toMatchObject({ notAfter, fingerprint: fingerprint256 });
    expect(fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it.each<[string, (pem: string) => string]>([
    ['without its armour', (pem) => pem.replace(/-----[^-]+-----/g, '')],
    ['in one line', (pem) => pem.replace(/-----[^-]+-----|\s/g, '')],
    ['with other line ends, and spaces around', (pem) => `\r\n  ${pem.replaceAll('\n', '\r\n  ')}`],
    ['with words around', (pem) => `subject=CN=idp\n${pem}\nthanks`],
  ])('is the same %s', (_name, change) => {
    expect(certificateFrom(change(made.certificate))).toEqual(certificateFrom(made.certificate));
  });

  const ellipticCurve = () => certificateBy({ name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' });
  const short = () =>
    certificateBy({
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
    });

  it.each<[string, () => string | Promise<string>, RegExp]>([
    ['nothing', () => '', /cannot be read/],
    ['no base64', () => 'certificate.pem', /cannot be read/],
    ['something else in base64', () => 'aGVsbG8=', /cannot be read/],
    ['half of it', () => made.certificate.slice(0, 400), /cannot be read/],
    ['a private key', () => made.privateKey.reveal(), /is a private key: keep that to yourself/],
    [
      'a public key',
      () =>
        String(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' })),
      /is none but a "PUBLIC KEY"/,
    ],
    ['one of an elliptic curve', ellipticCurve, /has a key of type ec: only RSA keys can be used/],
    ['one of a short key', short, /has a key of 1024 bits: at least 2048 are needed/],
  ])('is not %s, which is told', async (_name, text, message) => {
    const pasted = await text();
    expect(() => certificateFrom(pasted)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        fields: [{ field: 'saml.certificates', message: expect.stringMatching(message) }],
      }),
    );
  });
});

type EcAlgorithm = webcrypto.EcKeyGenParams & webcrypto.EcdsaParams;
type RsaAlgorithm = webcrypto.RsaHashedKeyGenParams;

async function certificateBy(algorithm: EcAlgorithm | RsaAlgorithm): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=idp',
    signingAlgorithm: algorithm,
    keys,
  });
  return certificate.toString('pem');
}
