import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault } from './hostile-misbehaviour.js';
import { sendHtml, sendJson } from './loopback-http.js';

const MEGABYTE = 1024 * 1024;
const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** Answers with `correct`, or with what the fault makes of it. */
export function sendFaulty(response: ServerResponse, correct: unknown, fault: Fault | undefined): void {
  if (fault === undefined) sendJson(response, 200, correct);
  else if (typeof fault === 'object') response.writeHead(302, { location: fault.redirectTo }).end();
  else faults[fault](response, JSON.stringify(correct));
}

const faults: Readonly<Record<Extract<Fault, string>, (response: ServerResponse, correct: string) => void>> = {
  'not JSON': (response) => sendHtml(response, 200, '<!doctype html><title>Down for maintenance</title>'),
  'broken JSON': (response, correct) => response.writeHead(200, json).end(correct.slice(0, correct.length / 2)),
  'server error': (response) => sendJson(response, 500, { error: 'server_error', error_description: 'line 7 of ours' }),
  'connection reset': (response) => response.socket?.resetAndDestroy(),
  'ten megabytes': (response, correct) => response.writeHead(200, json).end(' '.repeat(10 * MEGABYTE) + correct),
  'gzip bomb': (response, correct) => {
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bombBefore(correct));
  },
  endless: (response) => {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write('    '), 100);
    response.on('close', () => clearInterval(timer));
  },
  stalled: (response) => response.writeHead(200, json).flushHeaders(),
  silent: () => undefined,
};

/** 100 MB of blanks, then the text. A gzip file may be several in a row (RFC 1952 2.2), so only a tenth is packed. */
function bombBefore(text: string): Buffer {
  const blanks = gzipSync(Buffer.alloc(10 * MEGABYTE, ' '));
  return Buffer.concat([...Array.from({ length: 10 }, () => blanks), gzipSync(text)]);
}
