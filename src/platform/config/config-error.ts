import type { z } from 'zod';

/** A setting that stops the start. Its message is one line: the name, and what was expected. */
export class ConfigError extends Error {
  constructor(name: string, expected: string, options?: ErrorOptions) {
    super(`${name}: expected ${expected}`, options);
    this.name = 'ConfigError';
  }
}

/** The first complaint of a schema, with the path to it, and never the value, which may be a secret. */
export function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'another value';
  const path = issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  return `${issue.message.replace(/^Invalid (input|option|string|URL): expected /i, '')}${path}`;
}
