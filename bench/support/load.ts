import autocannon from 'autocannon';
import { answerQuestions } from './worker.js';

/** Requests sent by a process that does nothing else. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  /** So many requests, or as many as go in so many seconds. */
  readonly until: { readonly requests: number } | { readonly seconds: number };
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Shows one of these after the other, each request the next. */
  readonly bearers?: readonly string[];
  /** Signs in with a password, each time as another account from another address. */
  readonly signIn?: { readonly emails: readonly string[]; readonly password: string };
}

export interface LoadResult {
  readonly perSecond: number;
  /** Answers other than 2xx, and requests without one. */
  readonly failed: number;
}

/** It ends with a sample, so a sample is what a measurement is exact to. */
const SAMPLE_MS = 100;

let address = 0;

/** Never the same twice, so that the throttle has nothing to count. */
function nextAddress(): string {
  address += 1;
  return `10.${(address >> 16) & 255}.${(address >> 8) & 255}.${address & 255}`;
}

/** Makes each request another, where each is to be. */
function changing({ signIn, bearers, headers }: Load): Pick<autocannon.Request, 'setupRequest'> {
  let next = 0;
  if (bearers && bearers.length > 1) {
    return {
      setupRequest: (request) => {
        next += 1;
        return { ...request, headers: { ...headers, authorization: `Bearer ${bearers[next % bearers.length]}` } };
      },
    };
  }
  if (!signIn) return {};
  const setupRequest = (request: autocannon.Request): autocannon.Request => {
    next += 1;
    const email = signIn.emails[next % signIn.emails.length];
    return {
      ...request,
      headers: { 'content-type': 'application/json', 'x-forwarded-for': nextAddress() },
      body: JSON.stringify({ email, password: signIn.password }),
    };
  };
  return { setupRequest };
}

async function send(load: Load): Promise<LoadResult> {
  const { url, connections, until, signIn, bearers } = load;
  const headers = { ...load.headers, ...(bearers?.[0] ? { authorization: `Bearer ${bearers[0]}` } : {}) };
  const options: autocannon.Options = {
    url,
    connections,
    ...('requests' in until ? { amount: until.requests } : { duration: until.seconds }),
    timeout: 60,
    sampleInt: SAMPLE_MS,
    requests: [{ method: load.method ?? (signIn ? 'POST' : 'GET'), headers, ...changing(load) }],
  };
  const started = performance.now();
  let last = started;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(options, (error: Error | null, done) => (error ? reject(error) : resolve(done)));
    // The last answer has come before it ends.
    instance.on('response', () => (last = performance.now()));
  });
  const seconds = 'seconds' in until ? result.duration : (last - started) / 1000;
  return { perSecond: result['2xx'] / seconds, failed: result.non2xx + result.errors + result.timeouts };
}

answerQuestions(send);
