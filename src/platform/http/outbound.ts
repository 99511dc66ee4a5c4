import {
  Agent,
  fetch as undiciFetch,
  type RequestInit as UndiciRequestInit,
  type Response as UndiciResponse,
} from 'undici';
import { AllowedHosts } from './outbound-allowed-hosts.js';
import { isLocalName, isPublicAddress, literalAddress } from './outbound-address.js';
import { guardedConnector, resolveLikeTheSystem, resolvePublicNames, type Resolve } from './outbound-connector.js';
import { explainFailure, OutboundError } from './outbound-error.js';

export interface OutboundPolicy {
  /** `OUTBOUND_ALLOWED_HOSTS`: `host` or `host:port`; these may be private addresses and plain http. */
  readonly allowedHosts: readonly string[];
}

/** The part of `RequestInit` that is heeded. Redirects are never followed, whatever `redirect` says. */
export interface OutboundRequest {
  readonly method?: string;
  readonly headers?: NonNullable<RequestInit['headers']>;
  readonly body?: RequestInit['body'] | undefined;
  readonly signal?: AbortSignal | null;
  readonly redirect?: NonNullable<RequestInit['redirect']>;
  /** Less than the limit for all, where so much would be too much already. */
  readonly maxBodyBytes?: number;
}

export interface OutboundOptions {
  /** From the call to the last byte of the body. */
  readonly deadlineMs: number;
  readonly maxHeaderBytes: number;
  /** Of the body, decompressed. */
  readonly maxBodyBytes: number;
  /** Requests under way to one origin; more wait, within their own deadline, and hold up no other origin. */
  readonly connectionsPerOrigin: number;
  /** How long a connection is kept for a next request, whatever the server offers. */
  readonly keepAliveMs: number;
  readonly resolveAllowed: Resolve;
  readonly resolveOther: Resolve;
  /** Certificate authorities instead of those that Node.js trusts. */
  readonly authorities: string | undefined;
}

const defaults: OutboundOptions = {
  deadlineMs: 5000,
  maxHeaderBytes: 16 * 1024,
  maxBodyBytes: 256 * 1024,
  connectionsPerOrigin: 8,
  keepAliveMs: 10_000,
  resolveAllowed: resolveLikeTheSystem,
  resolveOther: resolvePublicNames(),
  authorities: undefined,
};

/** Statuses whose answer has no body; `Response` refuses one there. */
const bodiless = new Set([204, 205, 304]);

/**
 * The one client for outbound HTTP. The addresses that it calls were typed by administrators of organizations, who
 * must not reach the network that we stand in (server-side request forgery): hosts are public and https, except those
 * that the operator allowed; redirects are not followed; time, size and concurrency are capped.
 */
export class OutboundHttp {
  private readonly allowed: AllowedHosts;
  private readonly options: OutboundOptions;
  private readonly agent: Agent;
  private closing: Promise<void> | undefined;

  constructor(policy: OutboundPolicy, options: Partial<OutboundOptions> = {}) {
    this.allowed = new AllowedHosts(policy.allowedHosts);
    this.options = { ...defaults, ...options };
    const { deadlineMs, maxHeaderBytes, connectionsPerOrigin, keepAliveMs } = this.options;
    this.agent = new Agent({
      connect: guardedConnector({ ...this.options, allowed: this.allowed, timeoutMs: deadlineMs }),
      connections: connectionsPerOrigin,
      maxHeaderSize: maxHeaderBytes,
      keepAliveMaxTimeout: keepAliveMs,
    });
  }

  /**
   * A `fetch` for libraries that take one (openid-client's `customFetch`). The whole body has been read when it
   * resolves. Rejects with an `OutboundError`, or with the reason of the caller's own signal.
   */
  readonly fetch = async (input: string | URL, init: OutboundRequest = {}): Promise<Response> => {
    const url = this.assertAllowedUrl(input);
    const deadline = startDeadline(this.options.deadlineMs, url.host, init.signal);
    try {
      return await this.exchange(url, init, deadline.signal);
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : explainFailure(error, url.host);
    } finally {
      deadline.stop();
    }
  };

  /** The parsed body of a 2xx answer; what it should look like is the caller's to check. Throws `OutboundError`. */
  async getJson(url: string | URL, init: Pick<OutboundRequest, 'headers' | 'signal'> = {}): Promise<unknown> {
    const headers = new Headers(init.headers);
    if (!headers.has('accept')) headers.set('accept', 'application/json');
    const response = await this.fetch(url, { ...init, headers });
    const { host } = new URL(url);
    if (!response.ok) throw new OutboundError('bad-status', host, { status: response.status });
    return response.json().catch((cause: unknown) => {
      throw new OutboundError('not-json', host, { status: response.status, cause });
    });
  }

  /**
   * The part of the check that needs no network, made at every request and fit for the moment when an administrator
   * saves an address.
   * @throws OutboundError `invalid-url`, `not-https` or `private-address`
   */
  assertAllowedUrl(input: string | URL): URL {
    if (!URL.canParse(String(input))) throw new OutboundError('invalid-url', '');
    const url = new URL(input);
    if (!['http:', 'https:'].includes(url.protocol)) throw new OutboundError('not-https', url.host);
    if (url.username !== '' || url.password !== '') throw new OutboundError('invalid-url', url.host);
    if (this.allowed.has(url)) return url;

    const literal = literalAddress(url.hostname);
    const isPrivate = literal === null ? isLocalName(url.hostname) : !isPublicAddress(literal);
    if (isPrivate) throw new OutboundError('private-address', url.host);
    if (url.protocol !== 'https:') throw new OutboundError('not-https', url.host);
    return url;
  }

  /** Refuses new requests, lets those under way end (within their deadline), and closes idle connections. */
  close(): Promise<void> {
    this.closing ??= this.agent.close();
    return this.closing;
  }

  /** Nest calls this at shutdown. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private async exchange(url: URL, init: OutboundRequest, signal: AbortSignal): Promise<Response> {
    const { method, headers, body, maxBodyBytes = this.options.maxBodyBytes } = init;
    const request = { method, headers, body, signal, redirect: 'manual', duplex: 'half', dispatcher: this.agent };
    const answer = await undiciFetch(url, request as UndiciRequestInit);
    if (answer.status >= 300 && answer.status < 400 && answer.headers.has('location')) {
      await answer.body?.cancel();
      throw new OutboundError('redirect', url.host, { status: answer.status });
    }
    const bytes = await readCapped(answer, url.host, Math.min(maxBodyBytes, this.options.maxBodyBytes));
    return new Response(bodiless.has(answer.status) ? null : bytes, {
      status: answer.status,
      statusText: answer.statusText,
      headers: headersWithoutTransport(answer),
    });
  }
}

/** Aborts after `ms`, or when the caller does, each with its own reason; `stop` leaves no timer and no listener behind. */
function startDeadline(ms: number, host: string, caller: AbortSignal | null | undefined) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new OutboundError('timeout', host)), ms);
  const onCaller = () => controller.abort(caller?.reason);
  if (caller?.aborted) onCaller();
  caller?.addEventListener('abort', onCaller, { once: true });
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onCaller);
    },
  };
}

/** Reads chunk by chunk, so that a small compressed answer which unpacks to gigabytes is dropped at the limit. */
async function readCapped(answer: UndiciResponse, host: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.byteLength;
    if (size > maxBytes) throw new OutboundError('too-large', host, { status: answer.status });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The headers, but for those that described the bytes on the wire. */
function headersWithoutTransport(answer: UndiciResponse): Headers {
  const headers = new Headers([...answer.headers]);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name);
  return headers;
}
