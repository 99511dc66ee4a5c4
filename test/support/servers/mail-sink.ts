import PostalMime from 'postal-mime';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerEnvelope } from 'smtp-server';
import {
  sendHtml,
  sendJson,
  startLoopbackHttp,
  type LoopbackHttpServer,
  type RequestHandler,
} from './loopback-http.js';
import { escapeHtml, page } from './page.js';

export interface Mail {
  /** The envelope's sender. */
  readonly from: string;
  /** The envelope's recipients: who really gets it, whatever the headers say. */
  readonly to: readonly string[];
  readonly subject: string;
  /** Decoded; empty where the mail has no such part. */
  readonly text: string;
  readonly html: string;
  /** As it came over the wire. */
  readonly raw: string;
}

export interface MailSinkOptions {
  /** A free one by default. */
  readonly port?: number;
  /** Serves a page of the mails too: `GET /` for people, `GET /latest?to=` as JSON. 0 chooses a free port. */
  readonly httpPort?: number;
}

export interface MailSink {
  /** What `SMTP_URL` takes: `smtp://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Address of the page, where there is one. */
  readonly page?: string;
  /** Everything received, oldest first. */
  readonly messages: readonly Mail[];
  /**
   * The oldest mail that fits and that `next` has not returned before; waits for one to come.
   * @param timeoutMs 5,000 by default; then it rejects, and says what has come instead
   */
  next(fits?: (mail: Mail) => boolean, timeoutMs?: number): Promise<Mail>;
  clear(): void;
  stop(): Promise<void>;
}

/** An SMTP server on 127.0.0.1 that takes any mail, with or without a sign-in, and delivers none. */
export async function startMailSink({ port = 0, httpPort }: MailSinkOptions = {}): Promise<MailSink> {
  const box = new Mailbox();
  const smtp = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onAuth: ({ username }, _session, done) => done(null, { user: username ?? 'anyone' }),
    onData: (stream, { envelope }, done) => {
      readMail(stream, envelope).then((mail) => {
        box.deliver(mail);
        done(null);
      }, done);
    },
  });
  const listening = await listen(smtp, port);
  const http = httpPort === undefined ? null : await startLoopbackHttp(httpPort, () => showing(box));

  return {
    url: `smtp://127.0.0.1:${listening}`,
    port: listening,
    ...(http && { page: http.origin }),
    messages: box.messages,
    next: (fits = () => true, timeoutMs = 5_000) => box.next(fits, timeoutMs),
    clear: () => box.clear(),
    stop: () => stop(smtp, http),
  };
}

interface Waiting {
  readonly fits: (mail: Mail) => boolean;
  readonly take: (mail: Mail) => void;
}

class Mailbox {
  readonly messages: Mail[] = [];
  private readonly taken = new Set<Mail>();
  private readonly waiting = new Set<Waiting>();

  deliver(mail: Mail): void {
    this.messages.push(mail);
    const first = [...this.waiting].find(({ fits }) => fits(mail));
    first?.take(mail);
  }

  next(fits: (mail: Mail) => boolean, timeoutMs: number): Promise<Mail> {
    const here = this.messages.find((mail) => !this.taken.has(mail) && fits(mail));
    if (here) {
      this.taken.add(here);
      return Promise.resolve(here);
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(waiting);
        const came = this.messages.map(({ to, subject }) => `"${subject}" to ${to.join(', ')}`);
        reject(new Error(`No such mail came in ${timeoutMs} ms. There are: ${came.join('; ') || 'none'}`));
      }, timeoutMs);
      const waiting: Waiting = {
        fits,
        take: (mail) => {
          clearTimeout(timer);
          this.waiting.delete(waiting);
          this.taken.add(mail);
          resolve(mail);
        },
      };
      this.waiting.add(waiting);
    });
  }

  clear(): void {
    this.messages.length = 0;
    this.taken.clear();
  }
}

async function readMail(stream: AsyncIterable<unknown>, envelope: SMTPServerEnvelope): Promise<Mail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const { subject = '', text = '', html = '' } = await PostalMime.parse(bytes);
  return {
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address),
    subject,
    text,
    html,
    raw: bytes.toString('utf8'),
  };
}

function showing(box: Mailbox): RequestHandler {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://sink');
    if (url.pathname === '/') {
      sendHtml(response, 200, listPage(box.messages));
      return;
    }
    const to = url.searchParams.get('to')?.toLowerCase();
    const latest = box.messages.findLast((mail) => !to || mail.to.some((address) => address.toLowerCase() === to));
    if (url.pathname === '/latest' && latest) sendJson(response, 200, latest);
    else sendJson(response, 404, { error: 'no such mail' });
  };
}

function listPage(messages: readonly Mail[]): string {
  const newestFirst = messages.toReversed().map(
    ({ from, to, subject, text, html }) => `<article><h2>${escapeHtml(subject)}</h2>
<p class="quiet">from ${escapeHtml(from)} to ${escapeHtml(to.join(', '))}</p><pre>${linked(text || html)}</pre></article>`,
  );
  const empty = '<p class="quiet">None yet. Reload this page when one should have come.</p>';
  return page({ title: 'Mail', width: 'wide', body: `<h1>Mail</h1>\n${newestFirst.join('\n') || empty}` });
}

/** Text as HTML, its web addresses as links. */
function linked(text: string): string {
  return escapeHtml(text).replace(
    /https?:\/\/[^\s<>]+?(?=[.,;:!?)]*(?:\s|&(?:gt|quot|lt|#39);|$))/g,
    '<a href="$&">$&</a>',
  );
}

function listen(smtp: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    smtp.once('error', reject);
    smtp.listen(port, '127.0.0.1', () => {
      smtp.off('error', reject);
      // A client that hangs up in mid-mail is its own business.
      smtp.on('error', () => undefined);
      resolve((smtp.server.address() as AddressInfo).port);
    });
  });
}

async function stop(smtp: SMTPServer, http: LoopbackHttpServer | null): Promise<void> {
  await Promise.all([new Promise<void>((resolve) => smtp.close(() => resolve())), http?.stop()]);
}
