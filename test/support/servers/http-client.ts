import { request, type Dispatcher } from 'undici';
import { CookieJar } from './cookie-jar.js';
import { unescapeHtml } from './page.js';

export interface HttpClientOptions {
  /** Shared with another client to be the same browser. A jar of its own by default. */
  readonly cookies?: CookieJar;
  /** Sent as `Authorization: Bearer`. */
  readonly bearer?: string;
  /** Sent as `Authorization: Basic`. */
  readonly basic?: { readonly user: string; readonly password: string };
  /**
   * The `Origin` header of whatever is not a GET; null sends none. By default the site's own, as a browser does, and
   * none with `bearer` or `basic`, as a program does.
   */
  readonly origin?: string | null;
  /** Sent with every request; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The address that the browser believes it visits, where a proxy would stand in front of `baseUrl`. Cookies are kept
   * for it (`Secure` and `__Host-` ones too when it is https), `Origin` names it, and URLs of it lead to `baseUrl`.
   */
  readonly publicUrl?: string;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the request is given up. 30,000 by default. */
  readonly timeoutMs?: number;
}

export interface HttpAnswer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** The `Set-Cookie` lines, one each. */
  readonly setCookies: readonly string[];
  /** The `Location` header, made absolute, or null. */
  readonly location: string | null;
  readonly text: string;
  /** The body as JSON. The caller names the shape that it expects. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the shape, as with `fetch`
  json<T>(): T;
}

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code?: string; readonly requestId?: string; readonly [name: string]: unknown };
}

export interface GraphqlAnswer<Data> {
  readonly status: number;
  /** Null when the operation failed as a whole. */
  readonly data: Data | null;
  readonly errors: readonly GraphqlError[];
  readonly answer: HttpAnswer;
}

/** What `fetch` would say of itself. */
const usual = { accept: '*/*', 'accept-language': '*', 'sec-fetch-mode': 'cors', 'user-agent': 'node' };

/** A browser for tests: it keeps cookies, and goes nowhere unless told to. Paths are read against `baseUrl`. */
export function createClient(baseUrl: string, options: HttpClientOptions = {}): HttpClient {
  return new HttpClient(baseUrl, options);
}

export class HttpClient {
  readonly cookies: CookieJar;
  /** The address that the browser believes it visits. */
  private readonly site: URL;

  constructor(
    readonly baseUrl: string,
    private readonly options: HttpClientOptions,
  ) {
    this.cookies = options.cookies ?? new CookieJar();
    this.site = new URL(options.publicUrl ?? baseUrl);
  }

  get(urlOrPath: string, options?: RequestOptions): Promise<HttpAnswer> {
    return this.request('GET', urlOrPath, options);
  }

  postJson(urlOrPath: string, body: unknown, options?: RequestOptions): Promise<HttpAnswer> {
    return this.request('POST', urlOrPath, options, { type: 'application/json', text: JSON.stringify(body) });
  }

  /** A form as a browser submits it; an array sends its field several times. */
  postForm(
    urlOrPath: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
    options?: RequestOptions,
  ): Promise<HttpAnswer> {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) [value].flat().forEach((one) => form.append(name, one));
    return this.request('POST', urlOrPath, options, {
      type: 'application/x-www-form-urlencoded',
      text: form.toString(),
    });
  }

  /** Any method and any body, for what the others are too well-behaved to send. */
  async request(
    method: string,
    urlOrPath: string,
    options: RequestOptions = {},
    body?: { readonly type: string; readonly text: string },
  ): Promise<HttpAnswer> {
    const url = new URL(urlOrPath, this.site);
    const timeout = options.timeoutMs ?? 30_000;
    // `fetch` takes several times as long, mostly for streams that nobody reads as such.
    const response = await request(this.behindProxy(url), {
      method,
      headers: {
        ...usual,
        ...this.headersFor(method, url),
        ...(body && { 'content-type': body.type }),
        ...options.headers,
      },
      ...(body && { body: body.text }),
      headersTimeout: timeout,
      bodyTimeout: timeout,
    });
    const text = await response.body.text();
    const headers = headersOf(response);
    const setCookies = headers.getSetCookie();
    this.cookies.store(url, setCookies);
    return answerOf(url, { status: response.statusCode, headers, setCookies, text });
  }

  /** One operation. `data` is what the caller says it selected. */
  async graphql<Data = Record<string, unknown>>(
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
    options: RequestOptions = {},
  ): Promise<GraphqlAnswer<Data>> {
    const headers = { 'apollo-require-preflight': 'true', ...options.headers };
    const answer = await this.postJson('/graphql', { query, variables }, { ...options, headers });
    const { data = null, errors = [] } = answer.json<{ data?: Data | null; errors?: readonly GraphqlError[] }>();
    return { status: answer.status, data, errors, answer };
  }

  /**
   * Goes where an answer points (`Location`, or a meta refresh without delay) and on, with GET, as long as it stays on
   * the site's origin. The last answer may itself point elsewhere: that one is not fetched.
   */
  async follow(answer: HttpAnswer): Promise<HttpAnswer> {
    let current = answer;
    for (let hops = 0; hops < 10; hops += 1) {
      const target = redirectTarget(current);
      if (target === null || new URL(target).origin !== this.site.origin) return current;
      current = await this.get(target);
    }
    throw new Error(`More than 10 redirects, the last to ${current.url}`);
  }

  private headersFor(method: string, url: URL): Record<string, string> {
    const { bearer, basic, headers } = this.options;
    const cookie = this.cookies.headerFor(url);
    const origin = method === 'GET' ? null : this.originHeader();
    return {
      ...(cookie === null ? {} : { cookie }),
      ...(origin === null ? {} : { origin }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(basic === undefined ? {} : { authorization: `Basic ${btoa(`${basic.user}:${basic.password}`)}` }),
      ...headers,
    };
  }

  private originHeader(): string | null {
    if (this.options.origin !== undefined) return this.options.origin;
    const isProgram = this.options.bearer !== undefined || this.options.basic !== undefined;
    return isProgram ? null : this.site.origin;
  }

  private behindProxy(url: URL): URL {
    return url.origin === this.site.origin ? new URL(url.pathname + url.search, this.baseUrl) : url;
  }
}

/** Where a browser without JavaScript would go next by itself, as an absolute URL, or null when it would stay. */
export function redirectTarget(answer: HttpAnswer): string | null {
  if (answer.status >= 300 && answer.status < 400) return answer.location;
  const refresh = /<meta[^>]+http-equiv="refresh"[^>]+content="0;\s*url=([^"]+)"/i.exec(answer.text);
  return refresh?.[1] ? new URL(unescapeHtml(refresh[1]), answer.url).href : null;
}

function headersOf({ headers }: Dispatcher.ResponseData): Headers {
  const lines = Object.entries(headers).flatMap(([name, values = []]) => [values].flat().map((value) => [name, value]));
  return new Headers(lines);
}

function answerOf(url: URL, answer: Pick<HttpAnswer, 'status' | 'headers' | 'setCookies' | 'text'>): HttpAnswer {
  const location = answer.headers.get('location');
  return {
    ...answer,
    url: url.href,
    location: location === null ? null : new URL(location, url).href,
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as declared above
    json<T>(): T {
      try {
        return JSON.parse(answer.text) as T;
      } catch (cause) {
        throw new Error(`${url.href} answered ${answer.status} with no JSON: ${answer.text.slice(0, 300)}`, { cause });
      }
    },
  };
}
