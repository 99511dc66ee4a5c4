import type { VendorForm } from './vendor-form.js';

/** What is typed of a SAML identity provider. */
export type SamlInput = 'metadataUrl' | 'metadataXml';

/** Any identity provider that speaks SAML 2.0. One of the two fields is enough. */
export const samlForm: VendorForm<SamlInput> = {
  fields: [
    {
      name: 'metadataUrl',
      kind: 'URL',
      required: false,
      label: 'Metadata URL',
      help: 'On the page of the application at the identity provider: the address of its metadata (App Federation Metadata URL, IdP metadata). Best where there is one, since new certificates are read from there.',
      example: 'https://login.example.com/saml/metadata',
    },
    {
      name: 'metadataXml',
      kind: 'TEXT',
      required: false,
      label: 'Metadata XML',
      help: 'In the file that the identity provider offers for download, where its metadata has no address.',
    },
  ],
  steps: [
    'At the identity provider create an application of the type SAML 2.0.',
    'Where it reads the service provider’s metadata give it {{metadataUrl}}, and the next step is done.',
    'Otherwise enter {{entityId}} as entity ID (Audience URI, Identifier) and {{acsUrl}} as assertion consumer service (ACS URL, Reply URL, Single sign-on URL), with the binding HTTP-POST.',
    'Let it send a NameID that stays the same for a person (the format persistent), and the email address in an attribute called email.',
    'Let it sign the assertions (SHA-256).',
    'Choose who may use the application.',
    'Copy the address of the identity provider’s metadata, or download the metadata as a file.',
  ],
};
