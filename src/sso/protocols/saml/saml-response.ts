import { ProviderRefusal } from '../provider-refusal.types.js';
import { oneWord } from '../oidc/explain-refusal.js';
import type { SamlSettings } from '../../sources/sign-in-source.types.js';
import { demand, demandSame } from './demand.js';
import { ns } from './saml-names.js';
import {
  attributeOf,
  childrenNamed,
  childrenOf,
  elementsIn,
  isNamed,
  onlyChild,
  parseXml,
  UnreadableXml,
} from './xml.js';
import type { XmlDocument, XmlElement } from './xml.js';
import { MOST_BYTES } from './xml-guard.js';

/** Of base64, with room for line breaks. */
const MOST_CHARACTERS = 2 * MOST_BYTES;

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** The parts of a response. Something else, such as Extensions, would only be a place to hide another assertion in. */
const parts = [
  [ns.assertion, 'Issuer'],
  [ns.signature, 'Signature'],
  [ns.protocol, 'Status'],
  [ns.assertion, 'Assertion'],
  [ns.assertion, 'EncryptedAssertion'],
] as const;

/** A response as it came: whatever it says is not believed before its signature has been verified. */
export interface SamlResponse extends XmlDocument {
  readonly isSigned: boolean;
  /** The one Assertion or EncryptedAssertion. */
  readonly assertion: XmlElement;
  readonly isEncrypted: boolean;
}

/**
 * Reads what was posted to our assertion consumer service, and holds it to the one shape that we know (SAML Core 3.2.2,
 * Profiles 4.1.4). What signature wrapping needs, a second assertion, an ID that is there twice or a signature elsewhere
 * than on the response and its assertion, is refused before anybody looks at a signature.
 * @param base64 the parameter SAMLResponse
 * @throws ProviderRefusal
 */
export function readResponse(base64: string, settings: SamlSettings, requestId: string): SamlResponse {
  const document = decoded(base64);
  const { root } = document;
  demand(isNamed(root, ns.protocol, 'Response'), 'SAML_RESPONSE_INVALID', 'it is no Response of SAML 2.0');
  demandSame('Version', attributeOf(root, 'Version'), '2.0', 'SAML_RESPONSE_INVALID');
  const isSigned = childrenNamed(root, ns.signature, 'Signature').length > 0;
  checkAddress(root, isSigned, settings, requestId);
  checkStatus(root);
  return { ...document, isSigned, ...theAssertion(root) };
}

/** @throws ProviderRefusal where two elements have one ID, by whatever spelling a library may go by */
export function checkIds(...roots: readonly XmlElement[]): void {
  const elements = roots.flatMap((root) => [root, ...elementsIn(root)]);
  const ids = elements.flatMap(({ attributes }) =>
    Array.from(attributes).flatMap(({ localName, name, value }) => (/^id$/i.test(localName || name) ? [value] : [])),
  );
  demand(new Set(ids).size === ids.length, 'SAML_RESPONSE_INVALID', 'an ID is there twice');
}

/** @throws ProviderRefusal */
export function parsed(text: string, what: string): XmlDocument {
  try {
    return parseXml(text);
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    throw new ProviderRefusal('SAML_RESPONSE_INVALID', `${what} has ${error.message}`, { cause: error });
  }
}

function decoded(base64: string): XmlDocument {
  demand(base64.length <= MOST_CHARACTERS, 'SAML_RESPONSE_INVALID', `it is longer than ${MOST_CHARACTERS} characters`);
  const compact = base64.replace(/\s/g, '');
  demand(/^[A-Za-z0-9+/]+={0,2}$/.test(compact), 'SAML_RESPONSE_INVALID', 'it is not in base64');
  const bytes = Buffer.from(compact, 'base64');
  demand(bytes.length <= MOST_BYTES, 'SAML_RESPONSE_INVALID', `it is larger than ${MOST_BYTES} bytes`);
  const text = bytes.toString('utf8');
  demand(!text.includes('\ufffd'), 'SAML_RESPONSE_INVALID', 'it is not in UTF-8');
  return parsed(text, 'it');
}

/** Where it comes from, where it goes to, and what it answers. The assertion says most of it again, under its signature. */
function checkAddress(root: XmlElement, isSigned: boolean, settings: SamlSettings, requestId: string): void {
  const issuer = onlyChild(root, ns.assertion, 'Issuer')?.textContent ?? null;
  demandSame('Issuer of the response', issuer, settings.issuer, 'ISSUER_MISMATCH');
  // SAML Bindings 3.5.5.2: a signed one has to have it.
  const destination = attributeOf(root, 'Destination');
  if (isSigned || destination !== null) demandSame('Destination', destination, settings.acsUrl, 'SAML_RECIPIENT');
  demandSame('InResponseTo', attributeOf(root, 'InResponseTo'), requestId, 'SAML_OTHER_REQUEST');
}

/** The innermost code says most: `AuthnFailed`, `NoPassive`, `RequestDenied`. Refusals need no signature to be heeded. */
function checkStatus(root: XmlElement): void {
  const status = onlyChild(root, ns.protocol, 'Status');
  const outer = status && onlyChild(status, ns.protocol, 'StatusCode');
  demand(outer !== null, 'SAML_RESPONSE_INVALID', 'it has no status');
  if (attributeOf(outer, 'Value') === SUCCESS) return;
  const code = attributeOf(onlyChild(outer, ns.protocol, 'StatusCode') ?? outer, 'Value');
  throw new ProviderRefusal('PROVIDER_DENIED', oneWord(code?.split(':').at(-1) ?? ''));
}

function theAssertion(root: XmlElement): Pick<SamlResponse, 'assertion' | 'isEncrypted'> {
  const children = childrenOf(root);
  const isKnown = (child: XmlElement) => parts.some(([namespace, name]) => isNamed(child, namespace, name));
  demand(children.every(isKnown), 'SAML_RESPONSE_INVALID', 'it has parts that are not read');
  // By their local names: what is an assertion in another namespace to us may be one to a library.
  const assertions = elementsIn(root).filter(({ localName }) => /^(Encrypted)?Assertion$/.test(localName));
  const [assertion] = assertions;
  demand(
    assertion !== undefined && assertions.length === 1 && children.includes(assertion),
    'SAML_RESPONSE_INVALID',
    `it has ${assertions.length} assertions, not one of its own`,
  );
  checkIds(root);
  return { assertion, isEncrypted: assertion.localName === 'EncryptedAssertion' };
}
