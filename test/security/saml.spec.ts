import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { deflateRawSync } from 'node:zlib';
import { makeSelfSigned, type CertifiedKey } from '../../src/platform/crypto/self-signed-certificate.js';
import { readIdpMetadata } from '../../src/sso/protocols/saml/idp-metadata.js';
import { makeSamlKeyPair } from '../../src/sso/protocols/saml/saml-key-pair.js';
import { newRequestId } from '../../src/sso/protocols/saml/saml-party.types.js';
import { SamlRelyingParty } from '../../src/sso/protocols/saml/saml-relying-party.js';
import type { ProviderProof } from '../../src/sso/protocols/provider-proof.types.js';
import { ProviderRefusal, type ProviderRefusalReason } from '../../src/sso/protocols/provider-refusal.types.js';
import type { SamlSettings } from '../../src/sso/sources/sign-in-source.types.js';
import { instant, type ResponseFacts } from '../support/servers/saml-messages.js';
import {
  alice,
  startSamlProvider,
  type SamlMisbehaviour,
  type SamlPerson,
  type SamlProvider,
} from '../support/servers/saml-provider.js';
import { assertionWrappings, responseWrappings, type Wrapping } from '../support/servers/saml-wrapping.js';

const acsUrl = 'https://gatehouse.test/api/auth/callback/acme.test.saml';
const ourEntityId = 'https://gatehouse.test/api/auth/saml/acme.test.saml/metadata';
const gcm = {
  content: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  key: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
} as const;

describe('the SAML service provider', () => {
  let provider: SamlProvider;
  let stranger: CertifiedKey;
  let settings: SamlSettings;

  beforeAll(async () => {
    provider = await startSamlProvider();
    stranger = await makeSelfSigned('Not the identity provider', new Date(Date.now() + 86_400_000));
    const { entityId: issuer, ssoUrl, certificates } = await description();
    const keyPair = await makeSamlKeyPair();
    settings = {
      issuer,
      ssoUrl,
      certificates,
      ourEntityId,
      acsUrl,
      signRequests: false,
      keyPair,
      attributes: { subject: null, email: null, name: null, groups: null },
      nameIdFormat: null,
    };
    provider.register({ entityId: ourEntityId, acsUrl });
  });
  afterEach(() => {
    provider.reset();
    provider.register({ entityId: ourEntityId, acsUrl });
  });
  afterAll(() => provider.stop());

  const description = async () => readIdpMetadata(await (await fetch(provider.metadataUrl)).text());

  /** A sign-in from its beginning to its end. */
  const signIn = async (
    misbehaviour: SamlMisbehaviour = {},
    own: Partial<SamlSettings> = {},
  ): Promise<ProviderProof> => {
    const party = new SamlRelyingParty({ ...settings, ...own });
    const requestId = newRequestId();
    provider.misbehave(misbehaviour);
    const url = await party.authorizationUrl({ requestId, relayState: 'a-login-flow', forceAuthn: false });
    const { samlResponse } = await provider.authorize(url);
    return party.redeem(samlResponse, { requestId });
  };

  const says = (facts: Partial<ResponseFacts>): SamlMisbehaviour => ({ facts });

  const refusalOf = async (attempt: Promise<unknown>): Promise<ProviderRefusal> => {
    const outcome = await attempt.catch((error: unknown) => error);
    if (!(outcome instanceof ProviderRefusal))
      throw new Error(`Not refused: ${JSON.stringify(outcome)} ${String(outcome)}`);
    return outcome;
  };

  const expectRefused = async (attempt: Promise<unknown>, reason: ProviderRefusalReason, detail: string | RegExp) => {
    const refusal = await refusalOf(attempt);
    expect(refusal).toMatchObject({
      reason,
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });
    expect(refusal.detail).not.toMatch(/[<>]|saml:/);
  };

  const withEncryption = () =>
    provider.register({ entityId: ourEntityId, acsUrl, certificate: settings.keyPair.certificate });

  describe('signs in', () => {
    it.each(['assertion', 'response', 'both'] as const)('with a signature on %s', async (sign) => {
      expect(await signIn({ sign })).toEqual({
        issuer: provider.entityId,
        subject: 'alice@acme.test',
        email: 'alice@acme.test',
        emailVerified: undefined,
        name: 'Alice Archer',
        claims: {
          email: 'alice@acme.test',
          firstName: 'Alice',
          lastName: 'Archer',
          groups: ['staff', 'admins'],
          auth_time: expect.any(Number),
        },
      });
    });

    it('with a request that is signed, which the provider verifies', async () => {
      withEncryption();
      await expect(signIn()).rejects.toThrow('not signed');
      expect((await signIn({}, { signRequests: true })).subject).toBe('alice@acme.test');
      await expect(
        signIn({}, { signRequests: true, keyPair: { ...settings.keyPair, privateKey: stranger.privateKey } }),
      ).rejects.toThrow('not signed by the service provider');
    });

    it('with a request that asks for what was configured, and brings the relay state back', async () => {
      const party = new SamlRelyingParty({
        ...settings,
        nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      });
      const requestId = newRequestId();
      const url = await party.authorizationUrl({ requestId, relayState: 'flow-1_A', forceAuthn: true });
      expect((await provider.authorize(url)).relayState).toBe('flow-1_A');
      const [request] = provider.requests;
      expect(request?.xml).toContain(`ID="${requestId}"`);
      expect(request?.xml).toContain('ForceAuthn="true"');
      expect(request?.xml).toContain('Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"');
      expect(request?.xml).not.toContain('RequestedAuthnContext');
    });

    describe('with an encrypted assertion', () => {
      it.each([
        ['AES-256-GCM', gcm.content],
        ['AES-128-GCM', 'http://www.w3.org/2009/xmlenc11#aes128-gcm'],
        ['AES-256-CBC', 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'],
        ['AES-128-CBC', 'http://www.w3.org/2001/04/xmlenc#aes128-cbc'],
      ] as const)('by %s', async (_name, content) => {
        withEncryption();
        const own = { signRequests: true };
        expect((await signIn({ encrypt: { ...gcm, content } }, own)).subject).toBe('alice@acme.test');
        expect((await signIn({ encrypt: { ...gcm, content }, sign: 'response' }, own)).subject).toBe('alice@acme.test');
      });
    });

    it('by either of two keys while the provider changes them', async () => {
      const own = await startSamlProvider();
      own.register({ entityId: ourEntityId, acsUrl });
      const before = readIdpMetadata(await (await fetch(own.metadataUrl)).text());
      const through = async (certificates: SamlSettings['certificates']) => {
        const party = new SamlRelyingParty({ ...settings, issuer: own.entityId, ssoUrl: own.ssoUrl, certificates });
        const requestId = newRequestId();
        const url = await party.authorizationUrl({ requestId, relayState: 'flow', forceAuthn: false });
        return party.redeem((await own.authorize(url)).samlResponse, { requestId });
      };
      await own.rollOver();
      const after = readIdpMetadata(await (await fetch(own.metadataUrl)).text());
      expect(after.certificates).toHaveLength(2);
      expect((await through(after.certificates)).subject).toBe('alice@acme.test');
      expect((await through(after.certificates.toReversed())).subject).toBe('alice@acme.test');
      await expectRefused(through(before.certificates), 'SAML_SIGNATURE', /^no key of the 1 certificate /);
      await own.stop();
    });

    it('while clocks are up to a minute apart, and with several statements and confirmations', async () => {
      const other =
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="https://other.test/"/></saml:SubjectConfirmation>';
      const late = { confirmationNotOnOrAfter: instant(-50), notOnOrAfter: instant(-50) };
      expect((await signIn(says({ ...late, authnInstants: [instant(-9), instant(-1)] }))).subject).toBe(
        'alice@acme.test',
      );
      const early = { notBefore: instant(50), confirmationNotBefore: instant(50) };
      expect((await signIn(says({ ...early, moreConfirmations: other }))).subject).toBe('alice@acme.test');
    });

    const xmlsoap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
    const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
    const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
    it.each<[string, Partial<SamlPerson>, Partial<ProviderProof>]>([
      [
        'Okta',
        {
          nameId: 'alice',
          nameIdFormat: unspecified,
          attributes: { email: ['alice@acme.test'], firstName: ['Alice'], lastName: ['Archer'] },
        },
        { subject: 'alice', email: 'alice@acme.test', name: 'Alice Archer' },
      ],
      [
        'Entra ID',
        {
          nameId: 'alice@acme.onmicrosoft.test',
          attributes: {
            'http://schemas.microsoft.com/identity/claims/displayname': ['Alice Archer'],
            [`${xmlsoap}/emailaddress`]: ['alice@acme.test'],
            [`${xmlsoap}/name`]: ['alice@acme.onmicrosoft.test'],
            'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups': ['8b1f3c04-0000-4000-8000-000000000001'],
          },
        },
        {
          subject: 'alice@acme.onmicrosoft.test',
          email: 'alice@acme.test',
          name: 'Alice Archer',
          claims: expect.objectContaining({
            groups: ['8b1f3c04-0000-4000-8000-000000000001'],
          }),
        },
      ],
      [
        'Google',
        { attributes: {} },
        {
          subject: 'alice@acme.test',
          email: 'alice@acme.test',
          name: null,
          claims: { auth_time: expect.any(Number) },
        },
      ],
      [
        'OneLogin',
        {
          nameId: '4711',
          nameIdFormat: persistent,
          attributes: {
            'User.email': ['alice@acme.test'],
            'User.FirstName': ['Alice'],
            'User.LastName': ['Archer'],
            memberOf: ['staff'],
          },
        },
        {
          subject: '4711',
          email: 'alice@acme.test',
          name: 'Alice Archer',
          claims: expect.objectContaining({ groups: ['staff'] }),
        },
      ],
      [
        'Shibboleth',
        {
          nameId: 'AAdzZWNyZXQx',
          nameIdFormat: persistent,
          attributes: {
            'urn:oid:0.9.2342.19200300.100.1.3': ['alice@acme.test'],
            'urn:oid:2.16.840.1.113730.3.1.241': ['Alice Archer'],
          },
        },
        { subject: 'AAdzZWNyZXQx', email: 'alice@acme.test', name: 'Alice Archer' },
      ],
    ])('with what %s sends', async (_vendor, who, proof) => {
      provider.signInAs(who);
      expect(await signIn()).toMatchObject(proof);
    });

    it('with attributes that were named, and no others in their place', async () => {
      provider.signInAs({
        attributes: { ...alice.attributes, uid: ['4711'], work: ['a@acme.test'], full: ['A. Archer'], roles: ['ops'] },
      });
      const attributes = { subject: 'uid', email: 'work', name: 'full', groups: 'roles' };
      const proof = { subject: '4711', email: 'a@acme.test', name: 'A. Archer' };
      expect(await signIn({}, { attributes })).toMatchObject({ ...proof, claims: { groups: ['ops'] } });
      const absent = { ...settings.attributes, email: 'absent', name: 'absent' };
      expect(await signIn({}, { attributes: absent })).toMatchObject({ email: null, name: null });
    });

    it('telling when the person last proved themselves, since a provider may not heed that it was asked anew', async () => {
      provider.signInAs({ attributes: { auth_time: ['4102444800'] } });
      const authnInstants = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:06.789Z', '2026-01-01T00:00:00Z'];
      expect((await signIn(says({ authnInstants }))).claims).toEqual({
        auth_time: Date.UTC(2026, 0, 2, 3, 4, 6) / 1000,
      });
    });

    it('with two thousand groups', async () => {
      const groups = Array.from({ length: 2_000 }, (_, each) => `group-${each}`);
      provider.signInAs({ attributes: { groups } });
      expect((await signIn()).claims).toMatchObject({ groups });
    });

    it('without an email where several are named, since their order would decide', async () => {
      provider.signInAs({ nameIdFormat: unspecified, attributes: { mail: ['alice@acme.test', 'root@acme.test'] } });
      expect((await signIn()).email).toBeNull();
    });
  });

  describe('140. refuses a signature', () => {
    const forge = (xml: string) => xml.replaceAll('alice@acme.test', 'root@acme.test');
    const wrapped = (wrap: Wrapping) => (xml: string) => wrap(xml, forge);

    it.each(Object.entries(responseWrappings))('that is wrapped: %s', async (_name, wrap) => {
      const refusal = await refusalOf(signIn({ sign: 'response', afterSigning: wrapped(wrap) }));
      expect(refusal).toMatchObject({ reason: 'SAML_RESPONSE_INVALID' });
    });
    it.each(Object.entries(assertionWrappings))('that is wrapped: %s', async (_name, wrap) => {
      const refusal = await refusalOf(signIn({ afterSigning: wrapped(wrap) }));
      expect(refusal).toMatchObject({ reason: 'SAML_RESPONSE_INVALID' });
    });

    const brokenSignature = (xml: string) =>
      xml.replace(/(<ds:SignatureValue>)(.)/, (_all, tag: string, first: string) => tag + (first === 'A' ? 'B' : 'A'));
    const signature = /<ds:Signature [^]*?<\/ds:Signature>/g;
    const never = /^no key of the 1 certificate that we know of the identity provider made the signature$/;
    it.each<[string, SamlMisbehaviour, string | RegExp]>([
      ['that is not there', { sign: 'nothing' }, 'neither the response nor the assertion is signed'],
      [
        'that was stripped',
        { sign: 'both', afterSigning: (xml) => xml.replace(signature, '') },
        'neither the response nor the assertion is signed',
      ],
      ['over something that was changed since', { afterSigning: forge }, never],
      ['over a response that was changed since', { sign: 'response', afterSigning: forge }, never],
      ['that was changed', { afterSigning: brokenSignature }, never],
      ['with nothing in it', { afterSigning: (xml) => xml.replace(/(<ds:SignatureValue>)[^<]*/, '$1') }, never],
      [
        'about the whole document',
        { afterSigning: (xml) => xml.replace(/URI="[^"]*"/, 'URI=""') },
        'the signature is about another element than its own',
      ],
      ['twice on one element', { afterSigning: (xml) => xml.replace(signature, '$&$&') }, 'an element is signed twice'],
      [
        'with a second DigestValue (CVE-2025-29774)',
        { afterSigning: (xml) => xml.replace(/<ds:DigestValue>.*?<\/ds:DigestValue>/, '$&$&') },
        'the signature has 2 times DigestValue',
      ],
      [
        'with a second SignedInfo (CVE-2025-29775)',
        { afterSigning: (xml) => xml.replace(/<ds:SignedInfo>[^]*?<\/ds:SignedInfo>/, '$&$&') },
        'the signature has parts that are not read',
      ],
      [
        'with an object in it',
        { afterSigning: (xml) => xml.replace('</ds:Signature>', '<ds:Object/></ds:Signature>') },
        'the signature has parts that are not read',
      ],
      [
        'elsewhere than on what it is about',
        {
          afterSigning: (xml) =>
            xml.replace(signature, '').replace('<saml:Subject>', `<saml:Subject>${signature.exec(xml)?.[0] ?? ''}`),
        },
        /^a signature stands elsewhere/,
      ],
      [
        'by an XPath transform',
        {
          afterSigning: (xml) =>
            xml.replace(
              'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
              'http://www.w3.org/TR/1999/REC-xpath-19991116',
            ),
        },
        'Transform is "http://www.w3.org/TR/1999/REC-xpath-19991116"',
      ],
      [
        'by HMAC, whose key would be a public one',
        {
          afterSigning: (xml) =>
            xml.replace(
              'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
              'http://www.w3.org/2000/09/xmldsig#hmac-sha256',
            ),
        },
        /^SignatureMethod is /,
      ],
      [
        'by SHA-1',
        { algorithms: { signature: 'sha1', digest: 'sha256' } },
        'SignatureMethod is SHA-1, which can be forged: choose SHA-256 at the identity provider',
      ],
      [
        'over a digest by SHA-1',
        { algorithms: { signature: 'sha256', digest: 'sha1' } },
        'DigestMethod is SHA-1, which can be forged: choose SHA-256 at the identity provider',
      ],
      [
        'over the response by SHA-1',
        { sign: 'response', algorithms: { signature: 'sha1', digest: 'sha1' } },
        /SHA-1, which can be forged/,
      ],
    ])('%s', async (_name, misbehaviour, detail) => {
      signature.lastIndex = 0;
      await expectRefused(signIn(misbehaviour), 'SAML_SIGNATURE', detail);
    });

    it.each(['assertion', 'response', 'both'] as const)(
      'by a key that only the message vouches for, on %s',
      async (sign) => {
        await expectRefused(signIn({ sign, signWith: stranger }), 'SAML_SIGNATURE', never);
      },
    );

    it('of which one is right and the other is not', async () => {
      const breakOuter = (xml: string) => xml.replace('Version="2.0"', 'Version="2.0" Consent="urn:x"');
      await expectRefused(signIn({ sign: 'both', afterSigning: breakOuter }), 'SAML_SIGNATURE', never);
      withEncryption();
      const inner = signIn({ sign: 'both', encrypt: gcm, beforeEncrypting: brokenSignature }, { signRequests: true });
      await expectRefused(inner, 'SAML_SIGNATURE', never);
    });

    it('inside an encrypted assertion', async () => {
      withEncryption();
      const own = { signRequests: true };
      const attempt = (misbehaviour: SamlMisbehaviour) => signIn({ encrypt: gcm, ...misbehaviour }, own);
      await expectRefused(
        attempt({ sign: 'nothing' }),
        'SAML_SIGNATURE',
        'neither the response nor the assertion is signed',
      );
      await expectRefused(attempt({ beforeEncrypting: forge }), 'SAML_SIGNATURE', never);
      await expectRefused(attempt({ signWith: stranger }), 'SAML_SIGNATURE', never);
      await expectRefused(attempt({ algorithms: { signature: 'sha1', digest: 'sha1' } }), 'SAML_SIGNATURE', /SHA-1/);
    });

    describe('with an ID that is there twice', () => {
      const twice = 'an ID is there twice';
      it.each<[string, (xml: string) => string]>([
        [
          'in the same spelling',
          (xml) =>
            xml
              .replace('<samlp:Status>', '<samlp:Status ID="_same">')
              .replace('<saml:Subject>', '<saml:Subject ID="_same">'),
        ],
        [
          'in another spelling',
          (xml) =>
            xml
              .replace('<samlp:Status>', '<samlp:Status Id="_same">')
              .replace('<saml:Subject>', '<saml:Subject xml:id="_same">'),
        ],
      ])('%s', async (_name, beforeSigning) => {
        await expectRefused(signIn({ beforeSigning }), 'SAML_RESPONSE_INVALID', twice);
      });

      it('once within the encrypted part', async () => {
        withEncryption();
        const responseId = '_one';
        const attempt = signIn(
          {
            facts: { responseId },
            encrypt: gcm,
            beforeEncrypting: (xml) => xml.replace('<saml:Subject>', '<saml:Subject ID="_one">'),
          },
          { signRequests: true },
        );
        await expectRefused(attempt, 'SAML_RESPONSE_INVALID', twice);
      });
    });

    it('on two assertions', async () => {
      const double = (xml: string) =>
        xml.replace(
          /<saml:Assertion[^]*<\/saml:Assertion>/,
          (one) => one.replace(/ ID="[^"]*"/, ' ID="_second"') + one,
        );
      await expectRefused(
        signIn({ beforeSigning: double }),
        'SAML_RESPONSE_INVALID',
        'it has 2 assertions, not one of its own',
      );
      withEncryption();
      const hide = (assertion: string) =>
        assertion.replace('</saml:Assertion>', '<saml:Advice><saml:Assertion/></saml:Advice></saml:Assertion>');
      await expectRefused(
        signIn({ encrypt: gcm, beforeEncrypting: hide }, { signRequests: true }),
        'SAML_RESPONSE_INVALID',
        'the assertion has another within it',
      );
    });

    it.each(['assertion', 'response', 'encrypted'] as const)(
      'whose signed name a comment would cut short (CVE-2017-11427), with %s',
      async (kind) => {
        provider.signInAs({
          nameId: 'alice@acme.test.evil.test',
          attributes: { email: ['alice@acme.test.evil.test'] },
        });
        const comment = (xml: string) =>
          xml.replaceAll('alice@acme.test.evil.test', 'alice@acme.test<!-- -->.evil.test');
        const misbehaviour: SamlMisbehaviour =
          kind === 'encrypted'
            ? { sign: 'response', encrypt: gcm, beforeEncrypting: comment }
            : { sign: kind, afterSigning: comment };
        if (kind === 'encrypted') withEncryption();
        const proof = await signIn(misbehaviour, { signRequests: true });
        expect(proof).toMatchObject({ subject: 'alice@acme.test.evil.test', email: 'alice@acme.test.evil.test' });
      },
    );
  });

  describe('refuses an encryption', () => {
    const attempt = (misbehaviour: SamlMisbehaviour, own: Partial<SamlSettings> = {}) => {
      withEncryption();
      return signIn({ encrypt: gcm, ...misbehaviour }, { signRequests: true, ...own });
    };

    it('of the key by PKCS#1 v1.5 (Bleichenbacher), and of the content by Triple DES', async () => {
      const rsa15 = { ...gcm, key: 'http://www.w3.org/2001/04/xmlenc#rsa-1_5' } as const;
      await expectRefused(
        attempt({ encrypt: rsa15 }),
        'SAML_ENCRYPTION',
        'the method "http://www.w3.org/2001/04/xmlenc#rsa-1_5"',
      );
      const tripleDes = { ...gcm, content: 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc' } as const;
      await expectRefused(attempt({ encrypt: tripleDes }), 'SAML_ENCRYPTION', /tripledes-cbc"$/);
    });

    it('for another key, and one that was changed, in the same words', async () => {
      const words = 'our key does not open the assertion';
      const afterSigning = (xml: string) => xml.replace(/(.*<xenc:CipherValue>)..../s, '$1AAAA');
      await expectRefused(attempt({ afterSigning }), 'SAML_ENCRYPTION', words);
      const cbc = { ...gcm, content: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc' } as const;
      const cut = (xml: string) =>
        xml.replace(
          /[A-Za-z0-9+/]{24}=*(<\/(?:\w+:)?CipherValue>\s*<\/(?:\w+:)?CipherData>\s*<\/(?:\w+:)?EncryptedData>)/,
          '$1',
        );
      await expectRefused(attempt({ encrypt: cbc, afterSigning: cut }), 'SAML_ENCRYPTION', words);
    });

    it('with a digest that the library would take for another, and with a second key', async () => {
      const sha256 = (xml: string) =>
        xml.replace('http://www.w3.org/2000/09/xmldsig#sha1', 'http://www.w3.org/2001/04/xmlenc#sha256');
      await expectRefused(
        attempt({ afterSigning: sha256 }),
        'SAML_ENCRYPTION',
        'the digest "http://www.w3.org/2001/04/xmlenc#sha256" of RSA-OAEP',
      );
      const second = (xml: string) => xml.replace(/<(\w+):EncryptedKey[^]*<\/\1:EncryptedKey>/, '$&$&');
      await expectRefused(attempt({ afterSigning: second }), 'SAML_ENCRYPTION', 'it has 2 times EncryptedKey, not 1');
    });

    it('of something else than an assertion', async () => {
      await expectRefused(
        attempt({ beforeEncrypting: () => '<a/>' }),
        'SAML_ENCRYPTION',
        'what is encrypted is no assertion',
      );
    });
  });

  describe('141. refuses an assertion', () => {
    const other = 'https://other.test/';
    it.each<[string, Partial<ResponseFacts>, ProviderRefusalReason, string | RegExp]>([
      [
        'of another issuer',
        { assertionIssuer: other },
        'ISSUER_MISMATCH',
        /^Issuer of the assertion is "https:\/\/other.test\/", not "http:.*\/metadata"$/,
      ],
      ['without an issuer', { issuer: null }, 'ISSUER_MISMATCH', /^Issuer of the response is missing, not /],
      [
        'in a response of another issuer',
        { issuer: other },
        'ISSUER_MISMATCH',
        /^Issuer of the response is "https:\/\/other.test\/"/,
      ],
      ['for another audience', { audiences: [other] }, 'SAML_AUDIENCE', `Audience is "${other}", not "${ourEntityId}"`],
      [
        'for an audience that only begins like us',
        { audiences: [`${ourEntityId}2`] },
        'SAML_AUDIENCE',
        `Audience is "${ourEntityId}2", not "${ourEntityId}"`,
      ],
      ['for no audience', { audiences: null }, 'SAML_AUDIENCE', 'the assertion names no audience'],
      ['for an empty audience', { audiences: [] }, 'SAML_AUDIENCE', `Audience is missing, not "${ourEntityId}"`],
      [
        'for us and, by a second restriction, for another',
        {
          moreConditions: `<saml:AudienceRestriction><saml:Audience>${other}</saml:Audience></saml:AudienceRestriction>`,
        },
        'SAML_AUDIENCE',
        `Audience is "${other}", not "${ourEntityId}"`,
      ],
      [
        'under a condition that is not known',
        { moreConditions: '<saml:Condition/>' },
        'SAML_RESPONSE_INVALID',
        'the assertion has an unknown condition',
      ],
      ['for another recipient', { recipient: other }, 'SAML_RECIPIENT', `Recipient is "${other}", not "${acsUrl}"`],
      ['for no recipient', { recipient: null }, 'SAML_RECIPIENT', `Recipient is missing, not "${acsUrl}"`],
      [
        'in a response to another destination',
        { destination: other },
        'SAML_RECIPIENT',
        `Destination is "${other}", not "${acsUrl}"`,
      ],
      [
        'that has expired',
        { confirmationNotOnOrAfter: instant(-61) },
        'SAML_TIME',
        /^SubjectConfirmationData held until .*Z, and it is .*Z here$/,
      ],
      [
        'that never expires',
        { confirmationNotOnOrAfter: null },
        'SAML_TIME',
        'SubjectConfirmationData has no NotOnOrAfter',
      ],
      [
        'that is not yet confirmed',
        { confirmationNotBefore: instant(600) },
        'SAML_TIME',
        /^SubjectConfirmationData holds from /,
      ],
      ['whose conditions have expired', { notOnOrAfter: instant(-61) }, 'SAML_TIME', /^Conditions held until /],
      ['whose conditions do not hold yet', { notBefore: instant(600) }, 'SAML_TIME', /^Conditions holds from /],
      [
        'until a time without its zone',
        { confirmationNotOnOrAfter: '2999-01-01T00:00:00' },
        'SAML_TIME',
        'NotOnOrAfter of SubjectConfirmationData is "2999-01-01T00:00:00", which is no time in UTC',
      ],
      [
        'that answers another request',
        { confirmationInResponseTo: '_other' },
        'SAML_OTHER_REQUEST',
        /^InResponseTo of the assertion is "_other", not "_[0-9a-f]{32}"$/,
      ],
      [
        'that answers no request',
        { confirmationInResponseTo: null },
        'SAML_OTHER_REQUEST',
        /^InResponseTo of the assertion is missing/,
      ],
      [
        'in a response to another request',
        { inResponseTo: '_other' },
        'SAML_OTHER_REQUEST',
        /^InResponseTo is "_other"/,
      ],
      ['in a response that nobody asked for', { inResponseTo: null }, 'SAML_OTHER_REQUEST', /^InResponseTo is missing/],
      [
        'that is confirmed in another way',
        { confirmationMethod: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' },
        'SAML_SUBJECT',
        'the assertion has no bearer confirmation',
      ],
      [
        'by which nobody signed in',
        { authnInstants: [] },
        'SAML_RESPONSE_INVALID',
        'the assertion does not say that anybody signed in',
      ],
      [
        'by which somebody signed in at no time',
        { authnInstants: ['yesterday'] },
        'SAML_TIME',
        'AuthnInstant is "yesterday", which is no time in UTC',
      ],
      ['in a response of another version', { version: '1.1' }, 'SAML_RESPONSE_INVALID', 'Version is "1.1", not "2.0"'],
    ])('%s', async (_name, facts, reason, detail) => {
      await expectRefused(signIn(says(facts)), reason, detail);
    });

    it('in a signed response without a destination', async () => {
      expect((await signIn(says({ destination: null }))).subject).toBe('alice@acme.test');
      const attempt = signIn({ ...says({ destination: null }), sign: 'response' });
      await expectRefused(attempt, 'SAML_RECIPIENT', `Destination is missing, not "${acsUrl}"`);
    });

    it('that was given for an earlier sign-in', async () => {
      const party = new SamlRelyingParty(settings);
      const [requestId, another] = [newRequestId(), newRequestId()];
      const url = await party.authorizationUrl({ requestId, relayState: 'flow', forceAuthn: false });
      const { samlResponse } = await provider.authorize(url);
      await party.redeem(samlResponse, { requestId });
      await expectRefused(
        party.redeem(samlResponse, { requestId: another }),
        'SAML_OTHER_REQUEST',
        /^InResponseTo is /,
      );
    });

    it.each([
      ['the first word', ['urn:oasis:names:tc:SAML:2.0:status:Requester'], 'Requester'],
      [
        'the second word',
        ['urn:oasis:names:tc:SAML:2.0:status:Responder', 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed'],
        'AuthnFailed',
      ],
      ['no words of a stranger', ['urn:oasis:names:tc:SAML:2.0:status:no, really'], 'an error code that is none'],
    ])('that the provider denies, telling %s of why', async (_name, status, word) => {
      await expectRefused(signIn(says({ status })), 'PROVIDER_DENIED', word);
    });

    it('in a response without a status, or with parts that are not read', async () => {
      const withoutStatus = (xml: string) => xml.replace(/<samlp:Status>.*<\/samlp:Status>/, '');
      await expectRefused(signIn({ afterSigning: withoutStatus }), 'SAML_RESPONSE_INVALID', 'it has no status');
      const extended = (xml: string) => xml.replace('<samlp:Status>', '<samlp:Extensions/><samlp:Status>');
      await expectRefused(
        signIn({ beforeSigning: extended, sign: 'response' }),
        'SAML_RESPONSE_INVALID',
        'it has parts that are not read',
      );
    });

    it('of another version, without conditions, with a condition twice, or without what confirms it', async () => {
      const bend = (from: string | RegExp, to: string) => signIn({ beforeSigning: (xml) => xml.replace(from, to) });
      const version = bend(/(<saml:Assertion[^>]*) Version="2.0"/, '$1 Version="2.1"');
      await expectRefused(version, 'SAML_RESPONSE_INVALID', 'Version of the assertion is "2.1", not "2.0"');
      const conditions = /<saml:Conditions.*<\/saml:Conditions>/;
      const none = 'the assertion has no conditions, or several';
      await expectRefused(bend(conditions, ''), 'SAML_AUDIENCE', none);
      await expectRefused(bend(conditions, '$&$&'), 'SAML_AUDIENCE', none);
      const data = bend(/<saml:SubjectConfirmationData[^>]*>/, '');
      await expectRefused(data, 'SAML_RECIPIENT', 'SubjectConfirmationData is missing');
    });

    it('that is not there', async () => {
      const afterSigning = (xml: string) => xml.replace(/<saml:Assertion[^]*<\/saml:Assertion>/, '');
      await expectRefused(signIn({ afterSigning }), 'SAML_RESPONSE_INVALID', 'it has 0 assertions, not one of its own');
    });

    it('about nobody who could be known again', async () => {
      provider.signInAs({ nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient', nameId: '_8f1' });
      await expectRefused(signIn(), 'SAML_SUBJECT', /^the NameID is transient/);
      const attributes = { ...settings.attributes, subject: 'email' };
      expect((await signIn({}, { attributes })).subject).toBe('alice@acme.test');
      await expectRefused(
        signIn({}, { attributes: { ...attributes, subject: 'groups' } }),
        'SAML_SUBJECT',
        'the attribute "groups" does not hold one name of a person',
      );
      for (const nameId of ['', 'a'.repeat(256), 'alice\n']) {
        provider.signInAs({ nameIdFormat: alice.nameIdFormat, nameId });
        await expectRefused(signIn(), 'SAML_SUBJECT', 'the NameID is empty, too long or not printable');
      }
      const beforeSigning = (xml: string) => xml.replace(/<saml:NameID.*<\/saml:NameID>/s, '');
      await expectRefused(signIn({ beforeSigning }), 'SAML_SUBJECT', 'the assertion has no NameID that can be read');
    });
  });

  describe('142. refuses within 100 ms', () => {
    const party = () => new SamlRelyingParty(settings);
    const redeem = (xml: string | Buffer) => party().redeem(Buffer.from(xml).toString('base64'), { requestId: '_1' });
    const response = (inner: string, before = '') =>
      `${before}<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${inner}</samlp:Response>`;
    const doctype = 'it has a document type, an entity or a CDATA section';
    const laughs = `<!DOCTYPE r [<!ENTITY a "ha">${'bcdefghij'.replace(/./g, (name) => `<!ENTITY ${name} "${`&${String.fromCharCode(name.charCodeAt(0) - 1)};`.repeat(10)}">`)}]>`;
    const largest = 256 * 1024 - 200;

    it.each<[string, string | Buffer, string]>([
      ['a document type', response('', '<!DOCTYPE samlp:Response>'), doctype],
      ['a document type in small letters', response('', '<!doctype samlp:Response>'), doctype],
      ['an external entity', response('&x;', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), doctype],
      ['a document type elsewhere', response('', '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">'), doctype],
      ['a billion laughs', response('&j;', laughs), doctype],
      [
        'a quadratic bomb',
        response('&a;'.repeat(50_000), `<!DOCTYPE r [<!ENTITY a "${'a'.repeat(50_000)}">]>`),
        doctype,
      ],
      ['an entity that nobody declared', response('&secret;'), 'it has mistakes in its XML'],
      [
        'a processing instruction',
        response('<?xml-stylesheet href="http://127.0.0.1:1/"?>'),
        'it has a processing instruction',
      ],
      ['a CDATA section', response('<![CDATA[x]]>'), doctype],
      [
        'another encoding, by its own word',
        `<?xml version="1.0" encoding="UTF-16"?>${response('')}`,
        'it has another encoding than UTF-8',
      ],
      ['another encoding', Buffer.from(response(''), 'utf16le'), 'it has a control character'],
      ['bytes that are no UTF-8', Buffer.from([0x3c, 0xff, 0xfe]), 'it is not in UTF-8'],
      ['a control character', response('\u0001'), 'it has a control character'],
      ['an endless comment', response('<!--'.repeat(largest / 4)), 'it has a comment without an end'],
      ['an endless tag', `<${'a'.repeat(largest)}`, 'it has a tag that is none'],
      ['an endless value', `<a b="${'a"b="'.repeat(largest / 5)}`, 'it has a tag that is none'],
      [
        'elements deep within each other',
        response('<a>'.repeat(largest / 3)),
        'it has elements too deep within each other',
      ],
      ['elements without number', response('<a/>'.repeat(largest / 4)), 'it has too many elements'],
      [
        'attributes without number',
        response(`<a ${Array.from({ length: 20_000 }, (_, each) => `a${each}=""`).join(' ')}/>`),
        'it has too many attributes',
      ],
      [
        'attributes without number, a few on each',
        response('<a b="" c="" d="" e=""/>'.repeat(2_400)),
        'it has too many attributes',
      ],
      [
        'very many attributes on one element',
        response(`<a ${Array.from({ length: 65 }, (_, each) => `a${each}=""`).join(' ')}/>`),
        'it has too many attributes',
      ],
      ['comments without number', response('<!---->'.repeat(largest / 7)), 'it has too many comments'],
      ['two roots', response('').repeat(2), 'it has mistakes in its XML'],
      ['something unfinished', response('<a>'), 'it has mistakes in its XML'],
      [
        'another message',
        '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
        'it is no Response of SAML 2.0',
      ],
      ['a response of another namespace', '<Response xmlns="urn:x"/>', 'it is no Response of SAML 2.0'],
      ['nothing', '', 'it is not in base64'],
    ])('%s', async (_name, xml, detail) => {
      await redeem(response('')).catch(() => undefined); // what is slow the first time is loading, not reading
      const begun = performance.now();
      await expectRefused(redeem(xml), 'SAML_RESPONSE_INVALID', detail);
      expect(performance.now() - begun).toBeLessThan(100);
    });

    it.each([
      ['more than 256 kB', Buffer.alloc(256 * 1024 + 1, ' ').toString('base64'), 'it is larger than 262144 bytes'],
      ['much more', 'A'.repeat(50_000_000), 'it is longer than 524288 characters'],
      ['blanks without end', `${' '.repeat(500_000)}!`, 'it is not in base64'],
    ])('%s', async (_name, base64, detail) => {
      const begun = performance.now();
      await expectRefused(party().redeem(base64, { requestId: '_1' }), 'SAML_RESPONSE_INVALID', detail);
      expect(performance.now() - begun).toBeLessThan(100);
    });

    it('what is not in base64, or is deflated', async () => {
      await expectRefused(
        party().redeem('<xml/>', { requestId: '_1' }),
        'SAML_RESPONSE_INVALID',
        'it is not in base64',
      );
      await expectRefused(redeem(deflateRawSync(response(' '.repeat(100)))), 'SAML_RESPONSE_INVALID', /^it /);
    });

    it('any of it inside an encrypted assertion', async () => {
      withEncryption();
      const attempt = signIn({ encrypt: gcm, beforeEncrypting: (xml) => `${laughs}${xml}` }, { signRequests: true });
      await expectRefused(
        attempt,
        'SAML_RESPONSE_INVALID',
        'the encrypted assertion has a document type, an entity or a CDATA section',
      );
    });
  });
});
