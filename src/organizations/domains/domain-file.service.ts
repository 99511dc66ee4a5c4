import { Injectable } from '@nestjs/common';
import { DnsLookup } from '../../platform/dns/dns-lookup.js';
import { OutboundError, type OutboundFailure } from '../../platform/http/outbound-error.js';
import { OutboundHttp } from '../../platform/http/outbound.js';
import { VALUE_PREFIX } from './domain-places.js';
import { plainly, type Answer, type Seen } from './domain-seen.js';
import type { ProofPlace } from './domain.types.js';

/** Many times what the line needs; longer than it is no file of ours. */
const MAX_BYTES = 1_024;

/** These say that the file is not there, or not where it may be; the others that it could not be asked for. */
const absences: readonly OutboundFailure[] = ['redirect', 'too-large', 'private-address', 'bad-status'];

/** Statuses that say nothing of the file: the server is busy, or asks for patience. */
const isPassing = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429;

/**
 * Fetches the file that proves a domain, from its very host: over https with a certificate for that name, through the
 * guard of outbound HTTP, and no further where the server sends us elsewhere.
 */
@Injectable()
export class DomainFile {
  constructor(
    private readonly http: OutboundHttp,
    private readonly dns: DnsLookup,
  ) {}

  /** Never rejects, and takes `withinMs` at the most. */
  async look({ name: url }: ProofPlace, withinMs: number): Promise<Seen> {
    const { hostname } = new URL(url);
    const end = performance.now() + withinMs;
    // That there is no such host is an answer, and DNS out of order is none: the request itself could not tell them apart.
    const address = await this.dns.address(hostname, Math.ceil(withinMs / 2));
    switch (address.outcome) {
      case 'found':
        return plainly(await this.fetch(url, hostname, end - performance.now()));
      case 'none':
        return plainly(absent(hostname, `${hostname} has no address in DNS.`));
      case 'failed':
        return plainly({ ...address, reason: `DNS gave no usable answer (${address.reason}).` });
    }
  }

  private async fetch(url: string, host: string, ms: number): Promise<Answer> {
    try {
      const signal = AbortSignal.timeout(Math.max(1, Math.round(ms)));
      const response = await this.http.fetch(url, {
        signal,
        maxBodyBytes: MAX_BYTES,
        headers: { accept: 'text/plain' },
      });
      if (!response.ok) throw new OutboundError('bad-status', host, { status: response.status });
      // An editor ends the line, which is no part of the value; a page of another kind is no file of ours.
      const text = (await response.text()).replace(/\r?\n$/, '');
      if (!text.includes(VALUE_PREFIX)) return absent(host, `${host} answered with something else.`);
      return { outcome: 'found', records: [text], chunked: false, askedOf: [host] };
    } catch (error) {
      const refusal = OutboundError.in(error) ?? new OutboundError('timeout', host, { cause: error });
      const isAnswer = absences.includes(refusal.reason) && !isPassing(refusal.status ?? 0);
      return isAnswer ? absent(host, refusal.message) : { outcome: 'failed', reason: refusal.message, askedOf: [host] };
    }
  }
}

const absent = (host: string, reason: string): Answer => ({
  outcome: 'none',
  reason,
  rememberedSeconds: null,
  askedOf: [host],
});
