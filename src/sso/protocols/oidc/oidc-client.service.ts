import { Injectable } from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';
import { OutboundHttp } from '../../../platform/http/outbound.js';
import type { OidcSettings } from '../../sources/sign-in-source.types.js';
import { refusalIn } from './explain-refusal.js';
import { OidcRelyingParty, type Provider } from './oidc-relying-party.js';
import { fetchWithin, PATIENCE_MS, type Fetch } from '../outbound-fetch.js';
import { discover, type ProviderMetadata } from './provider-metadata.js';
import type { RelyingParty } from './relying-party.types.js';
import { SigningKeys } from './signing-keys.js';

/** Providers that are remembered at once; the one least recently used is forgotten first. */
const MOST_REMEMBERED = 1_000;

const COURTESY_MS = 1_500;

/** What is public about a provider, by its issuer. A client's secret is no part of it, so a changed one counts at once. */
interface Remembered {
  metadata: ProviderMetadata | null;
  keepUntil: number;
  underWay: Promise<ProviderMetadata> | null;
  readonly keys: SigningKeys;
}

@Injectable()
export class OidcClientService {
  private readonly providers = new Map<string, Remembered>();

  constructor(private readonly outbound: OutboundHttp) {}

  /**
   * Asks a provider who it is, as an administrator who has just typed its issuer wants to know. Nothing is remembered.
   * @throws ISSUER_NOT_ALLOWED, ISSUER_UNREACHABLE, ISSUER_MISMATCH
   */
  async inspect(issuer: string): Promise<ProviderMetadata> {
    const { metadata } = await discover(this.outbound, fetchWithin(this.outbound, PATIENCE_MS), issuer);
    return metadata;
  }

  /**
   * Makes us ready for one step of a sign-in: all that this step asks of the provider is answered within four seconds.
   * @throws ProviderRefusal when the provider can't be reached, or is not who it was
   */
  async relyingPartyFor(settings: OidcSettings): Promise<RelyingParty> {
    const fetch = fetchWithin(this.outbound, PATIENCE_MS);
    try {
      return new OidcRelyingParty(settings, await this.providerOf(settings, fetch), fetch);
    } catch (error) {
      throw refusalIn(error, 'callback') ?? error;
    }
  }

  /**
   * Where somebody goes who wants to sign out at the provider too.
   * @returns null where it has no such place, or does not say so within a second and a half: nobody waits to sign out
   */
  endSessionEndpoint(settings: OidcSettings): Promise<string | null> {
    const answer = this.providerOf(settings, fetchWithin(this.outbound, PATIENCE_MS)).then(
      ({ metadata }) => metadata.end_session_endpoint ?? null,
      (error: unknown) => {
        if (refusalIn(error, 'callback')) return null;
        throw error;
      },
    );
    return Promise.race([answer, setTimeout(COURTESY_MS, null, { ref: false })]);
  }

  private async providerOf({ issuer, quirks }: OidcSettings, fetch: Fetch): Promise<Provider> {
    const remembered = this.recall(issuer);
    const { metadata, keepUntil, keys } = remembered;
    if (metadata && Date.now() < keepUntil) return { metadata, keys };
    remembered.underWay ??= this.learn(remembered, { issuer, name: quirks.describedAs(issuer) }, fetch);
    return { metadata: await remembered.underWay, keys };
  }

  private async learn(
    remembered: Remembered,
    { issuer, name }: { readonly issuer: string; readonly name: string },
    fetch: Fetch,
  ): Promise<ProviderMetadata> {
    try {
      return Object.assign(remembered, await discover(this.outbound, fetch, issuer, name)).metadata;
    } finally {
      remembered.underWay = null;
    }
  }

  private recall(issuer: string): Remembered {
    const known = this.providers.get(issuer) ?? {
      metadata: null,
      keepUntil: 0,
      underWay: null,
      keys: new SigningKeys(),
    };
    this.providers.delete(issuer);
    this.providers.set(issuer, known);
    const [oldest] = this.providers.keys();
    if (this.providers.size > MOST_REMEMBERED && oldest !== undefined) this.providers.delete(oldest);
    return known;
  }
}
