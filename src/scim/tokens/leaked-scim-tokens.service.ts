import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LeakedSecrets } from '../../api-keys/leaks/leaked-secrets.service.js';
import type { ReportedToken } from '../../api-keys/leaks/reported-token.types.js';
import { OwnerMails } from '../../organizations/members/owner-mails.service.js';
import { Config } from '../../platform/config/config.js';
import { sha256 } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { leakedScimTokenMail } from './leaked-scim-token-mail.js';
import { ScimTokenEntity } from './scim-token.entity.js';
import { isScimToken } from './scim-token-text.js';
import { ScimTokenService } from './scim-token.service.js';

/** Revokes the tokens that a secret scanner has found. Whoever reports one has it, so nobody needs to be known for that. */
@Injectable()
export class LeakedScimTokens implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly leaks: LeakedSecrets,
    private readonly tokens: ScimTokenService,
    private readonly owners: OwnerMails,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.leaks.add((token, origin) => this.end(token, origin));
  }

  private async end({ token, foundAt }: ReportedToken, origin: Origin): Promise<boolean> {
    if (!isScimToken(token)) return false;
    const found = await this.database.reader.findOneBy(ScimTokenEntity, { secretDigest: sha256(token) });
    if (!found) return false;
    const { id, organizationId } = found;
    await this.database.transaction(async (tx) => {
      const revoked = await this.tokens.revokeIn(tx, anonymous(origin), { id, organizationId }, { foundAt });
      if (revoked === null) return;
      const { host } = new URL(this.config.rootUrl);
      await this.owners.send(tx, organizationId, (to) => leakedScimTokenMail(to, revoked, host));
    });
    return true;
  }
}
