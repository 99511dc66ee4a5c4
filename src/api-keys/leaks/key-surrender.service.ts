import { Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { OwnerMails } from '../../organizations/members/owner-mails.service.js';
import { Config } from '../../platform/config/config.js';
import { Secret } from '../../platform/crypto/secret.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { ApiKeyEndingService } from '../api-key-ending.service.js';
import { isSecretKey } from '../api-key-token.js';
import type { ApiKey } from '../api-key.types.js';
import type { PresentedKey } from '../presented-key.js';
import { KeyLookup, type StoredKey } from '../verify/key-lookup.service.js';
import { leakedKeysMail } from './leak-mail.js';
import { LeakedSecrets } from './leaked-secrets.service.js';
import type { ReportedToken } from './reported-token.types.js';

/** A reported token, and the key that it is the secret of. */
interface Found {
  readonly report: ReportedToken;
  readonly key: StoredKey | null;
}

/**
 * Ends keys by the proof that somebody has their secret, whoever that is and wherever they are: it can do the holder no
 * harm that the secret in strange hands would not.
 */
@Injectable()
export class KeySurrender {
  constructor(
    private readonly database: Database,
    private readonly lookup: KeyLookup,
    private readonly ending: ApiKeyEndingService,
    private readonly access: AccessService,
    private readonly others: LeakedSecrets,
    private readonly owners: OwnerMails,
    private readonly config: Config,
  ) {}

  /** @returns whether a key was ended: one that is unknown or has ended changes nothing */
  async revoke(presented: PresentedKey, origin: Origin): Promise<boolean> {
    const key = await this.lookup.find(presented);
    if (!key) return false;
    const { id, publicKey, organizationId, projectId, permissions } = key;
    const grant = { organizationId, projectId, permissions };
    const actor = this.access.actorFor({ kind: 'apiKey', id, label: publicKey, grant }, origin);
    const ended = await this.database.transaction((tx) => this.ending.endByPossession(tx, actor, id, 'byHolder'));
    return ended !== null;
  }

  /**
   * Ends the keys and other secrets of ours among what a scanner has found, and mails it to the owners of their organizations, once.
   * @returns for each token whether it is one of ours, in use or not
   */
  async report(tokens: readonly ReportedToken[], origin: Origin): Promise<boolean[]> {
    const found: Found[] = [];
    for (const report of tokens) found.push({ report, key: await this.findKey(report.token) });
    const organizations = new Set(found.flatMap(({ key }) => key?.organizationId ?? []));
    for (const organizationId of [...organizations].sort()) {
      const theirs = found.filter(({ key }) => key?.organizationId === organizationId);
      await this.database.transaction((tx) => this.endLeaked(tx, organizationId, theirs, origin));
    }
    const areOurs: boolean[] = [];
    for (const { report, key } of found) areOurs.push(key !== null || (await this.others.end(report, origin)));
    return areOurs;
  }

  private async findKey(token: string): Promise<StoredKey | null> {
    return isSecretKey(token) ? this.lookup.find({ secretKey: Secret.of(token), publicKey: null }) : null;
  }

  private async endLeaked(tx: Tx, organizationId: string, found: readonly Found[], origin: Origin): Promise<void> {
    const ended: ApiKey[] = [];
    // In the order in which their use is written, so that neither waits for the other in a circle.
    const inOrder = found.flatMap(({ report, key }) => (key ? [{ report, id: key.id }] : []));
    inOrder.sort((one, other) => (one.id < other.id ? -1 : 1));
    for (const { report, id } of inOrder) {
      const key = await this.ending.endByPossession(tx, anonymous(origin), id, 'leaked', report.foundAt);
      if (key) ended.push(key);
    }
    if (ended.length === 0) return;
    const { host } = new URL(this.config.rootUrl);
    await this.owners.send(tx, organizationId, (to) => leakedKeysMail(to, ended, host));
  }
}
