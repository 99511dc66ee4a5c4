import { ConfigError } from '../../platform/config/config-error.js';
import type { ProviderField } from '../../platform/config/config.schema.js';
import type { ProviderConfig } from '../../platform/config/config.js';
import type { Vendor } from '../providers/providers.js';
import type { VendorAddress } from '../providers/vendor.js';

/** What a field of a provider is called there where the operator wrote it. */
export type Naming = (field: ProviderField | 'PKCE' | 'CLAIMS') => string;

/** The name of a variable, or a field of a provider in YAML. */
export function namesOf({ from, vendor, key }: ProviderConfig): Naming {
  if (from === 'environment') return (field) => `AUTH_${vendor}_${field}`;
  return (field) => `auth.oidc.providers, ${key}: ${field === 'ISSUER' ? 'issuer_url' : field.toLowerCase()}`;
}

export const settingOf = {
  issuer: 'ISSUER',
  tenantId: 'TENANT_ID',
  baseUrl: 'BASE_URL',
} as const satisfies Record<keyof VendorAddress, ProviderField>;

/** A field that this vendor has no use for was meant for something, and silence would hide what. @throws ConfigError */
export function refuseForeignFields(provider: ProviderConfig, vendor: Vendor, setting: Naming): void {
  for (const field of ['issuer', 'tenantId', 'baseUrl'] as const) {
    if (provider[field] !== null && !vendor.address.includes(field))
      throw new ConfigError(setting(settingOf[field]), `nothing: ${vendor.name} has no such setting`);
  }
  const isNamed = Object.values(provider.claims).some((claim) => claim !== null);
  if (isNamed && provider.vendor !== 'CUSTOM')
    throw new ConfigError(setting('CLAIMS'), `nothing: ${vendor.name} names them itself`);
  if (vendor.protocol === 'github' && provider.signOutAtProvider)
    throw new ConfigError(setting('SIGN_OUT_AT_PROVIDER'), `false: ${vendor.name} has no way to sign out from here`);
}
