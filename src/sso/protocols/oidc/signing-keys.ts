import { z } from 'zod';
import { OutboundError } from '../../../platform/http/outbound-error.js';
import type { Fetch } from '../outbound-fetch.js';
import { fetchDocument } from './provider-document.js';

/** Keys of kinds that we do not know are the provider's business: openid-client picks the one that fits. */
const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

export type KeySet = z.output<typeof keySet>;

/** For so long a key that was asked for and not there is not asked for again; and after so many such keys, no other. */
const COOL_DOWN_MS = 15_000;
const MOST_ABSENT = 2;

interface Known {
  readonly uri: string;
  readonly set: KeySet;
  readonly keepUntil: number;
}

/**
 * The public keys of one provider. openid-client would wait a minute before it fetches them again, and refuse everybody
 * for that long after the provider has changed its keys. Here an unknown key is asked for at once, and once: a flood of
 * unknown ones reaches the provider as one request, or two, in each cool-down.
 */
export class SigningKeys {
  private known: Known | null = null;
  private underWay: Promise<Known> | null = null;
  /** By `kid`: until when it counts as not there. */
  private readonly absent = new Map<string, number>();

  /**
   * The key set in which a token's key should be.
   * @param kid of the token's header; without one no set that was kept can be known to be the right one
   * @throws OutboundError
   */
  async find(fetch: Fetch, uri: string, kid: string | undefined): Promise<KeySet> {
    const known = this.known?.uri === uri ? this.known : null;
    if (known && kid !== undefined) {
      const isThere = holds(known.set, kid);
      if (isThere ? Date.now() < known.keepUntil : !this.mayAskFor(kid)) return known.set;
    }
    const { set } = await this.fetchOnce(fetch, uri);
    if (kid !== undefined && !holds(set, kid)) this.absent.set(kid, Date.now() + COOL_DOWN_MS);
    return set;
  }

  private mayAskFor(kid: string): boolean {
    for (const [name, until] of this.absent) if (until <= Date.now()) this.absent.delete(name);
    return !this.absent.has(kid) && this.absent.size < MOST_ABSENT;
  }

  /** Whoever asks while the answer is under way gets the same one. */
  private fetchOnce(fetch: Fetch, uri: string): Promise<Known> {
    this.underWay ??= this.fetch(fetch, uri).finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  private async fetch(fetch: Fetch, uri: string): Promise<Known> {
    const { body, keepUntil } = await fetchDocument(fetch, uri);
    const read = keySet.safeParse(body);
    if (!read.success) throw new OutboundError('not-json', new URL(uri).host, { cause: read.error });
    this.known = { uri, set: read.data, keepUntil };
    return this.known;
  }
}

function holds({ keys }: KeySet, kid: string): boolean {
  return keys.some((key) => key.kid === kid);
}
