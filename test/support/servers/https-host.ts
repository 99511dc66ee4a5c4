import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OutboundHttp, type OutboundRequest } from '../../../src/platform/http/outbound.js';
import { resolvePublicNames } from '../../../src/platform/http/outbound-connector.js';
import type { RequestHandler } from './loopback-http.js';

/** The certificate of every name right below `https.test`, which is its own authority; good for a hundred years. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUCgAwIBAgIULhXXLoUlBQc7BX1h9MbyieHevC4wCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKaHR0cHMudGVzdDAgFw0yNjExMjgwMjA0NDNaGA8yMTI2MTEw
NDAyMDQ0M1owFTETMBEGA1UEAwwKaHR0cHMudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABGDEp41pnzhu3M/y+JLYvzPCXar/orKYBsdQiONbX/WF+pUi8ZXG
TpGyBGUGzDo0wu6ud21FRin/PeGVU46CJZ2jbDBqMB0GA1UdDgQWBBQGvDQUBblA
u2idDO7XPwq3s3NsFjAfBgNVHSMEGDAWgBQGvDQUBblAu2idDO7XPwq3s3NsFjAX
BgNVHREEEDAOggwqLmh0dHBzLnRlc3QwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjO
PQQDAgNJADBGAiEA/r97NgP1DnKasC30b2oF1or3quoH3dqEwSmicKmVrvsCIQDL
AZJ/YVHbiK7oVnIVBg+30WI1nkYef2heGucNvOUNPw==
-----END CERTIFICATE-----`;

/** Of that certificate. It opens nothing. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpZptoungQuLcLL7H
VsiJlMbYzHbKFJ0x39N6B8qlHW+hRANCAARgxKeNaZ84btzP8viS2L8zwl2q/6Ky
mAbHUIjjW1/1hfqVIvGVxk6RsgRlBsw6NMLurndtRUYp/z3hlVOOgiWd
-----END PRIVATE KEY-----`;

export interface HttpsHost {
  /** A client to which the port 443 of the names given is this server, and its certificate a trusted one. */
  readonly client: OutboundHttp;
  /** What a host answers to, whatever the path; a host that nothing was said of answers 404. */
  answer(host: string, handler: RequestHandler): void;
  /** Every request, such as `a.https.test/path`. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/**
 * A web server for several hosts on 127.0.0.1 over TLS.
 * @param hosts those that may be called; all others go through the guard as they would anywhere
 * @param resolver `host:port` of the DNS server that knows the addresses of those others
 */
export async function startHttpsHost(hosts: readonly string[], resolver: string): Promise<HttpsHost> {
  const handlers = new Map<string, RequestHandler>();
  const requests: string[] = [];
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    requests.push(`${host}${request.url ?? ''}`);
    const handle = handlers.get(host);
    if (handle) void handle(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  /** Port 443 is not for everybody to listen on. */
  class Client extends OutboundHttp {
    private readonly unmoved = this.fetch;

    override readonly fetch = (input: string | URL, init?: OutboundRequest): Promise<Response> => {
      const url = new URL(input);
      if (hosts.includes(url.host)) url.port = String(port);
      return this.unmoved(url, init);
    };
  }

  return {
    client: new Client(
      { allowedHosts: hosts.map((host) => `${host}:${port}`) },
      {
        authorities: certificate,
        resolveAllowed: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
        resolveOther: resolvePublicNames([resolver]),
      },
    ),
    answer: (host, handler) => void handlers.set(host, handler),
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
