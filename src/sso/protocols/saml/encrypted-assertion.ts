import { decrypt } from 'xml-encryption';
import { promisify } from 'node:util';
import type { Secret } from '../../../platform/crypto/secret.js';
import { ProviderRefusal } from '../provider-refusal.types.js';
import { quoted, demand } from './demand.js';
import { encryptionMethods, ns } from './saml-names.js';
import { parsed } from './saml-response.js';
import { attributeOf, elementsIn, isNamed, type XmlElement } from './xml.js';

const decryptXml = promisify(decrypt);

const OAEP_DIGEST = 'http://www.w3.org/2000/09/xmldsig#sha1';

const methods: readonly string[] = [encryptionMethods.key, ...encryptionMethods.contents];

/**
 * Opens an assertion that was encrypted for us, to look at what is in there before a library does. Anybody can encrypt for
 * us, so that it proves nothing.
 *
 * The key comes by RSA-OAEP alone: with PKCS#1 v1.5 an attacker could find it out by asking often (Bleichenbacher). The
 * content is AES, GCM or CBC; CBC is not authenticated, and so every failure is told in the same words, and each try takes
 * a login flow of its own. OAEP's own digest is SHA-1 everywhere, which breaks nothing there, and the library knows no other.
 * @throws ProviderRefusal
 */
export async function openAssertion(encrypted: XmlElement, privateKey: Secret): Promise<XmlElement> {
  checkMethods(encrypted);
  const xml = await decryptXml(encrypted.toString(), { key: privateKey.reveal() }).catch((cause: unknown) => {
    throw new ProviderRefusal('SAML_ENCRYPTION', 'our key does not open the assertion', { cause });
  });
  const { root } = parsed(xml, 'the encrypted assertion');
  demand(isNamed(root, ns.assertion, 'Assertion'), 'SAML_ENCRYPTION', 'what is encrypted is no assertion');
  const hidden = elementsIn(root).filter(({ localName }) => /^(Encrypted)?Assertion$/.test(localName));
  demand(hidden.length === 0, 'SAML_RESPONSE_INVALID', 'the assertion has another within it');
  return root;
}

function checkMethods(encrypted: XmlElement): void {
  const elements = elementsIn(encrypted);
  const named = (name: string) => elements.filter(({ localName }) => localName === name);
  for (const [name, count] of [
    ['EncryptedData', 1],
    ['EncryptedKey', 1],
    ['EncryptionMethod', 2],
    ['CipherValue', 2],
  ] as const)
    demand(named(name).length === count, 'SAML_ENCRYPTION', `it has ${named(name).length} times ${name}, not ${count}`);

  for (const method of named('EncryptionMethod')) {
    const algorithm = attributeOf(method, 'Algorithm');
    demand(algorithm !== null && methods.includes(algorithm), 'SAML_ENCRYPTION', `the method ${quoted(algorithm)}`);
  }
  for (const digest of named('DigestMethod')) {
    const algorithm = attributeOf(digest, 'Algorithm');
    demand(algorithm === OAEP_DIGEST, 'SAML_ENCRYPTION', `the digest ${quoted(algorithm)} of RSA-OAEP`);
  }
}
