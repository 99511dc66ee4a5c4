import { beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../../../platform/errors/app-error.js';
import { makeSelfSigned } from '../../../platform/crypto/self-signed-certificate.js';
import { readIdpMetadata } from './idp-metadata.js';
import { makeSamlKeyPair } from './saml-key-pair.js';
import { serviceProviderMetadata } from './service-provider-metadata.js';

const entityId = 'https://idp.acme.test/metadata';
const ssoUrl = 'https://idp.acme.test/sso?tenant=1';

const bodyOf = (pem: string) => pem.replace(/-----[^-]+-----/g, '');
const key = (certificate: string, use = ' use="signing"') =>
  `<KeyDescriptor${use}><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${bodyOf(certificate)}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`;
const service = (binding = 'HTTP-Redirect', location = ssoUrl) =>
  `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${location}"/>`;
const provider = (inner: string, id = entityId) =>
  `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${id}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${inner}</IDPSSODescriptor></EntityDescriptor>`;
const several = (...entities: readonly string[]) =>
  `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${entities.join('')}</EntitiesDescriptor>`;

describe("an identity provider's metadata", () => {
  let current: string;
  let next: string;
  let expired: string;
  let ours: string;

  beforeAll(async () => {
    const made = (days: number) => makeSelfSigned('idp', new Date(Date.now() + days * 86_400_000));
    [current, next, expired] = (await Promise.all([made(10), made(400), made(-1)])).map(
      ({ certificate }) => certificate,
    ) as [string, string, string];
    const keyPair = await makeSamlKeyPair();
    ours = serviceProviderMetadata({
      ourEntityId: 'https://g.test/m',
      acsUrl: 'https://g.test/a',
      signRequests: true,
      keyPair,
      nameIdFormat: null,
    });
  });

  const pems = (xml: string) => readIdpMetadata(xml).certificates.map(({ pem }) => pem.trim());

  it('tells its name, its redirect address and its certificate, past a declaration and comments', () => {
    const xml = `\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<!-- by "Acme's" IT -->${provider(key(current) + service('HTTP-POST', 'https://idp.acme.test/post') + service())}`;
    expect(readIdpMetadata(xml)).toMatchObject({ entityId, ssoUrl, warnings: [] });
    expect(pems(xml)).toEqual([current.trim()]);
  });

  it('tells all certificates for signing, once each, and none for encryption', () => {
    const keys = key(current) + key(next, '') + key(current, '') + key(expired, ' use="encryption"');
    expect(pems(provider(keys + service()))).toEqual([current.trim(), next.trim()]);
  });

  it('may be one among several entities', () => {
    const other =
      '<EntityDescriptor entityID="https://sp.test/"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></EntityDescriptor>';
    expect(readIdpMetadata(several(other, provider(key(current) + service())))).toMatchObject({ entityId });
  });

  it('is used in spite of a certificate that cannot be, which is told', () => {
    const broken = key('-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----');
    const { certificates, warnings } = readIdpMetadata(provider(key(expired) + broken + key(current) + service()));
    expect(certificates).toHaveLength(2);
    expect(warnings).toEqual([
      expect.stringMatching(/^A certificate cannot be read: /),
      expect.stringMatching(/^The certificate [0-9A-F:]{23}… expired on \d{4}-\d\d-\d\d\.$/),
    ]);
  });

  it.each<[string, () => string, RegExp]>([
    ['nothing', () => ' \n', /is empty/],
    ['a web page', () => '<!DOCTYPE html><html></html>', /is a web page, not metadata/],
    ['a web page without a document type', () => '<HTML lang="en">', /is a web page, not metadata/],
    ['an address', () => 'https://idp.acme.test/metadata', /is an address, not metadata/],
    ['a certificate', () => current, /is no XML/],
    ['JSON', () => '{"issuer":"https://idp.acme.test"}', /is no XML/],
    ['half of it', () => provider('').slice(0, -10), /has (mistakes in its XML|a tag that is none)/],
    [
      'a document type',
      () => `<!DOCTYPE x [<!ENTITY a "b">]>${provider('')}`,
      /has a document type, an entity or a CDATA section/,
    ],
    ['too much of it', () => provider(' '.repeat(262_144)), /is larger than 262144 bytes/],
    ['another XML', () => '<rss/>', /begins with <rss>, not with <EntityDescriptor>/],
    ['our own', () => ours, /is the metadata of a service provider, such as ours/],
    [
      'that of a provider of SAML 1.1',
      () => provider(key(current) + service()).replace('2.0:protocol', '1.1:protocol'),
      /describes no identity provider that speaks SAML 2.0/,
    ],
    [
      'that of two providers',
      () => several(provider(service()), provider(service(), 'https://other.test/')),
      /describes 2 identity providers/,
    ],
    ['one without a name', () => provider(key(current) + service(), ''), /names no entityID/],
    [
      'one without a redirect binding',
      () => provider(key(current) + service('HTTP-POST')),
      /no SingleSignOnService with the HTTP-Redirect binding/,
    ],
    [
      'an address that is none',
      () => provider(key(current) + service('HTTP-Redirect', 'javascript:alert(1)')),
      /is no URL/,
    ],
    ['one without a certificate', () => provider(service()), /has no certificate for signing/],
    [
      'one with a certificate for encryption alone',
      () => provider(key(current, ' use="encryption"') + service()),
      /has no certificate for signing/,
    ],
    [
      'one whose certificates have all expired',
      () => provider(key(expired) + service()),
      /has no certificate that can be used\. The certificate .* expired on /,
    ],
    [
      'one whose certificate is none',
      () => provider(key('AAAA') + service()),
      /has no certificate that can be used\. A certificate cannot be read/,
    ],
  ])('is not %s, which is told', (_name, xml, message) => {
    const attempt = () => readIdpMetadata(xml());
    expect(attempt).toThrow(AppError);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        fields: [{ field: 'saml.metadataXml', message: expect.stringMatching(message) }],
      }),
    );
  });
});
