import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { createClient } from '../../../test/support/servers/http-client.js';
import { startLoopbackHttp } from '../../../test/support/servers/loopback-http.js';
import { readCookie } from './cookies.js';

describe('a cookie of ours', () => {
  it.each([
    ['gatehouse=abc-_1.d', 'abc-_1.d'],
    ['a=1; gatehouse=abc;b=2', 'abc'],
    ['gatehouse=first; gatehouse=second', 'first'],
    ['xgatehouse=abc; __Host-gatehouse=def', null],
    ['gatehouse=', null],
    ['gatehouse="abc"', null],
    ['gatehouse=a%00b', null],
    [`gatehouse=${'a'.repeat(301)}`, null],
    ['', null],
  ])('in %j is %j', async (cookie, value) => {
    const app = express().get(
      '/',
      (request, response) => void response.json({ value: readCookie(request, 'gatehouse') }),
    );

    const server = await startLoopbackHttp(0, () => app);
    const answer = await createClient(server.origin).get('/', { headers: cookie === '' ? {} : { cookie } });
    await server.stop();
    expect(answer.json()).toEqual({ value });
  });
});
