import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { routedMethods } from './routed-methods.js';

const nothing = () => undefined;
const app = express();
app.get('/things/:id', nothing);
app.patch('/things/:id', nothing);
app.all('/things/{*path}', nothing);

const methodsAt = (path: string): string[] => routedMethods({ app, path });

describe('the methods of an address', () => {
  it('are those that its routes answer', () => {
    expect(methodsAt('/things/1')).toEqual(['GET', 'PATCH']);
  });

  it('are none where only a route for whatever is left over answers: that is no address', () => {
    expect(methodsAt('/things/1/parts')).toEqual([]);
    expect(methodsAt('/elsewhere')).toEqual([]);
  });
});
