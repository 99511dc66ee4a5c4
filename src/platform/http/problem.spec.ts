import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { Overloaded } from '../crypto/bounded-queue.js';
import { AppError } from '../errors/app-error.js';
import { toAppError } from './problem.js';

const databaseError = (code: string) =>
  new QueryFailedError('select 1', [], Object.assign(new Error('secret'), { code }));

describe('what was thrown, as an error that a caller may be told of', () => {
  it('leaves an error of ours as it is', () => {
    const error = new AppError('LAST_OWNER');
    expect(toAppError(error)).toBe(error);
  });

  it.each([
    ['text that no column can hold', databaseError('22021'), 'VALIDATION_FAILED'],
    ['a reference to what is not there', databaseError('23503'), 'NOT_FOUND'],
    ['a value that must be unique', databaseError('23505'), 'CONFLICT'],
    ['a database that is shutting down', databaseError('57P01'), 'UNAVAILABLE'],
    ['a statement that took too long', databaseError('57014'), 'UNAVAILABLE'],
    ['no connection left', databaseError('53300'), 'UNAVAILABLE'],
    ['a transaction to be tried again', databaseError('40001'), 'UNAVAILABLE'],
    ['a database that is not there', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'UNAVAILABLE'],
    ['a pool with nothing free', new Error('timeout exceeded when trying to connect'), 'UNAVAILABLE'],
    ['too many passwords at once', new Overloaded('Too many tasks are waiting'), 'UNAVAILABLE'],
    ['a body that is too large', Object.assign(new Error('too large'), { status: 413 }), 'PAYLOAD_TOO_LARGE'],
    ['anything else', new TypeError('x is not a function'), 'INTERNAL'],
    ['something that is no error', 'thrown text', 'INTERNAL'],
  ])('tells of %s', (_, thrown, code) => {
    const error = toAppError(thrown);
    expect(error.code).toBe(code);
    expect(JSON.stringify({ message: error.message, ...error.publicFacts })).not.toMatch(/secret|function|thrown/);
  });
});
