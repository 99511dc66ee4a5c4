import { Injectable } from '@nestjs/common';
import { AppError } from '../../../platform/errors/app-error.js';
import { OutboundHttp } from '../../../platform/http/outbound.js';
import { OutboundError } from '../../../platform/http/outbound-error.js';
import type { GithubSettings } from '../../sources/sign-in-source.types.js';
import { githubEndpoints } from '../../providers/github-vendor.js';
import { fetchWithin, PATIENCE_MS } from '../outbound-fetch.js';
import { GithubRelyingParty } from './github-relying-party.js';

@Injectable()
export class GithubClientService {
  constructor(private readonly outbound: OutboundHttp) {}

  /**
   * Looks at the address of GitHub, or an installation of it, that an administrator has just typed. Nobody is asked: GitHub
   * describes itself nowhere, so that a first sign-in is what shows whether it is right.
   * @throws ISSUER_NOT_ALLOWED
   */
  inspect(issuer: string): void {
    const { authorizationEndpoint, tokenEndpoint, apiUrl } = githubEndpoints(issuer);
    try {
      for (const url of [authorizationEndpoint, tokenEndpoint, apiUrl]) this.outbound.assertAllowedUrl(url);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const message = `The identity provider cannot be used: ${error.message}`;
      throw new AppError('ISSUER_NOT_ALLOWED', { message, facts: { host: error.host }, cause: error });
    }
  }

  /** Makes us ready for the end of a sign-in: all that it asks of GitHub is answered within four seconds. */
  relyingPartyFor(settings: GithubSettings): GithubRelyingParty {
    return new GithubRelyingParty(settings, fetchWithin(this.outbound, PATIENCE_MS));
  }
}
