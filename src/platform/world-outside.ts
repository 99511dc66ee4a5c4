import type { Config } from './config/config.js';
import { DnsLookup } from './dns/dns-lookup.js';
import { OutboundHttp } from './http/outbound.js';

/** The ports through which strangers' servers are reached. Tests give their own, which lead to servers on loopback. */
export interface WorldOutside {
  readonly http: OutboundHttp;
  readonly dns: DnsLookup;
}

/** As it is configured. */
export function worldOutside({ dnsResolvers, outboundAllowedHosts: allowedHosts }: Config): WorldOutside {
  return {
    http: new OutboundHttp({ allowedHosts }),
    // Half a second of the five is left for the rest of the request.
    dns: new DnsLookup({ servers: dnsResolvers, allowedHosts, deadlineMs: 4_500 }),
  };
}
