import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { SessionService } from '../../sessions/session.service.js';
import { MailboxLinks } from './mailbox-links.service.js';

/** What is open in somebody's name: sessions, and links that were mailed. */
@Injectable()
export class OpenEntries {
  constructor(
    private readonly sessions: SessionService,
    private readonly links: MailboxLinks,
  ) {}

  /** Ends all of it. @param kept the session that stays; null for none */
  async endAllOf(tx: Tx, userId: string, kept: string | null): Promise<void> {
    await this.sessions.endOthersOf(tx, userId, kept);
    await this.links.endAllOf(tx, userId);
  }
}
