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
  const names = issue.path.filter((part) => typeof part === 'string');
  const path = names.length > 0 ? ` at ${issue.path.join('.')}` : '';
  return `${wordsOf(issue)}${path}`;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `a known setting instead of ${issue.keys.join(', ')}`;
  return issue.message.replace(/^Invalid (input|option): expected /i, '');
}
