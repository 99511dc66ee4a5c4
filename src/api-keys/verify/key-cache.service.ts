import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { sha256Base64 } from '../../platform/crypto/digest.js';
import { Notifications } from '../../platform/database/notifications.js';
import { andThen } from '../../platform/http/at-once.js';
import type { PresentedKey } from '../presented-key.js';
import { isPairOf, KeyLookup, type StoredKey } from './key-lookup.service.js';
import { ShortCache } from './short-cache.js';

export interface FoundKey {
  readonly key: StoredKey;
  /** Whether the project that was asked about is the key's own, or one of its organization; true when none was. */
  readonly reachesProject: boolean;
}

/**
 * Finds keys as `KeyLookup` does, and remembers the good ones for half a second in this process. Triggers tell of every
 * change of a key but its last use, and of projects that are gone; that is quicker, and age alone keeps the promise that a
 * change is seen within a second (decision 0022).
 */
@Injectable()
export class KeyCache implements OnModuleInit {
  /** By the digest of the secret, in base64 as the notification has it. */
  private readonly keys = new ShortCache<StoredKey>();
  /** The organization that a project belongs to, by its id. */
  private readonly projects = new ShortCache<string>();
  /** Questions that the database has not answered yet. */
  private readonly asked = new ShortCache<Promise<StoredKey | null>>();

  constructor(
    private readonly lookup: KeyLookup,
    private readonly notifications: Notifications,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.forgetOn('api_key_changed', this.keys);
    this.forgetOn('project_deleted', this.projects);
  }

  /** @param projectId a project that the answer is to speak about, or null */
  find(presented: PresentedKey, projectId: string | null): FoundKey | null | Promise<FoundKey | null> {
    const name = sha256Base64(presented.secretKey.reveal());
    const found = this.recall(name, projectId) ?? this.ask(name, projectId);
    return andThen(found, (known) => (known && isPairOf(known.key, presented) ? known : null));
  }

  /** For who has just changed a key, and would be told otherwise for as long as the notification takes. */
  forgetAll(): void {
    this.keys.clear();
    this.projects.clear();
    this.asked.clear();
  }

  /** Null where the database must be asked. */
  private recall(name: string, projectId: string | null): FoundKey | null {
    const key = this.keys.get(name);
    if (!key) return null;
    if (projectId === null) return { key, reachesProject: true };
    if (key.projectId !== null) return { key, reachesProject: key.projectId === projectId };
    return this.projects.get(projectId) === key.organizationId ? { key, reachesProject: true } : null;
  }

  /** Those who ask the same at the same moment wait for one statement. */
  private async ask(name: string, projectId: string | null): Promise<FoundKey | null> {
    const question = `${name} ${projectId ?? ''}`;
    const key = await (this.asked.get(question) ?? this.askAnew(question, name, projectId));
    return key && { key, reachesProject: key.reachesProject };
  }

  private askAnew(question: string, name: string, projectId: string | null): Promise<StoredKey | null> {
    const askedAt = performance.now();
    const answer = this.lookup.findByDigest(Buffer.from(name, 'base64'), projectId);
    this.asked.set(question, answer, askedAt);
    const keep = (key: StoredKey | null): void => {
      // What was asked before something changed is forgotten by now, and must not be kept.
      if (!this.asked.take(question, answer) || !key || !this.mayBeKept(key)) return;
      this.keys.set(name, key, askedAt);
      if (projectId !== null && key.reachesProject) this.projects.set(projectId, key.organizationId, askedAt);
    };
    answer.then(keep, () => this.asked.take(question, answer));
    return answer;
  }

  /**
   * What is not good is looked for each time: that is what guesses pay for, and a key just made is good at once. The first
   * use of a successor must be noticed by every process.
   */
  private mayBeKept({ revokedAt, expiresAt, isUnusedSuccessor }: StoredKey): boolean {
    return revokedAt === null && !isUnusedSuccessor && (expiresAt === null || expiresAt > this.clock.now());
  }

  private forgetOn(channel: string, cache: ShortCache<unknown>): void {
    this.notifications.subscribe(channel, {
      heard: (name) => {
        if (name === '') cache.clear();
        else cache.delete(name);
        this.asked.clear();
      },
      missed: () => this.forgetAll(),
    });
  }
}
