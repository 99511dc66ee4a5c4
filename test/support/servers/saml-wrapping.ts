/**
 * Signature wrapping: a message that somebody else has signed, moved to where it is verified, and another one put to where
 * it is read. The numbers are those of "On Breaking SAML: Be Whoever You Want to Be" (Somorovsky et al., 2012).
 */
export type Wrapping = (signedXml: string, forge: (xml: string) => string) => string;

const only = (xml: string, pattern: RegExp): string => {
  const [found] = pattern.exec(xml) ?? [];
  if (found === undefined) throw new Error(`Nothing to wrap: ${String(pattern)}`);
  return found;
};
const assertionOf = (xml: string) => only(xml, /<saml:Assertion[^]*<\/saml:Assertion>/);
const signatureOf = (xml: string) => only(xml, /<ds:Signature [^]*?<\/ds:Signature>/);
const withId = (xml: string, id: string) => xml.replace(/ ID="[^"]*"/, ` ID="${id}"`);
const within = (signature: string, xml: string) => signature.replace('</ds:Signature>', `${xml}</ds:Signature>`);

/** For a signed assertion: its parts, and the forged one beside it. */
function partsOf(xml: string, forge: (xml: string) => string) {
  const assertion = assertionOf(xml);
  const signature = signatureOf(assertion);
  const unsigned = assertion.replace(signature, '');
  return { assertion, signature, unsigned, forged: withId(forge(unsigned), '_forged') };
}

/** For a signed response: the same. */
function responseParts(xml: string, forge: (xml: string) => string) {
  const signature = signatureOf(xml);
  const unsigned = xml.replace(signature, '');
  return {
    signature,
    unsigned,
    forged: withId(forge(unsigned), '_forged').replace(/(<saml:Assertion[^>]*) ID="[^"]*"/, '$1 ID="_other"'),
  };
}

const afterIssuer = (xml: string, inserted: string) => xml.replace('</saml:Issuer>', `</saml:Issuer>${inserted}`);

/** Of a response that is signed as a whole. */
export const responseWrappings: Readonly<Record<string, Wrapping>> = {
  'XSW1, the signed response inside its signature': (xml, forge) => {
    const { signature, unsigned, forged } = responseParts(xml, forge);
    return afterIssuer(forged, within(signature, unsigned));
  },
  'XSW2, the signed response before its signature': (xml, forge) => {
    const { signature, unsigned, forged } = responseParts(xml, forge);
    return afterIssuer(forged, unsigned + signature);
  },
};

/** Of a response whose assertion is signed. */
export const assertionWrappings: Readonly<Record<string, Wrapping>> = {
  'XSW3, a forged assertion before the signed one': (xml, forge) => {
    const { assertion, forged } = partsOf(xml, forge);
    return xml.replace(assertion, forged + assertion);
  },
  'XSW4, the signed assertion within a forged one': (xml, forge) => {
    const { assertion, forged } = partsOf(xml, forge);
    return xml.replace(assertion, forged.replace('</saml:Assertion>', `${assertion}</saml:Assertion>`));
  },
  'XSW5, the signature on a forged assertion, the signed one behind it': (xml, forge) => {
    const { assertion, signature, unsigned, forged } = partsOf(xml, forge);
    return xml.replace(assertion, afterIssuer(forged, signature) + unsigned);
  },
  'XSW6, the signed assertion inside the signature of a forged one': (xml, forge) => {
    const { assertion, signature, unsigned, forged } = partsOf(xml, forge);
    return xml.replace(assertion, afterIssuer(forged, within(signature, unsigned)));
  },
  'XSW7, a forged assertion among the extensions': (xml, forge) => {
    const { assertion, unsigned } = partsOf(xml, forge);
    return xml.replace(assertion, `<samlp:Extensions>${forge(unsigned)}</samlp:Extensions>${assertion}`);
  },
  'XSW8, the signed assertion as an object of the signature': (xml, forge) => {
    const { assertion, signature, unsigned } = partsOf(xml, forge);
    const object = within(signature, `<ds:Object>${unsigned}</ds:Object>`);
    return xml.replace(assertion, afterIssuer(forge(unsigned), object));
  },
};
