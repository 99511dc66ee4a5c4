import type { SamlAttributeNames, SamlSettings } from '../../sources/sign-in-source.types.js';
import { isSubject } from '../oidc/id-token.js';
import type { ProviderProof } from '../provider-proof.types.js';
import { instant } from './assertion-checks.js';
import { demand } from './demand.js';
import { nameIdFormats, ns } from './saml-names.js';
import { attributeOf, childrenNamed, onlyChild, type XmlElement } from './xml.js';

const xmlsoap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** What the makers of identity providers call things, the most telling first. Compared without regard to case. */
const usualNames = {
  email: [
    'email',
    'mail',
    'emailAddress',
    'User.email', // OneLogin
    'urn:oid:0.9.2342.19200300.100.1.3',
    `${xmlsoap}/emailaddress`, // Entra ID, AD FS
    `${xmlsoap}/email`,
    'urn:oid:1.2.840.113549.1.9.1',
  ],
  name: [
    'displayName',
    'urn:oid:2.16.840.1.113730.3.1.241',
    'http://schemas.microsoft.com/identity/claims/displayname',
    'name',
    'cn',
    'urn:oid:2.5.4.3',
  ],
  givenName: ['givenName', 'firstName', 'User.FirstName', 'first_name', 'urn:oid:2.5.4.42', `${xmlsoap}/givenname`],
  familyName: ['surname', 'sn', 'lastName', 'User.LastName', 'last_name', 'urn:oid:2.5.4.4', `${xmlsoap}/surname`],
  groups: [
    'groups',
    'group',
    'memberOf',
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
    'http://schemas.xmlsoap.org/claims/Group',
    'urn:oid:1.3.6.1.4.1.5923.1.5.1.1',
  ],
} as const;

type Attributes = ReadonlyMap<string, readonly string[]>;

/**
 * Who it is that an assertion speaks of, once every check has passed. SAML has no word on whether an email is verified. The
 * claims are the attributes; `groups` and `auth_time` are called so whatever the provider calls them.
 * @throws ProviderRefusal where nobody is named who could be known again the next time
 */
export function proofOf(assertion: XmlElement, { issuer, attributes: names }: SamlSettings): ProviderProof {
  const attributes = attributesOf(assertion);
  const nameId = nameIdOf(assertion);
  const groups = valuesOf(attributes, named(names.groups, usualNames.groups));
  const byName = [...attributes].map(([name, values]) => [name, values.length === 1 ? values[0] : values] as const);
  return {
    issuer,
    subject: subjectOf(nameId, attributes, names),
    email: emailOf(nameId, attributes, names),
    emailVerified: undefined,
    name: nameOf(attributes, names),
    claims: { ...Object.fromEntries(byName), ...(groups.length > 0 ? { groups } : {}), auth_time: provenAt(assertion) },
  };
}

/** When the person last proved themselves to the provider, in seconds: the `auth_time` of OpenID Connect. */
function provenAt(assertion: XmlElement): number {
  const statements = childrenNamed(assertion, ns.assertion, 'AuthnStatement');
  const times = statements.map((each) => instant(attributeOf(each, 'AuthnInstant') ?? '', 'AuthnInstant'));
  return Math.floor(Math.max(...times) / 1000);
}

interface NameId {
  readonly value: string;
  readonly format: string | null;
}

function nameIdOf(assertion: XmlElement): NameId | null {
  const subject = onlyChild(assertion, ns.assertion, 'Subject');
  const nameId = subject && onlyChild(subject, ns.assertion, 'NameID');
  return nameId && { value: nameId.textContent, format: attributeOf(nameId, 'Format') };
}

/** By name. Values that are empty are none; one name in several statements is one attribute. */
function attributesOf(assertion: XmlElement): Attributes {
  const attributes = new Map<string, string[]>();
  for (const statement of childrenNamed(assertion, ns.assertion, 'AttributeStatement')) {
    for (const attribute of childrenNamed(statement, ns.assertion, 'Attribute')) {
      const name = attributeOf(attribute, 'Name') ?? '';
      const values = childrenNamed(attribute, ns.assertion, 'AttributeValue').map((value) => value.textContent.trim());
      attributes.set(name, [...(attributes.get(name) ?? []), ...values.filter((value) => value !== '')]);
    }
  }
  return attributes;
}

function subjectOf(nameId: NameId | null, attributes: Attributes, names: SamlAttributeNames): string {
  if (names.subject !== null) {
    const subject = only(attributes, [names.subject]);
    demand(isSubject(subject), 'SAML_SUBJECT', `the attribute "${names.subject}" does not hold one name of a person`);
    return subject;
  }
  demand(nameId !== null, 'SAML_SUBJECT', 'the assertion has no NameID that can be read');
  demand(
    nameId.format !== nameIdFormats.transient,
    'SAML_SUBJECT',
    'the NameID is transient, another one at every sign-in: have a persistent one sent, or name the attribute that identifies people',
  );
  demand(isSubject(nameId.value), 'SAML_SUBJECT', 'the NameID is empty, too long or not printable');
  return nameId.value;
}

/** What is called an email comes before a NameID in the form of one, which may be a login that gets no mail (Entra ID). */
function emailOf(nameId: NameId | null, attributes: Attributes, names: SamlAttributeNames): string | null {
  const email = only(attributes, named(names.email, usualNames.email));
  if (email !== null || names.email !== null) return email;
  return nameId?.format === nameIdFormats.email ? nameId.value.trim() : null;
}

function nameOf(attributes: Attributes, names: SamlAttributeNames): string | null {
  const name = only(attributes, named(names.name, usualNames.name));
  if (name !== null || names.name !== null) return name;
  const both = [only(attributes, usualNames.givenName), only(attributes, usualNames.familyName)];
  return both.filter((part) => part !== null).join(' ') || null;
}

function named(configured: string | null, usual: readonly string[]): readonly string[] {
  return configured === null ? usual : [configured];
}

/** The value of the first of these that is there. Where it has several, the order would decide who somebody is: none then. */
function only(attributes: Attributes, names: readonly string[]): string | null {
  const [value, another] = valuesOf(attributes, names);
  return another === undefined ? (value ?? null) : null;
}

function valuesOf(attributes: Attributes, names: readonly string[]): readonly string[] {
  for (const name of names) {
    const found = [...attributes].filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase());
    const values = found.flatMap(([, each]) => each);
    if (values.length > 0) return values;
  }
  return [];
}
