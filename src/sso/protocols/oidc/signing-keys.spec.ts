import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startLoopbackHttp } from '../../../../test/support/servers/loopback-http.js';
import { OutboundHttp } from '../../../platform/http/outbound.js';
import { SigningKeys } from './signing-keys.js';

describe('the signing keys of a provider', () => {
  const outbound = new OutboundHttp({ allowedHosts: ['127.0.0.1'] });
  let server: Awaited<ReturnType<typeof startLoopbackHttp>>;
  let uri: string;
  let keys: SigningKeys;
  let published: string[];
  let cacheControl: string | null;
  let requests: number;

  beforeAll(async () => {
    server = await startLoopbackHttp(0, () => (_request, response) => {
      requests += 1;
      if (cacheControl !== null) response.setHeader('cache-control', cacheControl);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: published.map((kid) => ({ kty: 'RSA', kid })) }));
    });
    uri = `${server.origin}/jwks`;
  });
  beforeEach(() => {
    keys = new SigningKeys();
    [published, cacheControl, requests] = [['one'], 'max-age=300', 0];
  });
  afterAll(async () => {
    await outbound.close();
    await server.stop();
  });

  const kidsFor = async (kid: string | undefined) =>
    (await keys.find(outbound.fetch, uri, kid)).keys.map((key) => key.kid);

  it('are asked for once, as long as the provider lets us keep them', async () => {
    expect(await kidsFor('one')).toEqual(['one']);
    expect(await kidsFor('one')).toEqual(['one']);
    expect(requests).toBe(1);
  });

  it.each([null, 'no-store', 'no-cache, max-age=300', 'max-age=0', 'private'])(
    'are asked for each time under %p',
    async (header) => {
      cacheControl = header;
      await kidsFor('one');
      await kidsFor('one');
      expect(requests).toBe(2);
    },
  );

  it('are asked for anew, at once, when a token names one that is not there', async () => {
    await kidsFor('one');
    published = ['two'];
    expect(await kidsFor('two')).toEqual(['two']);
    published = ['three'];
    expect(await kidsFor('three')).toEqual(['three']);
    expect(requests).toBe(3);
  });

  it('are asked for anew when a token names none', async () => {
    await kidsFor('one');
    published = ['two'];
    expect(await kidsFor(undefined)).toEqual(['two']);
  });

  it('are asked for once by all who name the same unknown one', async () => {
    await kidsFor('one');
    await Promise.all(Array.from({ length: 50 }, () => kidsFor('unknown')));
    for (let round = 0; round < 50; round += 1) await kidsFor('unknown');
    expect(requests).toBe(2);
  });

  it('are asked for twice by a flood of different unknown ones, and the known one goes on working', async () => {
    await kidsFor('one');
    for (let round = 0; round < 50; round += 1) await kidsFor(`unknown-${round}`);
    expect(await kidsFor('one')).toEqual(['one']);
    expect(requests).toBe(3);
  });

  it('are asked for an unknown one again when the cool-down is over', async () => {
    await kidsFor('unknown');
    published = ['unknown'];
    expect(await kidsFor('unknown')).toEqual(['one']);
    const later = Date.now() + 15_001;
    const now = jest.spyOn(Date, 'now').mockImplementation(() => later);
    expect(await kidsFor('unknown')).toEqual(['unknown']);
    now.mockRestore();
  });

  it('are those of the address that the provider names now', async () => {
    await kidsFor('one');
    published = ['one', 'two'];
    expect((await keys.find(outbound.fetch, `${uri}?new`, 'one')).keys).toHaveLength(2);
  });

  it.each(['[]', '{}', '{"keys":{}}', '{"keys":[1]}'])('are not what is no key set: %s', async (body) => {
    const other = await startLoopbackHttp(0, () => (_request, response) => void response.end(body));
    await expect(keys.find(outbound.fetch, other.origin, 'one')).rejects.toThrow('did not answer with JSON');
    await other.stop();
  });
});
