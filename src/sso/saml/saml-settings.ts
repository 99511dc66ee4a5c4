import { invalid } from '../../platform/errors/app-error.js';
import { certificateFrom, type IdpCertificate } from '../protocols/saml/idp-certificate.js';
import { readIdpMetadata, type IdpMetadata } from '../protocols/saml/idp-metadata.js';
import type { SamlIdentityProvider, SamlProviderCertificate } from './saml-identity-provider.types.js';
import type { SamlAttributeNames } from '../sources/sign-in-source.types.js';

/** What an administrator types of a SAML identity provider: its metadata in one of two ways, or its three parts. */
export interface TypedSaml {
  readonly metadataUrl?: string | null;
  readonly metadataXml?: string | null;
  readonly entityId?: string | null;
  readonly ssoUrl?: string | null;
  readonly certificates?: readonly string[] | null;
  readonly signRequests?: boolean | null;
  readonly allowIdpInitiated?: boolean | null;
  readonly nameIdFormat?: string | null;
  readonly subjectAttribute?: string | null;
  readonly emailAttribute?: string | null;
  readonly nameAttribute?: string | null;
  readonly groupsAttribute?: string | null;
}

/** Who the identity provider is, once its metadata was read. */
export interface ReadSaml {
  readonly entityId: string;
  readonly saml: SamlIdentityProvider;
}

/** What was saved before; null on a new connection. */
type Kept = { readonly issuer: string; readonly saml: SamlIdentityProvider } | null;

/**
 * The identity provider that is meant. What is left out stays as it was.
 * @param fetchMetadata asks the address of the metadata
 * @throws VALIDATION_FAILED, naming the field; and what `fetchMetadata` throws
 */
export async function samlFrom(
  typed: TypedSaml,
  kept: Kept,
  fetchMetadata: (url: string) => Promise<IdpMetadata>,
): Promise<ReadSaml> {
  const { entityId, ...provider } = await providerFrom(typed, kept, fetchMetadata);
  const before = kept?.saml;
  return {
    entityId,
    saml: {
      ...provider,
      signRequests: typed.signRequests ?? before?.signRequests ?? false,
      allowIdpInitiated: typed.allowIdpInitiated ?? before?.allowIdpInitiated ?? false,
      nameIdFormat: typed.nameIdFormat === undefined ? (before?.nameIdFormat ?? null) : typed.nameIdFormat,
      attributes: attributesFrom(typed, before),
    },
  };
}

type Provider = Pick<SamlIdentityProvider, 'metadataUrl' | 'ssoUrl' | 'certificates'> & { readonly entityId: string };

async function providerFrom(
  typed: TypedSaml,
  kept: Kept,
  fetchMetadata: (url: string) => Promise<IdpMetadata>,
): Promise<Provider> {
  const { metadataUrl = null, metadataXml = null } = typed;
  if (metadataUrl !== null && metadataXml !== null)
    throw invalid('saml.metadataXml', 'Give the address of the metadata or the metadata itself, and not both.');
  if (metadataUrl !== null) return fromMetadata(await fetchMetadata(addressFrom(metadataUrl)), metadataUrl.trim());
  if (metadataXml !== null) return fromMetadata(readIdpMetadata(metadataXml), null);
  return byHand(typed, kept);
}

function addressFrom(metadataUrl: string): string {
  const address = metadataUrl.trim();
  if (!URL.canParse(address))
    throw invalid(
      'saml.metadataUrl',
      'metadataUrl must be an absolute URL, such as https://login.example.com/metadata.',
    );
  return address;
}

function fromMetadata({ entityId, ssoUrl, certificates }: IdpMetadata, metadataUrl: string | null): Provider {
  return { entityId, metadataUrl, ssoUrl, certificates: certificates.map(storedCertificate) };
}

/** Each part that is not given stays; all of them are needed on a new connection. */
function byHand({ entityId, ssoUrl, certificates }: TypedSaml, before: Kept): Provider {
  const found = {
    entityId: entityId?.trim() ?? before?.issuer,
    ssoUrl: ssoUrl?.trim() ?? before?.saml.ssoUrl,
    certificates: certificates?.map((text) => storedCertificate(certificateFrom(text))) ?? before?.saml.certificates,
  };
  if (found.entityId === undefined && found.ssoUrl === undefined && found.certificates === undefined)
    throw invalid(
      'saml.metadataUrl',
      'metadataUrl is missing: give the address of the identity provider’s metadata, or metadataXml.',
    );
  if (!found.entityId) throw invalid('saml.entityId', 'entityId is missing: what the identity provider calls itself.');
  if (!found.ssoUrl || !/^https?:\/\//i.test(found.ssoUrl) || !URL.canParse(found.ssoUrl))
    throw invalid('saml.ssoUrl', 'ssoUrl must be the absolute URL of the identity provider’s single sign-on service.');
  if (!found.certificates || found.certificates.length === 0)
    throw invalid('saml.certificates', 'certificates is missing: the identity provider’s signing certificate, in PEM.');
  const isChanged = [entityId, ssoUrl, certificates].some((part) => (part ?? null) !== null);
  return {
    entityId: found.entityId,
    // Read again from there, what was given by hand would not last.
    metadataUrl: isChanged ? null : (before?.saml.metadataUrl ?? null),
    ssoUrl: found.ssoUrl,
    certificates: found.certificates,
  };
}

export const storedCertificate = ({ pem, notAfter, fingerprint }: IdpCertificate): SamlProviderCertificate => ({
  pem,
  notAfter: notAfter.toISOString(),
  fingerprint,
});

/** Null brings the usual names back. */
function attributesFrom(typed: TypedSaml, before: SamlIdentityProvider | undefined): SamlAttributeNames {
  const either = (given: string | null | undefined, name: keyof SamlAttributeNames) =>
    given === undefined ? (before?.attributes[name] ?? null) : given;
  return {
    subject: either(typed.subjectAttribute, 'subject'),
    email: either(typed.emailAttribute, 'email'),
    name: either(typed.nameAttribute, 'name'),
    groups: either(typed.groupsAttribute, 'groups'),
  };
}
