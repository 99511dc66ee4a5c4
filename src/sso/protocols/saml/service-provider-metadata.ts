import { escapeHtml } from '../../../platform/text/printable.js';
import type { SamlSettings } from '../../sources/sign-in-source.types.js';
import { bindings, encryptionMethods, ns } from './saml-names.js';

type Ours = Pick<SamlSettings, 'ourEntityId' | 'acsUrl' | 'signRequests' | 'keyPair' | 'nameIdFormat'>;

/** Our metadata as a service provider (SAML Metadata 2.4.4): XML, the same for the same settings. */
export function serviceProviderMetadata({ ourEntityId, acsUrl, signRequests, keyPair, nameIdFormat }: Ours): string {
  const certificate = keyPair.certificate.replace(/-----[^-]+-----|\s/g, '');
  const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  const methods = [encryptionMethods.key, ...encryptionMethods.contents].map(
    (method) => `      <md:EncryptionMethod Algorithm="${method}"/>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<md:EntityDescriptor xmlns:md="${ns.metadata}" xmlns:ds="${ns.signature}" entityID="${escapeHtml(ourEntityId)}">`,
    `  <md:SPSSODescriptor AuthnRequestsSigned="${String(signRequests)}" WantAssertionsSigned="true" protocolSupportEnumeration="${ns.protocol}">`,
    `    <md:KeyDescriptor use="signing">${keyInfo}</md:KeyDescriptor>`,
    `    <md:KeyDescriptor use="encryption">${keyInfo}`,
    ...methods,
    '    </md:KeyDescriptor>',
    ...(nameIdFormat === null ? [] : [`    <md:NameIDFormat>${escapeHtml(nameIdFormat)}</md:NameIDFormat>`]),
    `    <md:AssertionConsumerService Binding="${bindings.post}" Location="${escapeHtml(acsUrl)}" index="0" isDefault="true"/>`,
    '  </md:SPSSODescriptor>',
    '</md:EntityDescriptor>',
    '',
  ].join('\n');
}
