import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { parseDomainName } from '../../platform/dns/domain-name.js';
import type { DomainSuggestion } from './domain.types.js';

const SUGGESTED = 10;
/** Some are free-mail providers and the like, which are left out here and not in the database. */
const LOOKED_AT = 100;

/**
 * Tells by where members have their mailboxes which domains may be the organization's. That is affiliation and no
 * ownership: somebody with a mailbox does not speak for the others, so nothing but a hint comes of it.
 */
@Injectable()
export class DomainSuggestions {
  constructor(private readonly database: Database) {}

  /** Domains that the organization could add and has not, those of most members first. */
  async suggestFor(organizationId: string): Promise<DomainSuggestion[]> {
    const rows = await this.database.rows<DomainSuggestion>(
      `select name, count(*)::integer as members from (
         select substring(u.email from '[^@]*$') as name from memberships m join users u on u.id = m.user_id
         where m.organization_id = $1 and u.email_verified_at is not null and u.deactivated_at is null) as mailboxes
       where not exists (select from domains d where d.organization_id = $1 and d.name = mailboxes.name)
       group by name order by members desc, name limit $2`,
      [organizationId, LOOKED_AT],
    );
    return rows.filter(({ name }) => parseDomainName(name).ok).slice(0, SUGGESTED);
  }
}
