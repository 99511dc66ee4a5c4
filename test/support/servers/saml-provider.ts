import { createVerify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { makeSelfSigned, type CertifiedKey } from '../../../src/platform/crypto/self-signed-certificate.js';
import { sendHtml, startLoopbackHttp } from './loopback-http.js';
import { escapeHtml, page, unescapeHtml } from './page.js';
import { correctFacts, responseXml, type ResponseFacts, type SamlPerson } from './saml-messages.js';
import { encryptAssertion, signElement, type EncryptionChoice, type SigningChoice } from './saml-signing.js';

export type { ResponseFacts, SamlPerson } from './saml-messages.js';

/** A service provider that it answers. */
export interface SamlServiceProvider {
  readonly entityId: string;
  readonly acsUrl: string;
  /** PEM. Where it is known, requests have to be signed; assertions are encrypted for it. */
  readonly certificate?: string;
}

/** How it departs from what is right. What is not named is correct. */
export interface SamlMisbehaviour {
  readonly facts?: Partial<ResponseFacts> | undefined;
  /** The assertion by default. */
  readonly sign?: 'assertion' | 'response' | 'both' | 'nothing';
  /** In place of its own key. */
  readonly signWith?: CertifiedKey;
  readonly algorithms?: SigningChoice;
  readonly encrypt?: EncryptionChoice;
  readonly beforeSigning?: (xml: string) => string;
  /** The assertion alone, once it is signed. */
  readonly beforeEncrypting?: (assertion: string) => string;
  readonly afterSigning?: (xml: string) => string;
}

/** What the browser posts to the service provider. */
export interface SamlPost {
  readonly acsUrl: string;
  readonly samlResponse: string;
  readonly relayState: string | null;
}

/** What came in a request, after the signature was verified. */
export interface ReceivedAuthnRequest {
  readonly xml: string;
  readonly isSigned: boolean;
  readonly relayState: string | null;
}

/**
 * A SAML 2.0 identity provider that is correct until told otherwise. It asks nobody who they are: the SSO service answers
 * with the form that posts itself to the service provider.
 */
export interface SamlProvider {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly metadataUrl: string;
  /** In PEM, the one it signs with first. */
  certificates(): readonly string[];
  readonly requests: readonly ReceivedAuthnRequest[];
  /** Answers this service provider from now on, besides those it knows. */
  register(sp: SamlServiceProvider): void;
  /** Whom it signs in from now on. Alice of acme.test at first. */
  signInAs(who: Partial<SamlPerson>): void;
  misbehave(misbehaviour: SamlMisbehaviour): void;
  /** Correct again, with Alice as the person and nothing received. Keys and service providers stay. */
  reset(): void;
  /** Signs with a new key from now on, and publishes the old certificate beside the new one. */
  rollOver(): Promise<void>;
  /** Does what a browser does with the URL that the service provider sent it to. */
  authorize(authorizationUrl: string): Promise<SamlPost>;
  stop(): Promise<void>;
}

export const alice: SamlPerson = {
  nameId: 'alice@acme.test',
  nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  attributes: { email: ['alice@acme.test'], firstName: ['Alice'], lastName: ['Archer'], groups: ['staff', 'admins'] },
};

export const usualAlgorithms: SigningChoice = { signature: 'sha256', digest: 'sha256' };

interface State {
  readonly serviceProviders: Map<string, SamlServiceProvider>;
  readonly requests: ReceivedAuthnRequest[];
  keys: CertifiedKey[];
  person: SamlPerson;
  misbehaviour: SamlMisbehaviour;
}

export async function startSamlProvider(port = 0): Promise<SamlProvider> {
  const state: State = {
    serviceProviders: new Map(),
    requests: [],
    keys: [await newKey()],
    person: alice,
    misbehaviour: {},
  };
  const server = await startLoopbackHttp(port, (origin) => async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', origin);
    if (pathname === '/metadata') {
      response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' }).end(metadataOf(state, origin));
    } else if (pathname === '/sso') {
      const post = await answer(state, `${origin}/metadata`, search.slice(1));
      sendHtml(response, 200, formPage(post));
    } else response.writeHead(404).end();
  });
  return {
    entityId: `${server.origin}/metadata`,
    ssoUrl: `${server.origin}/sso`,
    metadataUrl: `${server.origin}/metadata`,
    certificates: () => state.keys.map(({ certificate }) => certificate),
    requests: state.requests,
    register: (sp) => void state.serviceProviders.set(sp.entityId, sp),
    signInAs: (who) => void (state.person = { ...state.person, ...who }),
    misbehave: (misbehaviour) => void (state.misbehaviour = misbehaviour),
    reset: () => {
      Object.assign(state, { person: alice, misbehaviour: {} });
      state.requests.length = 0;
    },
    rollOver: async () => void state.keys.unshift(await newKey()),
    authorize,
    stop: () => server.stop(),
  };
}

function newKey(): Promise<CertifiedKey> {
  return makeSelfSigned('A stand-in for an identity provider', new Date(Date.now() + 86_400_000));
}

function metadataOf({ keys }: State, origin: string): string {
  const descriptors = keys.map(({ certificate }) => {
    const base64 = certificate.replace(/-----[^-]+-----|\s/g, '');
    return `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
  });
  const services = ['HTTP-POST', 'HTTP-Redirect'].map(
    (binding) =>
      `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${origin}/sso"/>`,
  );
  return `<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${origin}/metadata">
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
${[...descriptors, ...services].join('\n')}
</md:IDPSSODescriptor>
</md:EntityDescriptor>
`;
}

/** Checks the request as a careful provider does, and makes the response. */
async function answer(state: State, entityId: string, query: string): Promise<SamlPost> {
  const parameters = new URLSearchParams(query);
  const relayState = parameters.get('RelayState');
  const xml = inflateRawSync(Buffer.from(parameters.get('SAMLRequest') ?? '', 'base64')).toString();
  const sp = state.serviceProviders.get(unescapeHtml(/<saml:Issuer[^>]*>([^<]*)</.exec(xml)?.[1] ?? ''));
  if (!sp) throw new Error('unknown service provider');
  const attribute = (name: string) => unescapeHtml(new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1] ?? '');
  if (attribute('AssertionConsumerServiceURL') !== sp.acsUrl) throw new Error('unknown assertion consumer service');
  if (attribute('Destination') !== entityId.replace('/metadata', '/sso')) throw new Error('for another provider');
  if (!/^[A-Za-z_][\w.-]*$/.test(attribute('ID'))) throw new Error('an ID that is no NCName');
  if (sp.certificate !== undefined) verifyQuery(query, sp.certificate);
  state.requests.push({ xml, isSigned: parameters.has('Signature'), relayState });

  const facts = correctFacts({ entityId, requestId: attribute('ID'), sp, person: state.person });
  const response = await respond({ ...facts, ...state.misbehaviour.facts }, state, sp);
  return { acsUrl: sp.acsUrl, samlResponse: Buffer.from(response).toString('base64'), relayState };
}

/** SAML Bindings 3.4.4.1: over the parameters as they stand in the address. */
function verifyQuery(query: string, certificate: string): void {
  const signed = query.split('&').filter((part) => /^(SAMLRequest|RelayState|SigAlg)=/.test(part));
  const { SigAlg, Signature } = Object.fromEntries(new URLSearchParams(query));
  if (SigAlg !== 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256') throw new Error('not signed');
  const verifier = createVerify('RSA-SHA256').update(signed.join('&'));
  if (!verifier.verify(certificate, Signature ?? '', 'base64')) throw new Error('not signed by the service provider');
}

async function respond(facts: ResponseFacts, { keys, misbehaviour }: State, sp: SamlServiceProvider): Promise<string> {
  const { sign = 'assertion', signWith, algorithms = usualAlgorithms, encrypt } = misbehaviour;
  const { beforeSigning, beforeEncrypting, afterSigning } = misbehaviour;
  const key = signWith ?? keys[0]!;
  let xml = responseXml(facts);
  xml = beforeSigning?.(xml) ?? xml;
  const assertion = /<saml:Assertion[^]*<\/saml:Assertion>/;
  if (assertion.test(xml) && /assertion|both/.test(sign)) xml = signElement(xml, facts.assertionId, key, algorithms);
  if (encrypt && sp.certificate !== undefined) {
    const [plain = ''] = assertion.exec(xml) ?? [];
    const encrypted = await encryptAssertion(beforeEncrypting?.(plain) ?? plain, sp.certificate, encrypt);
    xml = xml.replace(plain, () => encrypted);
  }
  if (/response|both/.test(sign)) xml = signElement(xml, facts.responseId, key, algorithms);
  return afterSigning?.(xml) ?? xml;
}

function formPage({ acsUrl, samlResponse, relayState }: SamlPost): string {
  const state = relayState === null ? '' : `<input type="hidden" name="RelayState" value="${escapeHtml(relayState)}">`;
  return page({
    title: 'Signing in',
    body: `<form method="post" action="${escapeHtml(acsUrl)}">
<input type="hidden" name="SAMLResponse" value="${samlResponse}">${state}
<button class="first">Continue</button>
</form>
<script>document.forms[0].submit()</script>`,
  });
}

async function authorize(authorizationUrl: string): Promise<SamlPost> {
  const response = await fetch(authorizationUrl);
  const html = await response.text();
  const field = (pattern: RegExp) => {
    const found = pattern.exec(html)?.[1];
    return found === undefined ? null : unescapeHtml(found);
  };
  const acsUrl = field(/<form method="post" action="([^"]*)"/);
  const samlResponse = field(/name="SAMLResponse" value="([^"]*)"/);
  if (acsUrl === null || samlResponse === null) throw new Error(`No way back: ${response.status} ${html}`);
  return { acsUrl, samlResponse, relayState: field(/name="RelayState" value="([^"]*)"/) };
}
