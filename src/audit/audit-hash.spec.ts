import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { canonicalJson, chainStart, hashOf } from './audit-hash.js';

const event = {
  id: '01a20083',
  chainId: 'acme',
  sequence: 7,
  occurredAt: new Date('2026-11-21T22:00:00.123Z'),
  actorKind: 'user',
  actorId: 'u1',
  actorLabel: 'ada@example.com',
  action: 'member.roleChanged',
  resourceType: 'member',
  resourceId: 'u2',
  projectId: null,
  before: { role: 'VIEWER' },
  after: { role: 'ADMIN', note: 'zoë "quoted"\n', list: ['b', 'a'] },
  outcome: 'SUCCEEDED',
  ip: '192.0.2.1',
  userAgent: null,
  requestId: 'r1',
  previousHash: chainStart,
} as const;

describe('the hash of an audit event', () => {
  it('can be computed without Gatehouse: SHA-256 of the columns as JSON with sorted keys', () => {
    const told =
      '{"action":"member.roleChanged","actorId":"u1","actorKind":"user","actorLabel":"ada@example.com",' +
      '"after":{"list":["b","a"],"note":"zoë \\"quoted\\"\\n","role":"ADMIN"},"before":{"role":"VIEWER"},"chainId":"acme",' +
      '"id":"01a20083","ip":"192.0.2.1","occurredAt":"2026-11-21T22:00:00.123Z","outcome":"SUCCEEDED",' +
      `"previousHash":"${'0'.repeat(64)}","projectId":null,"requestId":"r1","resourceId":"u2","resourceType":"member",` +
      '"sequence":7,"userAgent":null}';
    expect(hashOf(event).toString('hex')).toBe(createHash('sha256').update(told, 'utf8').digest('hex'));
  });

  it.each([
    { id: '01a20084' },
    { chainId: 'other' },
    { sequence: 8 },
    { occurredAt: new Date('2026-11-21T22:00:00.124Z') },
    { actorKind: 'apiKey' },
    { actorId: 'u9' },
    { actorLabel: 'eve@example.com' },
    { action: 'member.removed' },
    { resourceType: 'user' },
    { resourceId: null },
    { projectId: 'p1' },
    { before: null },
    { before: { role: 'viewer' } },
    { after: { ...event.after, role: 'OWNER' } },
    { after: { ...event.after, list: ['a', 'b'] } },
    { outcome: 'REFUSED' },
    { ip: null },
    { userAgent: '' },
    { requestId: 'r2' },
    { previousHash: Buffer.alloc(32, 1) },
  ] as const)('is another when %j is written over it', (change) => {
    expect(hashOf({ ...event, ...change }).equals(hashOf(event))).toBe(false);
  });

  it('is the same in whatever order a database gives the members back', () => {
    const { role, note, list } = event.after;
    const turned = Object.fromEntries(Object.entries({ ...event, after: { list, role, note } }).reverse());
    expect(hashOf(turned as unknown as typeof event).equals(hashOf(event))).toBe(true);
  });
});

describe('canonical JSON', () => {
  it('sorts members by code units at every depth, keeps lists in order, and has no white space', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 'x'], a: null, é: true, B: 0 })).toBe(
      '{"B":0,"a":null,"b":[{"c":2,"d":1},"x"],"é":true}',
    );
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it('says what JSON says, in one way', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
