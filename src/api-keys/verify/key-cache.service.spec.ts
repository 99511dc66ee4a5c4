import { describe, expect, it, jest } from '@jest/globals';
import type { Clock } from '../../platform/clock/clock.js';
import { sha256 } from '../../platform/crypto/digest.js';
import type { Notifications, Subscriber } from '../../platform/database/notifications.js';
import { issueKeyPair } from '../api-key-token.js';
import { KeyCache } from './key-cache.service.js';
import type { KeyLookup, StoredKey } from './key-lookup.service.js';

const stored: StoredKey = {
  id: 'key',
  organizationId: 'acme',
  projectId: null,
  scope: 'ORGANIZATION',
  publicKey: 'pk-gh-1',
  permissions: [],
  allowedCidrs: [],
  rateLimit: null,
  expiresAt: null,
  revokedAt: null,
  isUnusedSuccessor: false,
  reachesProject: true,
};

/** A cache whose database answers when it is told to, and whose notifications come when they are sent. */
function cacheOf(answer: StoredKey | null) {
  const waiting: (() => void)[] = [];
  const findByDigest = jest.fn(() => new Promise<StoredKey | null>((resolve) => waiting.push(() => resolve(answer))));
  const subscribers = new Map<string, Subscriber>();
  const notifications = {
    subscribe: (channel: string, subscriber: Subscriber) => subscribers.set(channel, subscriber),
  };
  const cache = new KeyCache(
    { findByDigest } as unknown as KeyLookup,
    notifications as unknown as Notifications,
    { now: () => new Date() } as Clock,
  );
  cache.onModuleInit();
  const presented = { secretKey: issueKeyPair().secretKey, publicKey: null };
  const another = { secretKey: issueKeyPair().secretKey, publicKey: null };
  const reply = () => waiting.splice(0).forEach((resolve) => resolve());
  const find = async (projectId: string | null = null) => cache.find(presented, projectId);
  /** With another key, of which the database says this. */
  const askWith = async (other: StoredKey, projectId: string) => {
    findByDigest.mockResolvedValueOnce(other);
    return cache.find(another, projectId);
  };
  const ask = async (projectId: string | null = null) => {
    const found = find(projectId);
    reply();
    return found;
  };
  const tell = (channel: string, payload: string) => subscribers.get(channel)?.heard(payload);
  const digest = sha256(presented.secretKey.reveal()).toString('base64');
  return {
    findByDigest,
    find,
    ask,
    askWith,
    reply,
    tell,
    digest,
    lose: () => subscribers.get('api_key_changed')?.missed(),
  };
}

describe('the memory of keys', () => {
  it('asks once for all who want to know at the same moment, and then not at all', async () => {
    const { findByDigest, find, ask, reply } = cacheOf(stored);
    const found = [find(), find(), find()];
    reply();
    expect(new Set((await Promise.all(found)).map((one) => one?.key.id))).toEqual(new Set(['key']));
    await ask();
    expect(findByDigest).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (cache: ReturnType<typeof cacheOf>) => void]>([
    ['this key', ({ tell, digest }) => tell('api_key_changed', digest)],
    ['more keys than are told one by one', ({ tell }) => tell('api_key_changed', '')],
    ['something that was missed', ({ lose }) => lose()],
  ])('forgets when it hears of %s, and keeps no answer that was asked for before', async (_what, happen) => {
    const cache = cacheOf(stored);
    await cache.ask();
    happen(cache);
    const asked = cache.find();
    expect(cache.findByDigest).toHaveBeenCalledTimes(2);
    happen(cache);
    const after = cache.find();
    expect(cache.findByDigest).toHaveBeenCalledTimes(3);
    happen(cache);
    cache.reply();
    await Promise.all([asked, after]);
    await cache.ask();
    expect(cache.findByDigest).toHaveBeenCalledTimes(4);
    await cache.ask();
    expect(cache.findByDigest).toHaveBeenCalledTimes(4);
  });

  it('does not forget for another key that has changed', async () => {
    const { findByDigest, ask, tell } = cacheOf(stored);
    await ask();
    tell('api_key_changed', 'another');
    await ask();
    expect(findByDigest).toHaveBeenCalledTimes(1);
  });

  it('knows of a project only what it has asked, until that is deleted', async () => {
    const { findByDigest, ask, tell } = cacheOf(stored);
    await ask();
    await ask('one');
    await ask('one');
    expect(findByDigest).toHaveBeenCalledTimes(2);
    await ask('other');
    expect(findByDigest).toHaveBeenCalledTimes(3);
    tell('project_deleted', 'one');
    await ask('other');
    expect(findByDigest).toHaveBeenCalledTimes(3);
    await ask('one');
    expect(findByDigest).toHaveBeenCalledTimes(4);
    tell('project_deleted', '');
    await ask('other');
    expect(findByDigest).toHaveBeenCalledTimes(5);
  });

  it('tells a project that the key does not reach from its own', async () => {
    const own = cacheOf({ ...stored, projectId: 'own' });
    await own.ask();
    expect([(await own.ask('own'))?.reachesProject, (await own.ask('other'))?.reachesProject]).toEqual([true, false]);
    expect(own.findByDigest).toHaveBeenCalledTimes(1);
    const wide = cacheOf({ ...stored, reachesProject: false });
    for (let times = 0; times < 2; times += 1) expect((await wide.ask('foreign'))?.reachesProject).toBe(false);
    expect(wide.findByDigest).toHaveBeenCalledTimes(2);
  });

  it('does not take a project that one organization has for one of another', async () => {
    const { ask, askWith } = cacheOf(stored);
    await ask('project');
    const other = { ...stored, organizationId: 'other', reachesProject: false };
    for (let times = 0; times < 2; times += 1) {
      expect((await askWith(other, 'project'))?.reachesProject).toBe(false);
    }
  });

  it.each<[string, StoredKey | null]>([
    ['is not there', null],
    ['was revoked', { ...stored, revokedAt: new Date() }],
    ['has expired', { ...stored, expiresAt: new Date() }],
    ['is a successor that nobody has used yet', { ...stored, isUnusedSuccessor: true }],
  ])('does not keep what %s', async (_what, answer) => {
    const { findByDigest, ask } = cacheOf(answer);
    await ask();
    await ask();
    expect(findByDigest).toHaveBeenCalledTimes(2);
  });
});
