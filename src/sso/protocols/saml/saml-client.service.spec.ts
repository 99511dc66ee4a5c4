import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { startLoopbackHttp, type LoopbackHttpServer } from '../../../../test/support/servers/loopback-http.js';
import { startSamlProvider, type SamlProvider } from '../../../../test/support/servers/saml-provider.js';
import { OutboundHttp } from '../../../platform/http/outbound.js';
import type { SamlSettings } from '../../sources/sign-in-source.types.js';
import { SamlClientService } from './saml-client.service.js';
import { makeSamlKeyPair } from './saml-key-pair.js';
import { attributeOf, childrenOf, elementsIn, parseXml } from './xml.js';

describe('a SAML identity provider whose metadata is fetched', () => {
  const outbound = new OutboundHttp({ allowedHosts: ['127.0.0.1'] });
  const service = new SamlClientService(outbound);
  let provider: SamlProvider;
  let server: LoopbackHttpServer;
  let [status, body]: [number, string] = [200, ''];

  beforeAll(async () => {
    provider = await startSamlProvider();
    server = await startLoopbackHttp(0, () => (_request, response) => void response.writeHead(status).end(body));
  });
  beforeEach(async () => {
    status = 200;
    body = await (await fetch(provider.metadataUrl)).text();
  });
  afterAll(async () => {
    await outbound.close();
    await Promise.all([provider.stop(), server.stop()]);
  });

  it('is read', async () => {
    const { entityId, ssoUrl } = provider;
    expect(await service.inspect(provider.metadataUrl)).toMatchObject({ entityId, ssoUrl, warnings: [] });
  });

  it('is told when it does not answer, or with something else', async () => {
    status = 404;
    await expect(service.inspect(server.origin)).rejects.toMatchObject({
      code: 'ISSUER_UNREACHABLE',
      facts: { host: new URL(server.origin).host },
    });
    [status, body] = [200, '<html></html>'];
    await expect(service.inspect(server.origin)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ field: 'saml.metadataUrl' }],
    });
    body = ' '.repeat(262_145);
    await expect(service.inspect(server.origin)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
  });

  it('is asked only at an address that may be called, and believed only to lead people to one', async () => {
    await expect(service.inspect('https://10.0.0.1/metadata')).rejects.toMatchObject({ code: 'ISSUER_NOT_ALLOWED' });
    body = body.replaceAll(`${new URL(provider.ssoUrl).origin}/sso`, 'http://idp.example.com/sso');
    await expect(service.inspect(server.origin)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ field: 'saml.metadataUrl', message: expect.stringMatching(/must be called over https/) }],
    });
  });
});

describe('our own metadata', () => {
  const service = new SamlClientService(new OutboundHttp({ allowedHosts: [] }));
  let settings: SamlSettings;

  beforeAll(async () => {
    settings = {
      issuer: 'https://idp.test/',
      ssoUrl: 'https://idp.test/sso',
      certificates: [],
      ourEntityId: 'https://gatehouse.test/m?a&b',
      acsUrl: 'https://gatehouse.test/acs',
      signRequests: true,
      keyPair: await makeSamlKeyPair(),
      attributes: { subject: null, email: null, name: null, groups: null },
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    };
  });

  it('says who we are, where responses go, and by which key', () => {
    const { root } = parseXml(service.metadata(settings));
    expect(attributeOf(root, 'entityID')).toBe(settings.ourEntityId);
    const [role] = childrenOf(root);
    expect(role && Object.fromEntries(Array.from(role.attributes).map(({ name, value }) => [name, value]))).toEqual({
      AuthnRequestsSigned: 'true',
      WantAssertionsSigned: 'true',
      protocolSupportEnumeration: 'urn:oasis:names:tc:SAML:2.0:protocol',
    });
    const parts = childrenOf(role!).map((part) => [
      part.localName,
      attributeOf(part, 'use') ?? attributeOf(part, 'Location') ?? part.textContent,
    ]);
    expect(parts).toEqual([
      ['KeyDescriptor', 'signing'],
      ['KeyDescriptor', 'encryption'],
      ['NameIDFormat', settings.nameIdFormat],
      ['AssertionConsumerService', settings.acsUrl],
    ]);
    const certificates = elementsIn(root).filter(({ localName }) => localName === 'X509Certificate');
    const pem = new X509Certificate(Buffer.from(certificates[0]?.textContent ?? '', 'base64')).toString();
    expect(pem.trim()).toBe(settings.keyPair.certificate.trim());
  });

  it('is the same each time, with no private key in it, and asks for no form of name unless one is wanted', () => {
    const xml = service.metadata(settings);
    expect(service.metadata(settings)).toBe(xml);
    const [, ...lines] = settings.keyPair.privateKey.reveal().split('\n');
    expect(xml).not.toContain(lines[0]);
    expect(service.metadata({ ...settings, nameIdFormat: null, signRequests: false })).not.toMatch(
      /NameIDFormat|AuthnRequestsSigned="true"/,
    );
  });

  it('has a key of 2048 bits, and a certificate for ten years that fits it', () => {
    const certificate = new X509Certificate(settings.keyPair.certificate);
    const key = createPrivateKey(settings.keyPair.privateKey.reveal());
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(new Date().getUTCFullYear() + 10);
    expect(JSON.stringify(settings.keyPair)).not.toContain('PRIVATE KEY');
  });
});
