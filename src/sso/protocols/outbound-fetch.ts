import type { OutboundHttp } from '../../platform/http/outbound.js';
import { OutboundError } from '../../platform/http/outbound-error.js';

export type Fetch = OutboundHttp['fetch'];

/** For all that one request of a browser makes us ask of a provider, so that the browser is answered within five seconds, on a busy machine too. */
export const PATIENCE_MS = 4_000;

/** The guarded `fetch`, with one deadline for all calls that are made with it. */
export function fetchWithin(outbound: OutboundHttp, ms: number): Fetch {
  const deadline = AbortSignal.timeout(ms);
  return async (input, init) => {
    try {
      return await outbound.fetch(input, { ...init, signal: deadline });
    } catch (error) {
      throw deadline.aborted ? new OutboundError('timeout', new URL(input).host, { cause: error }) : error;
    }
  };
}
