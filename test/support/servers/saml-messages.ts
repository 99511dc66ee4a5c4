import { randomUUID } from 'node:crypto';
import { escapeHtml } from './page.js';

export interface SamlPerson {
  readonly nameId: string;
  readonly nameIdFormat: string;
  /** By name; several values make several AttributeValue elements. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** All that a response says. Null leaves a thing out. */
export interface ResponseFacts {
  readonly responseId: string;
  readonly assertionId: string;
  readonly version: string;
  readonly issuer: string | null;
  readonly assertionIssuer: string | null;
  readonly destination: string | null;
  readonly inResponseTo: string | null;
  readonly status: readonly string[];
  readonly recipient: string | null;
  readonly confirmationInResponseTo: string | null;
  readonly confirmationMethod: string;
  readonly confirmationNotBefore: string | null;
  readonly confirmationNotOnOrAfter: string | null;
  readonly notBefore: string | null;
  readonly notOnOrAfter: string | null;
  readonly audiences: readonly string[] | null;
  /** XML within Conditions. */
  readonly moreConditions: string;
  /** XML within Subject, before the first confirmation. */
  readonly moreConfirmations: string;
  /** Of each AuthnStatement. */
  readonly authnInstants: readonly string[];
  readonly person: SamlPerson;
}

const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';

export function instant(secondsFromNow: number): string {
  return new Date(Date.now() + secondsFromNow * 1000).toISOString();
}

/** A correct answer to a request, as most providers give it. */
export function correctFacts(about: {
  readonly entityId: string;
  readonly requestId: string;
  readonly sp: { readonly entityId: string; readonly acsUrl: string };
  readonly person: SamlPerson;
}): ResponseFacts {
  const { entityId, requestId, sp, person } = about;
  return {
    responseId: `_${randomUUID()}`,
    assertionId: `_${randomUUID()}`,
    version: '2.0',
    issuer: entityId,
    assertionIssuer: entityId,
    destination: sp.acsUrl,
    inResponseTo: requestId,
    status: [success],
    recipient: sp.acsUrl,
    confirmationInResponseTo: requestId,
    confirmationMethod: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
    confirmationNotBefore: null,
    confirmationNotOnOrAfter: instant(300),
    notBefore: instant(-5),
    notOnOrAfter: instant(300),
    audiences: [sp.entityId],
    moreConditions: '',
    moreConfirmations: '',
    authnInstants: [instant(0)],
    person,
  };
}

/** With an assertion in it where the status is a success. */
export function responseXml(facts: ResponseFacts): string {
  const attributes = attributesXml({
    ID: facts.responseId,
    Version: facts.version,
    IssueInstant: instant(0),
    Destination: facts.destination,
    InResponseTo: facts.inResponseTo,
  });
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"${attributes}>${issuerXml(facts.issuer)}<samlp:Status>${statusXml(facts.status)}</samlp:Status>${facts.status[0] === success ? assertionXml(facts) : ''}</samlp:Response>`;
}

function assertionXml(facts: ResponseFacts): string {
  const attributes = attributesXml({ ID: facts.assertionId, Version: '2.0', IssueInstant: instant(0) });
  return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"${attributes}>${issuerXml(facts.assertionIssuer)}${subjectXml(facts)}${conditionsXml(facts)}${facts.authnInstants.map(authnStatementXml).join('')}${attributeStatementXml(facts.person)}</saml:Assertion>`;
}

function subjectXml(facts: ResponseFacts): string {
  const { nameId, nameIdFormat } = facts.person;
  const data = attributesXml({
    NotBefore: facts.confirmationNotBefore,
    NotOnOrAfter: facts.confirmationNotOnOrAfter,
    Recipient: facts.recipient,
    InResponseTo: facts.confirmationInResponseTo,
  });
  return `<saml:Subject><saml:NameID Format="${nameIdFormat}">${escapeHtml(nameId)}</saml:NameID>${facts.moreConfirmations}<saml:SubjectConfirmation Method="${facts.confirmationMethod}"><saml:SubjectConfirmationData${data}/></saml:SubjectConfirmation></saml:Subject>`;
}

function conditionsXml({ notBefore, notOnOrAfter, audiences, moreConditions }: ResponseFacts): string {
  const named = audiences?.map((audience) => `<saml:Audience>${escapeHtml(audience)}</saml:Audience>`).join('');
  const restriction = named === undefined ? '' : `<saml:AudienceRestriction>${named}</saml:AudienceRestriction>`;
  return `<saml:Conditions${attributesXml({ NotBefore: notBefore, NotOnOrAfter: notOnOrAfter })}>${restriction}${moreConditions}</saml:Conditions>`;
}

function authnStatementXml(authnInstant: string): string {
  return `<saml:AuthnStatement AuthnInstant="${authnInstant}" SessionIndex="_${randomUUID()}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;
}

function attributeStatementXml({ attributes }: SamlPerson): string {
  const each = Object.entries(attributes).map(([name, values]) => {
    const listed = values.map((value) => `<saml:AttributeValue>${escapeHtml(value)}</saml:AttributeValue>`);
    return `<saml:Attribute Name="${escapeHtml(name)}">${listed.join('')}</saml:Attribute>`;
  });
  return each.length === 0 ? '' : `<saml:AttributeStatement>${each.join('')}</saml:AttributeStatement>`;
}

function statusXml([code, ...inner]: readonly string[]): string {
  return code === undefined ? '' : `<samlp:StatusCode Value="${code}">${statusXml(inner)}</samlp:StatusCode>`;
}

function issuerXml(issuer: string | null): string {
  if (issuer === null) return '';
  return `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${escapeHtml(issuer)}</saml:Issuer>`;
}

function attributesXml(attributes: Readonly<Record<string, string | null>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === null ? '' : ` ${name}="${escapeHtml(value)}"`))
    .join('');
}
