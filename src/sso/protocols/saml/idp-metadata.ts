import { invalid } from '../../../platform/errors/app-error.js';
import { shortened, withInvisiblesShown } from '../../../platform/text/printable.js';
import { tryCertificate, type IdpCertificate } from './idp-certificate.js';
import { bindings, ns } from './saml-names.js';
import { attributeOf, childrenNamed, elementsIn, isNamed, parseXml, UnreadableXml, type XmlElement } from './xml.js';
import { MOST_BYTES } from './xml-guard.js';

/** What an identity provider says of itself in its metadata (SAML Metadata 2.4.3). */
export interface IdpMetadata {
  readonly entityId: string;
  /** With the HTTP-Redirect binding. */
  readonly ssoUrl: string;
  /** At least one. */
  readonly certificates: readonly IdpCertificate[];
  /** What an administrator should know although it can be used. */
  readonly warnings: readonly string[];
}

/**
 * Reads the metadata that somebody has pasted or had us fetch. A signature on it is not looked at: the trust is in the
 * administrator who gives it, or in the https that it came by.
 * @throws VALIDATION_FAILED about `field`, saying what was found in its place
 */
export function readIdpMetadata(xml: string, field = 'saml.metadataXml'): IdpMetadata {
  const refuse = (message: string) => invalid(field, message);
  const provider = theProvider(rootOf(xml, refuse), refuse);
  const entityId = attributeOf(provider.entity, 'entityID') ?? '';
  if (entityId.trim() === '' || entityId.length > 1024)
    throw refuse('The metadata names no entityID, or one that is too long.');
  return { entityId, ssoUrl: ssoUrlOf(provider.role, refuse), ...certificatesOf(provider.role, refuse) };
}

type Refuse = (message: string) => Error;

interface Provider {
  readonly entity: XmlElement;
  /** Its IDPSSODescriptor. */
  readonly role: XmlElement;
}

function rootOf(xml: string, refuse: Refuse): XmlElement {
  if (Buffer.byteLength(xml) > MOST_BYTES)
    throw refuse(`The metadata is larger than ${MOST_BYTES} bytes: give that of the one identity provider.`);
  const text = xml.trim();
  if (text === '') throw refuse('The metadata is empty.');
  if (/^(<!doctype\s+html|<html)/i.test(text))
    throw refuse('This is a web page, not metadata: save the XML that it links to, and give that.');
  if (/^https?:\/\/\S+$/.test(text)) throw refuse('This is an address, not metadata: give it as metadataUrl.');
  if (!text.startsWith('<') && !text.startsWith('\ufeff'))
    throw refuse('This is no XML: metadata begins with <EntityDescriptor>.');
  try {
    return parseXml(text).root;
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    throw refuse(`The metadata has ${error.message}, and is not read.`);
  }
}

function theProvider(root: XmlElement, refuse: Refuse): Provider {
  const entities = [root, ...elementsIn(root)].filter((element) => isNamed(element, ns.metadata, 'EntityDescriptor'));
  if (entities.length === 0)
    throw refuse(`This is no SAML metadata: it begins with <${root.localName}>, not with <EntityDescriptor>.`);
  const providers = entities.flatMap((entity) =>
    childrenNamed(entity, ns.metadata, 'IDPSSODescriptor').flatMap((role) =>
      speaksSaml2(role) ? [{ entity, role }] : [],
    ),
  );
  const [provider, another] = providers;
  if (another)
    throw refuse(`The metadata describes ${providers.length} identity providers: give that of the one to use.`);
  if (provider) return provider;
  const isOurs = entities.some((entity) => childrenNamed(entity, ns.metadata, 'SPSSODescriptor').length > 0);
  throw refuse(
    isOurs
      ? 'This is the metadata of a service provider, such as ours: give that of the identity provider.'
      : 'The metadata describes no identity provider that speaks SAML 2.0.',
  );
}

function speaksSaml2(role: XmlElement): boolean {
  return (attributeOf(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(ns.protocol);
}

function ssoUrlOf(role: XmlElement, refuse: Refuse): string {
  const services = childrenNamed(role, ns.metadata, 'SingleSignOnService');
  const service = services.find((each) => attributeOf(each, 'Binding') === bindings.redirect);
  if (!service)
    throw refuse(
      'The metadata has no SingleSignOnService with the HTTP-Redirect binding: switch that on at the identity provider.',
    );
  const url = attributeOf(service, 'Location') ?? '';
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url) || url.length > 2048)
    throw refuse('The address of its SingleSignOnService is no URL.');
  return url;
}

function certificatesOf(role: XmlElement, refuse: Refuse): Pick<IdpMetadata, 'certificates' | 'warnings'> {
  const keys = childrenNamed(role, ns.metadata, 'KeyDescriptor').filter(
    (key) => attributeOf(key, 'use') !== 'encryption',
  );
  const texts = keys.flatMap((key) =>
    elementsIn(key)
      .filter((element) => isNamed(element, ns.signature, 'X509Certificate'))
      .map(({ textContent }) => textContent),
  );
  const found = texts.map(tryCertificate);
  const problems = found.filter((each) => typeof each === 'string').map((problem) => `A certificate ${problem}.`);
  const certificates = unique(found.filter((each) => typeof each !== 'string'));
  const expired = certificates.filter(({ notAfter }) => notAfter.getTime() < Date.now());
  const told = expired.map(
    ({ notAfter, fingerprint }) =>
      `The certificate ${shortened(fingerprint, 24)} expired on ${notAfter.toISOString().slice(0, 10)}.`,
  );
  const warnings = [...problems, ...told];
  if (texts.length === 0) throw refuse('The metadata has no certificate for signing.');
  if (certificates.length === expired.length)
    throw refuse(`The metadata has no certificate that can be used. ${warnings.map(withInvisiblesShown).join(' ')}`);
  return { certificates, warnings };
}

function unique(certificates: readonly IdpCertificate[]): IdpCertificate[] {
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint, certificate])).values()];
}
