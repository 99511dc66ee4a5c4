import { X509Certificate } from 'node:crypto';

/** What an X.509 certificate says, as far as anybody here wants to know. */
export interface Certificate {
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 over the whole certificate: pairs of upper-case hex digits with colons between, as every tool shows it. */
  readonly fingerprint: string;
  /** Of its public key, such as `rsa` or `ec`. */
  readonly keyType: string;
  /** Of an RSA key; 0 for any other. */
  readonly keyBits: number;
}

/**
 * @param source PEM or DER
 * @returns null for what is no certificate
 */
export function readCertificate(source: string | Buffer): Certificate | null {
  const certificate = parse(source);
  if (!certificate) return null;
  const { publicKey } = certificate;
  return {
    pem: certificate.toString(),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    fingerprint: certificate.fingerprint256,
    keyType: publicKey.asymmetricKeyType ?? '',
    keyBits: publicKey.asymmetricKeyDetails?.modulusLength ?? 0,
  };
}

function parse(source: string | Buffer): X509Certificate | null {
  try {
    const certificate = new X509Certificate(source);
    // Read here, since Node looks into the key only when it is asked for it.
    return certificate.publicKey.type === 'public' ? certificate : null;
  } catch {
    return null;
  }
}
