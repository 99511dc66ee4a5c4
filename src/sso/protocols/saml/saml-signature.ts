import { demand, quoted } from './demand.js';
import { ns } from './saml-names.js';
import { attributeOf, childrenNamed, childrenOf, elementsIn, isNamed, type XmlElement } from './xml.js';

const sha1 = /[#-]sha1$/;

const canonical = [
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
];

/** The algorithms by which a signature is believed, of those that the library knows. */
const accepted = {
  CanonicalizationMethod: canonical,
  SignatureMethod: [
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  ],
  DigestMethod: ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  Transform: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', ...canonical],
} as const;

/** What there is one of: a second one is looked at by some and passed over by others (CVE-2025-29774, CVE-2025-29775). */
const single = [
  'SignedInfo',
  'CanonicalizationMethod',
  'SignatureMethod',
  'Reference',
  'DigestMethod',
  'DigestValue',
  'SignatureValue',
];

/**
 * Holds all signatures to the one form that SAML has (Core 5.4): one on an element itself, over that element, by an
 * algorithm that nobody can forge. Whether they are right is the library's to find out; KeyInfo is read by nobody.
 * @param carriers the elements that may be signed: the response, its assertion
 * @throws ProviderRefusal
 */
export function checkSignatures(carriers: readonly XmlElement[]): void {
  const [outermost] = carriers;
  const anywhere = outermost ? elementsIn(outermost).filter((element) => element.localName === 'Signature') : [];
  const inPlace = carriers.flatMap((carrier) => {
    const signatures = childrenNamed(carrier, ns.signature, 'Signature');
    demand(signatures.length <= 1, 'SAML_SIGNATURE', 'an element is signed twice');
    signatures.forEach((signature) => checkForm(signature, attributeOf(carrier, 'ID')));
    return signatures;
  });
  demand(
    anywhere.every((signature) => inPlace.includes(signature)),
    'SAML_SIGNATURE',
    'a signature stands elsewhere than on the response or its assertion',
  );
}

function checkForm(signature: XmlElement, id: string | null): void {
  const [signedInfo, ...others] = childrenOf(signature);
  const isPlain = others.every((other) => /^(SignatureValue|KeyInfo)$/.test(other.localName));
  demand(
    signedInfo !== undefined && isNamed(signedInfo, ns.signature, 'SignedInfo') && isPlain,
    'SAML_SIGNATURE',
    'the signature has parts that are not read',
  );
  const elements = elementsIn(signature);
  for (const name of single) {
    const count = elements.filter(({ localName }) => localName === name).length;
    demand(count === 1, 'SAML_SIGNATURE', `the signature has ${count} times ${name}`);
  }
  for (const [name, algorithms] of Object.entries(accepted)) {
    const named = elements.filter(({ localName }) => localName === name);
    named.forEach((element) => checkAlgorithm(name, attributeOf(element, 'Algorithm'), algorithms));
  }
  const reference = elements.find(({ localName }) => localName === 'Reference');
  const uri = reference ? attributeOf(reference, 'URI') : null;
  // Core 5.4.2: never empty, and never about somebody else.
  demand(id !== null && uri === `#${id}`, 'SAML_SIGNATURE', 'the signature is about another element than its own');
}

function checkAlgorithm(name: string, algorithm: string | null, algorithms: readonly string[]): void {
  if (algorithm !== null && algorithms.includes(algorithm)) return;
  const why = sha1.test(algorithm ?? '')
    ? 'SHA-1, which can be forged: choose SHA-256 at the identity provider'
    : quoted(algorithm);
  demand(false, 'SAML_SIGNATURE', `${name} is ${why}`);
}
