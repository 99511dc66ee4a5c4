import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

type ReadClient = (clientId: string) => AdapterPayload | undefined;

/**
 * Where the provider keeps sessions, codes and tokens: in memory, for as long as it runs. Clients are read through
 * `readClient`, so that one can be added to a running provider.
 */
export function memoryStore(readClient: ReadClient): AdapterFactory {
  const entries = new Map<string, Entry>();
  return (model) => new MemoryAdapter(model, entries, readClient);
}

interface Entry {
  readonly payload: AdapterPayload;
  readonly expiresAt: number;
}

class MemoryAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly entries: Map<string, Entry>,
    private readonly readClient: ReadClient,
  ) {}

  upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const expiresAt = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000;
    this.entries.set(this.key(id), { payload, expiresAt });
    return Promise.resolve();
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    if (this.model === 'Client') return Promise.resolve(this.readClient(id));
    const entry = this.entries.get(this.key(id));
    return Promise.resolve(entry && entry.expiresAt > Date.now() ? entry.payload : undefined);
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.findWhere((payload) => payload.uid === uid);
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.findWhere((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    const payload = await this.find(id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  destroy(id: string): Promise<void> {
    this.entries.delete(this.key(id));
    return Promise.resolve();
  }

  revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, { payload }] of this.entries) {
      if (payload.grantId === grantId) this.entries.delete(key);
    }
    return Promise.resolve();
  }

  private findWhere(matches: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> {
    const own = [...this.entries].filter(([key]) => key.startsWith(`${this.model}:`));
    const found = own.find(([, { payload, expiresAt }]) => expiresAt > Date.now() && matches(payload));
    return Promise.resolve(found?.[1].payload);
  }

  private key(id: string): string {
    return `${this.model}:${id}`;
  }
}
