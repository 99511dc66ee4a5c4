import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as PinoLogger } from 'pino';

/** Names under which a secret could reach a log line; pino replaces their values before the line is written. */
const secretNames = [
  'password',
  'clientSecret',
  'client_secret',
  'secretKey',
  'token',
  'access_token',
  'id_token',
  'refresh_token',
  'code',
  'code_verifier',
  'authorization',
  'cookie',
];

/** JSON lines on standard output. Nest's own messages and ours go the same way. */
export class Logger implements LoggerService {
  private readonly pino: PinoLogger;

  constructor(level: string) {
    this.pino = pino({
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
    });
  }

  /** A line with facts, for what an operator searches by. */
  event(message: string, facts: Readonly<Record<string, unknown>> = {}): void {
    this.pino.info(facts, message);
  }

  /** A failure that an operator should look at. */
  failure(message: string, facts: Readonly<Record<string, unknown>>): void {
    this.pino.error(facts, message);
  }

  log(message: string, context?: string): void {
    this.pino.debug({ context }, message);
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.pino.error({ context, stack }, String(message));
  }

  warn(message: string, context?: string): void {
    this.pino.warn({ context }, message);
  }

  debug(message: string, context?: string): void {
    this.pino.debug({ context }, message);
  }

  verbose(message: string, context?: string): void {
    this.pino.trace({ context }, message);
  }
}
