import { Injectable } from '@nestjs/common';
import { isIP } from 'node:net';
import { Config } from '../../../platform/config/config.js';

/** What Gatehouse calls itself to an authenticator. By ROOT_URL alone: what a request says of its host counts for nothing. */
@Injectable()
export class RelyingParty {
  readonly id: string;
  readonly origin: string;
  /** Whether browsers have passkeys for this address: a name rather than a number, and https but for localhost. */
  readonly hasPasskeys: boolean;

  constructor({ rootUrl }: Config) {
    const { hostname, origin, protocol } = new URL(rootUrl);
    this.id = hostname;
    this.origin = origin;
    const isNumber = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
    this.hasPasskeys = !isNumber && (protocol === 'https:' || /(^|\.)localhost$/.test(hostname));
  }
}
