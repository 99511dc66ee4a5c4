import { OutboundError } from '../../../platform/http/outbound-error.js';
import type { Fetch } from '../outbound-fetch.js';

/** JSON that a provider publishes about itself. */
export interface ProviderDocument {
  readonly body: unknown;
  /** Milliseconds since 1970 until which it need not be asked again. */
  readonly keepUntil: number;
}

const LONGEST_SECONDS = 600;

/** @throws OutboundError, also for what is not JSON */
export async function fetchDocument(fetch: Fetch, url: string): Promise<ProviderDocument> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  const { host } = new URL(url);
  if (response.status !== 200) throw new OutboundError('bad-status', host, { status: response.status });
  const body: unknown = await response.json().catch((cause: unknown) => {
    throw new OutboundError('not-json', host, { status: response.status, cause });
  });
  return { body, keepUntil: Date.now() + 1000 * secondsToKeep(response.headers.get('cache-control') ?? '') };
}

/**
 * As long as the provider says (RFC 9111, 5.2.2), and ten minutes at most: a key or an endpoint that the provider has
 * taken back is out of use by then. Where it says nothing, not at all.
 */
function secondsToKeep(cacheControl: string): number {
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return 0;
  const seconds = Number(/\bmax-age="?(\d{1,9})/i.exec(cacheControl)?.[1] ?? 0);
  return Math.min(seconds, LONGEST_SECONDS);
}
