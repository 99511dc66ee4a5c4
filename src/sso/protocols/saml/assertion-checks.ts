import type { SamlSettings } from '../../sources/sign-in-source.types.js';
import { ProviderRefusal } from '../provider-refusal.types.js';
import { SKEW_SECONDS } from '../time-check.js';
import { quoted, demand, demandSame } from './demand.js';
import { bearer, ns } from './saml-names.js';
import { attributeOf, childrenNamed, childrenOf, isNamed, onlyChild, type XmlElement } from './xml.js';

/** Conditions that somebody may set without our having to do more about them (Core 2.5.1). */
const heeded = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];

/**
 * Whether a signed assertion is from our identity provider, for us, for this request, and for now (SAML Profiles 4.1.4.2
 * and 4.1.4.3).
 *
 * That it was not used before is no matter of a list of assertions: it answers one request of ours, and the login flow that
 * made the request is consumed by the first answer to it, whatever that is.
 * @param requestId of the login flow, which nobody else has
 * @throws ProviderRefusal
 */
export function checkAssertion(assertion: XmlElement, settings: SamlSettings, requestId: string): void {
  demandSame('Version of the assertion', attributeOf(assertion, 'Version'), '2.0', 'SAML_RESPONSE_INVALID');
  const issuer = onlyChild(assertion, ns.assertion, 'Issuer')?.textContent ?? null;
  demandSame('Issuer of the assertion', issuer, settings.issuer, 'ISSUER_MISMATCH');
  checkConditions(assertion, settings.ourEntityId);
  checkConfirmation(assertion, settings.acsUrl, requestId);
  const statements = childrenNamed(assertion, ns.assertion, 'AuthnStatement');
  demand(statements.length > 0, 'SAML_RESPONSE_INVALID', 'the assertion does not say that anybody signed in');
}

function checkConditions(assertion: XmlElement, ourEntityId: string): void {
  const conditions = onlyChild(assertion, ns.assertion, 'Conditions');
  demand(conditions !== null, 'SAML_AUDIENCE', 'the assertion has no conditions, or several');
  checkTimes('Conditions', conditions);
  const isHeeded = (child: XmlElement) => heeded.some((name) => isNamed(child, ns.assertion, name));
  demand(childrenOf(conditions).every(isHeeded), 'SAML_RESPONSE_INVALID', 'the assertion has an unknown condition');
  const restrictions = childrenNamed(conditions, ns.assertion, 'AudienceRestriction');
  demand(restrictions.length > 0, 'SAML_AUDIENCE', 'the assertion names no audience');
  for (const restriction of restrictions) {
    const audiences = childrenNamed(restriction, ns.assertion, 'Audience').map(({ textContent }) => textContent);
    const [other] = audiences;
    if (!audiences.includes(ourEntityId)) demandSame('Audience', other ?? null, ourEntityId, 'SAML_AUDIENCE');
  }
}

/** One that holds is enough. Where none does, the first one's failure is told. */
function checkConfirmation(assertion: XmlElement, acsUrl: string, requestId: string): void {
  const subject = onlyChild(assertion, ns.assertion, 'Subject');
  const confirmations = subject ? childrenNamed(subject, ns.assertion, 'SubjectConfirmation') : [];
  const bearers = confirmations.filter((confirmation) => attributeOf(confirmation, 'Method') === bearer);
  demand(bearers.length > 0, 'SAML_SUBJECT', 'the assertion has no bearer confirmation');
  const failures = bearers.map((confirmation) => failureOf(confirmation, acsUrl, requestId));
  const [first] = failures;
  if (first && failures.every((failure) => failure !== null)) throw first;
}

function failureOf(confirmation: XmlElement, acsUrl: string, requestId: string): ProviderRefusal | null {
  try {
    const data = onlyChild(confirmation, ns.assertion, 'SubjectConfirmationData');
    demand(data !== null, 'SAML_RECIPIENT', 'SubjectConfirmationData is missing');
    demandSame('Recipient', attributeOf(data, 'Recipient'), acsUrl, 'SAML_RECIPIENT');
    const answers = attributeOf(data, 'InResponseTo');
    demandSame('InResponseTo of the assertion', answers, requestId, 'SAML_OTHER_REQUEST');
    demand(data.hasAttribute('NotOnOrAfter'), 'SAML_TIME', 'SubjectConfirmationData has no NotOnOrAfter');
    checkTimes('SubjectConfirmationData', data);
    return null;
  } catch (error) {
    if (error instanceof ProviderRefusal) return error;
    throw error;
  }
}

function checkTimes(where: string, element: XmlElement): void {
  const now = Date.now();
  const [notBefore, notOnOrAfter] = [attributeOf(element, 'NotBefore'), attributeOf(element, 'NotOnOrAfter')];
  const told = `, and it is ${new Date(now).toISOString()} here`;
  if (notBefore !== null) {
    const isThere = instant(notBefore, `NotBefore of ${where}`) <= now + SKEW_SECONDS * 1000;
    demand(isThere, 'SAML_TIME', `${where} holds from ${notBefore}${told}`);
  }
  if (notOnOrAfter !== null) {
    const isLeft = instant(notOnOrAfter, `NotOnOrAfter of ${where}`) > now - SKEW_SECONDS * 1000;
    demand(isLeft, 'SAML_TIME', `${where} held until ${notOnOrAfter}${told}`);
  }
}

/**
 * Milliseconds since 1970. Core 1.3.3: always in UTC; a time without its zone would be another one in another place.
 * @throws ProviderRefusal
 */
export function instant(text: string, what: string): number {
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text);
  const time = isInstant ? Date.parse(text) : NaN;
  demand(!Number.isNaN(time), 'SAML_TIME', `${what} is ${quoted(text)}, which is no time in UTC`);
  return time;
}
