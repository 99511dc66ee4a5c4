import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import pg from 'pg';
import { Logger } from '../logging/logger.js';
import { DatabaseUrl } from './database-url.js';

const AGAIN_AFTER_MS = 1_000;

export interface Subscriber {
  /** Something was told, by whichever process, and has been committed. */
  heard(payload: string): void;
  /** Until now, or while nobody listened, something may have been missed. */
  missed(): void;
}

/**
 * Hears what other processes tell (`NOTIFY`), on one connection. It makes things quicker and never right: the connection
 * may be lost for a while, so whoever keeps something must forget it by its age too.
 */
@Injectable()
export class Notifications implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly subscribers = new Map<string, Subscriber>();
  private client: pg.Client | null = null;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(
    private readonly database: DatabaseUrl,
    private readonly logger: Logger,
  ) {}

  /** One for each channel; call it before the application has started. */
  subscribe(channel: string, subscriber: Subscriber): void {
    this.subscribers.set(channel, subscriber);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.listen();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.client?.end();
  }

  private async listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.database.url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    this.client = client;
    client.on('notification', ({ channel, payload = '' }) => this.subscribers.get(channel)?.heard(payload));
    client.on('error', (error) =>
      this.logger.failure('the connection for notifications was lost', { cause: error.message }),
    );
    client.on('end', () => this.listenAgain());
    try {
      await client.connect();
      const channels = [...this.subscribers.keys()].map((channel) => client.escapeIdentifier(channel));
      await client.query(channels.map((channel) => `listen ${channel}`).join('; '));
      for (const subscriber of this.subscribers.values()) subscriber.missed();
    } catch (error) {
      this.logger.failure('notifications are not heard', { cause: String(error) });
      await client.end().catch(() => undefined);
      this.listenAgain();
    }
  }

  private listenAgain(): void {
    for (const subscriber of this.subscribers.values()) subscriber.missed();
    if (this.ended) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.listen(), AGAIN_AFTER_MS).unref();
  }
}
