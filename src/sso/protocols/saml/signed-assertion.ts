import { SAML, ValidateInResponseTo, type Profile } from '@node-saml/node-saml';
import type { SamlSettings } from '../../sources/sign-in-source.types.js';
import { ProviderRefusal } from '../provider-refusal.types.js';
import { openAssertion } from './encrypted-assertion.js';
import { demand } from './demand.js';
import { ns } from './saml-names.js';
import { checkIds, parsed, type SamlResponse } from './saml-response.js';
import { checkSignatures } from './saml-signature.js';
import { childrenNamed, isNamed, type XmlElement } from './xml.js';

/**
 * What stands under a signature of the identity provider: of the bytes that were verified, and of no others.
 * Of the certificates it is the keys that count. They were given by an administrator, and no authority vouches for them.
 * @throws ProviderRefusal
 */
export async function signedAssertion(response: SamlResponse, settings: SamlSettings): Promise<XmlElement> {
  const { root, assertion, isEncrypted, isSigned } = response;
  const opened = isEncrypted ? await openAssertion(assertion, settings.keyPair.privateKey) : null;
  if (opened) {
    checkIds(root, opened);
    checkSignatures([opened]);
  }
  checkSignatures(opened ? [root] : [root, assertion]);
  const isAssertionSigned = childrenNamed(opened ?? assertion, ns.signature, 'Signature').length > 0;
  demand(isSigned || isAssertionSigned, 'SAML_SIGNATURE', 'neither the response nor the assertion is signed');

  const xml = await verified(response, isAssertionSigned, settings);
  const { root: signed } = parsed(xml, 'the signed assertion');
  demand(isNamed(signed, ns.assertion, 'Assertion'), 'SAML_SIGNATURE', 'what is signed is no assertion');
  return signed;
}

/** Each signature that is there has to be right: one that is not is not made up for by the other. */
async function verified(response: SamlResponse, isAssertionSigned: boolean, settings: SamlSettings): Promise<string> {
  const verifier = new SignatureVerifier({
    issuer: settings.ourEntityId,
    callbackUrl: settings.acsUrl,
    idpCert: settings.certificates.map(({ pem }) => pem),
    decryptionPvk: settings.keyPair.privateKey.reveal(),
    wantAuthnResponseSigned: response.isSigned,
    wantAssertionsSigned: isAssertionSigned,
    validateInResponseTo: ValidateInResponseTo.never,
  });
  const SAMLResponse = Buffer.from(response.xml).toString('base64');
  const { profile } = await verifier.validatePostResponseAsync({ SAMLResponse }).catch((cause: unknown) => {
    const detail = `no key of the ${known(settings)} made the signature`;
    throw new ProviderRefusal('SAML_SIGNATURE', detail, { cause });
  });
  return profile?.getAssertionXml?.() ?? '';
}

/** That they have expired keeps nobody out whose key they have; but then the provider may well have another one by now. */
function known({ certificates }: SamlSettings): string {
  const all = `${certificates.length} certificate${certificates.length === 1 ? '' : 's'}`;
  const expired = certificates.every(({ notAfter }) => notAfter.getTime() < Date.now());
  return `${all} that we know of the identity provider${expired ? ', all expired,' : ''}`;
}

/** The library's part is the signature and the decryption. What an assertion says is judged in `assertion-checks.ts`. */
class SignatureVerifier extends SAML {
  protected override processValidlySignedAssertionAsync(
    xml: string,
  ): Promise<{ profile: Profile; loggedOut: boolean }> {
    const profile = { issuer: '', nameID: '', nameIDFormat: '', getAssertionXml: () => xml };
    return Promise.resolve({ profile, loggedOut: false });
  }
}
