import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { makeSelfSigned, type CertifiedKey } from '../../src/platform/crypto/self-signed-certificate.js';
import type { ProviderRefusalReason } from '../../src/sso/protocols/provider-refusal.types.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { instant, type ResponseFacts } from '../support/servers/saml-messages.js';
import { startSamlProvider, type SamlMisbehaviour, type SamlProvider } from '../support/servers/saml-provider.js';
import { assertionWrappings, responseWrappings } from '../support/servers/saml-wrapping.js';
import { configureSso, expectRefused, verifiedDomain, whoIs, type ConnectionAnswer } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const theirs = { headers: { origin: 'https://idp.example.com', 'sec-fetch-site': 'cross-site' } };

/** The same attacks that the service provider withstands by itself (`saml.spec.ts`), at the running server. */
describe('a sign-in by SAML', () => {
  let app: TestApp;
  let provider: SamlProvider;
  let stranger: CertifiedKey;
  let connection: ConnectionAnswer;

  beforeAll(async () => {
    provider = await startSamlProvider();
    stranger = await makeSelfSigned('Not the identity provider', new Date(Date.now() + 86_400_000));
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
    const owner = await createPerson(app);
    const { id } = await createOrganization(owner);
    connection = await configureSso(owner, {
      domainId: await verifiedDomain(app, id, 'acme.test'),
      provider: 'SAML',
      saml: { metadataUrl: provider.metadataUrl },
    });
    provider.register({ entityId: connection.clientId, acsUrl: connection.callbackUrl });
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  /** A whole sign-in in a new browser. @param bend what the provider's page posts in place of its answer */
  async function attempt(misbehaviour: SamlMisbehaviour = {}, bend = (samlResponse: string) => samlResponse) {
    provider.misbehave(misbehaviour);
    const browser = app.browser();
    const { location } = await browser.get(`/api/auth/login/${connection.key}`);
    const { samlResponse, relayState } = await provider.authorize(location!);
    const form = { SAMLResponse: bend(samlResponse), RelayState: relayState! };
    const posted = await app.browser().postForm(new URL(connection.callbackUrl).pathname, form, theirs);
    const requestId = randomUUID();
    const answer = await browser.get(posted.location ?? '/nowhere', { headers: { 'x-request-id': requestId } });
    const trail = await trailOfRequest(app, requestId);
    return { browser, answer, trail, error: new URL(answer.location ?? 'about:blank').searchParams };
  }

  const isRefused = async (misbehaviour: SamlMisbehaviour, reason: ProviderRefusalReason, code?: string) =>
    expectRefused(await attempt(misbehaviour), { reason, method: 'saml', ...(code === undefined ? {} : { code }) });

  const forge = (xml: string) => xml.replaceAll('alice@acme.test', 'root@acme.test');

  it('lets in whom the provider signs in', async () => {
    expect(await whoIs((await attempt()).browser)).toBe('alice@acme.test');
  });

  describe('140. refuses', () => {
    it.each(Object.entries(responseWrappings))('a response wrapped around: %s', (_name, wrap) =>
      isRefused({ sign: 'response', afterSigning: (xml) => wrap(xml, forge) }, 'SAML_RESPONSE_INVALID'),
    );
    it.each(Object.entries(assertionWrappings))('an assertion wrapped around: %s', (_name, wrap) =>
      isRefused({ afterSigning: (xml) => wrap(xml, forge) }, 'SAML_RESPONSE_INVALID'),
    );
    it.each<[string, SamlMisbehaviour]>([
      ['no signature', { sign: 'nothing' }],
      [
        'a signature that was stripped',
        { sign: 'both', afterSigning: (xml) => xml.replace(/<ds:Signature [^]*?<\/ds:Signature>/g, '') },
      ],
      ['a signature over something else', { afterSigning: forge }],
      ['a signature by SHA-1', { algorithms: { signature: 'sha1', digest: 'sha1' } }],
    ])('%s', (_name, misbehaviour) => isRefused(misbehaviour, 'SAML_SIGNATURE'));
    it('a signature of somebody else, who brings their own certificate along', () =>
      isRefused({ signWith: stranger }, 'SAML_SIGNATURE'));
    it('an ID that is there twice', () =>
      isRefused(
        {
          beforeSigning: (xml) =>
            xml
              .replace('<samlp:Status>', '<samlp:Status ID="_same">')
              .replace('<saml:Subject>', '<saml:Subject ID="_same">'),
        },
        'SAML_RESPONSE_INVALID',
      ));
  });

  describe('141. refuses an assertion', () => {
    const other = 'https://other.test/';
    it.each<[string, Partial<ResponseFacts>, ProviderRefusalReason]>([
      ['of another issuer', { assertionIssuer: other }, 'ISSUER_MISMATCH'],
      ['in a response of another issuer', { issuer: other }, 'ISSUER_MISMATCH'],
      ['for another audience', { audiences: [other] }, 'SAML_AUDIENCE'],
      ['for another recipient', { recipient: other }, 'SAML_RECIPIENT'],
      ['to another destination', { destination: other }, 'SAML_RECIPIENT'],
      ['that has expired', { confirmationNotOnOrAfter: instant(-61) }, 'SAML_TIME'],
      ['that does not hold yet', { notBefore: instant(600) }, 'SAML_TIME'],
      ['that answers another request', { confirmationInResponseTo: '_other' }, 'SAML_OTHER_REQUEST'],
      ['that answers none', { inResponseTo: null }, 'SAML_OTHER_REQUEST'],
    ])('%s', (_name, facts, reason) => isRefused({ facts }, reason));

    it('that came before, for a sign-in that was begun anew', async () => {
      let first = '';
      expect(await whoIs((await attempt({}, (answer) => (first = answer))).browser)).toBe('alice@acme.test');
      await expectRefused(await attempt({}, () => first), { reason: 'SAML_OTHER_REQUEST', method: 'saml' });
    });
  });

  describe('142. refuses within 100 ms', () => {
    const response = (inner: string, before = '') =>
      `${before}<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${inner}</samlp:Response>`;
    it.each<[string, string]>([
      ['a document type', response('', '<!DOCTYPE samlp:Response>')],
      ['an external entity', response('&x;', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>')],
      ['a bomb', response('&a;'.repeat(50_000), `<!DOCTYPE r [<!ENTITY a "${'a'.repeat(50_000)}">]>`)],
      ['elements without number', response('<a/>'.repeat(60_000))],
      ['what is no XML', 'SAMLResponse'],
    ])('%s', async (_name, xml) => {
      const refused = await attempt({}, () => Buffer.from(xml).toString('base64'));
      await expectRefused(refused, { reason: 'SAML_RESPONSE_INVALID', method: 'saml' });
      const { rows } = await app.database.query<{ ms: number }>(
        `select extract(epoch from finished_at - (steps->2->>'at')::timestamptz) * 1000 as ms
         from sign_in_traces where connection_key = $1 order by begun_at desc limit 1`,
        [connection.key],
      );
      expect(Number(rows[0]?.ms)).toBeLessThan(100);
    });

    it('more than it would ever read, unread', async () => {
      const form = { SAMLResponse: 'A'.repeat(600_000), RelayState: 'x'.repeat(43) };
      const answer = await app.browser().postForm(new URL(connection.callbackUrl).pathname, form, theirs);
      expect(answer.status).toBe(413);
    });
  });
});
