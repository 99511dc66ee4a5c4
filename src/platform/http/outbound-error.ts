/** Why an outbound request was refused or failed. */
export type OutboundFailure =
  | 'invalid-url'
  | 'private-address'
  | 'not-https'
  | 'unresolvable'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'too-large'
  | 'redirect'
  | 'bad-status'
  | 'not-json';

const words: Record<OutboundFailure, string> = {
  'invalid-url': 'is not an address that can be called: it must be an absolute URL without a user name or password',
  'private-address':
    'is a private or reserved network address; only hosts that the operator lists in OUTBOUND_ALLOWED_HOSTS may be',
  'not-https':
    'must be called over https; only hosts that the operator lists in OUTBOUND_ALLOWED_HOSTS may use plain http',
  unresolvable: 'has no address in DNS, or DNS did not answer',
  unreachable: 'could not be reached, or broke off the connection',
  tls: 'did not prove its identity: its TLS certificate is not trusted, has expired, or names another host',
  timeout: 'did not answer in time',
  'too-large': 'answered with more data than is accepted',
  redirect: 'answered with a redirect, which is not followed',
  'bad-status': 'answered with an error',
  'not-json': 'did not answer with JSON',
};

/**
 * A refused or failed outbound request. The message is fit for the administrator who typed the address: it repeats
 * the host as typed and never an address that the host resolved to. What lies beneath is in `cause`, for the log.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly reason: OutboundFailure,
    /** Host and port as in the URL; empty where the URL could not be read. */
    readonly host: string,
    private readonly origin: { status?: number; cause?: unknown } = {},
  ) {
    const status = origin.status === undefined ? '' : ` (HTTP ${origin.status})`;
    super(`${host === '' ? 'This' : host} ${words[reason]}${status}.`, { cause: origin.cause });
  }

  /** The HTTP status, where there was an answer. */
  get status(): number | undefined {
    return this.origin.status;
  }

  /** Finds the refusal inside what a library (openid-client, undici) wrapped around it. */
  static in(error: unknown): OutboundError | null {
    return causesOf(error).find((cause) => cause instanceof OutboundError) ?? null;
  }
}

/** Names what went wrong beneath `fetch`. An error without a cause is a mistake in our own call and handed back as it is. */
export function explainFailure(error: unknown, host: string): unknown {
  const known = OutboundError.in(error);
  if (known) return known;

  const chain = causesOf(error);
  if (chain.length < 2) return error;
  const innermostCode = chain.flatMap(codeOf).at(-1) ?? '';
  return new OutboundError(reasonOf(innermostCode), host, { cause: error });
}

function reasonOf(code: string): OutboundFailure {
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'too-large';
  if (code === 'ETIMEDOUT' || /^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$/.test(code)) return 'timeout';
  // EPROTO, ERR_SSL_* and ERR_TLS_* are Node's; the others are the names of OpenSSL's X.509 verification results.
  if (/^(EPROTO|ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_CA)/.test(code))
    return 'tls';
  return 'unreachable';
}

/** The error and everything it says was its cause, outermost first. Not by `instanceof`: Node's own errors may be of another realm. */
function causesOf(error: unknown): object[] {
  const chain: object[] = [];
  let link: unknown = error;
  while (typeof link === 'object' && link !== null && !chain.includes(link)) {
    chain.push(link);
    link = 'cause' in link ? link.cause : undefined;
  }
  return chain;
}

function codeOf(error: object): string[] {
  return 'code' in error && typeof error.code === 'string' ? [error.code] : [];
}
