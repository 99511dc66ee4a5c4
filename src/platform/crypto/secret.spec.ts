import { describe, expect, it } from '@jest/globals';
import { format, inspect } from 'node:util';
import { Secret } from './secret.js';

describe('a secret', () => {
  const secret = Secret.of('hunter2');

  it('is given to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  it.each([
    ['a template', () => `${secret.toString()} ${String(secret)}`],
    ['a concatenation', () => ['', secret].join('')],
    ['JSON', () => JSON.stringify({ nested: { secret } })],
    ['inspection', () => inspect({ nested: [secret] }, { showHidden: true, depth: 9 })],
    ['console formatting', () => format('%s %o %j', secret, secret, secret)],
    ['a list of its properties', () => JSON.stringify(Object.entries(secret))],
  ])('does not show in %s', (_where, print) => {
    expect(print()).not.toContain('hunter2');
  });

  it('prints as three asterisks', () => {
    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual(['***', '"***"', '***']);
  });
});
