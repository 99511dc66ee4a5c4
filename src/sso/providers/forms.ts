import { ssoProviders, type SsoProvider } from '../connections/sso-connection.types.js';
import { vendors } from './providers.js';
import { samlForm, type SamlInput } from './saml.js';
import type { FormFieldName, VendorForm } from './vendor-form.js';

/** The form of a vendor that an organization can have a connection to. */
export interface ProviderForm extends VendorForm<FormFieldName | SamlInput> {
  readonly provider: SsoProvider;
  /** As the vendor's customers know it. */
  readonly name: string;
  /** The last part of a connection's key. */
  readonly keySuffix: string;
  readonly protocol: 'oidc' | 'github' | 'saml';
}

export function formOf(provider: SsoProvider): ProviderForm {
  if (provider === 'SAML') return { provider, name: 'SAML 2.0', keySuffix: 'saml', protocol: 'saml', ...samlForm };
  const { form, name, keySuffix, protocol } = vendors[provider];
  if (!form) throw new Error(`${provider} can be a connection and has no form.`);
  return { provider, name, keySuffix, protocol, ...form };
}

/** Every form, in the order in which to offer them. */
export function listForms(): ProviderForm[] {
  return ssoProviders.map(formOf);
}
