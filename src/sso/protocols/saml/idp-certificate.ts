import { readCertificate, type Certificate } from '../../../platform/crypto/certificate.js';
import { invalid } from '../../../platform/errors/app-error.js';

/** A certificate of an identity provider, as an administrator should see it again. */
export interface IdpCertificate {
  readonly pem: string;
  readonly notAfter: Date;
  /** SHA-256, in pairs of hex digits. */
  readonly fingerprint: string;
}

const armoured = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/;

/**
 * Reads a certificate that somebody has pasted: PEM, or the base64 within it alone, with whatever line breaks.
 * @throws VALIDATION_FAILED
 */
export function certificateFrom(text: string, field = 'saml.certificates'): IdpCertificate {
  const found = tryCertificate(text);
  if (typeof found === 'string') throw invalid(field, `The certificate ${found}.`);
  return found;
}

/** @returns what is wrong with it, in words that go after "The certificate", instead of throwing */
export function tryCertificate(text: string): IdpCertificate | string {
  const [, kind = 'CERTIFICATE', base64 = text] = armoured.exec(text) ?? [];
  if (kind.includes('PRIVATE KEY')) return 'is a private key: keep that to yourself, and give the certificate';
  if (kind !== 'CERTIFICATE') return `is none but a "${kind}"`;
  const isBase64 = /^[A-Za-z0-9+/=\s]+$/.test(base64) && base64.trim() !== '';
  const certificate = isBase64 ? readCertificate(Buffer.from(base64, 'base64')) : null;
  if (!certificate)
    return 'cannot be read: give it in PEM, from BEGIN CERTIFICATE to END CERTIFICATE, or its base64 alone';
  return unfit(certificate) ?? certificate;
}

/** Signatures by other keys are not known to node-saml; a shorter one can be broken. */
function unfit({ keyType, keyBits }: Certificate): string | null {
  if (keyType !== 'rsa') return `has a key of type ${keyType}: only RSA keys can be used`;
  return keyBits < 2048 ? `has a key of ${keyBits} bits: at least 2048 are needed` : null;
}
