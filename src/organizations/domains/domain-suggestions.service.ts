import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BatchedReads } from '../../platform/database/batched-reads.js';
import { Database } from '../../platform/database/database.js';
import { parseDomainName } from '../../platform/dns/domain-name.js';
import type { DomainSuggestion } from './domain.types.js';

const SUGGESTED = 10;
/** Some are free-mail providers and the like, which are left out here and not in the database. */
const LOOKED_AT = 100;

/** As in `NestedList`: each organization has a query of its own, since a plan for all of them would fit none. */
const ORGANIZATIONS_AT_ONCE = 1_000;

/**
 * Tells by where members have their mailboxes which domains may be the organization's. That is affiliation and no
 * ownership: somebody with a mailbox does not speak for the others, so nothing but a hint comes of it.
 */
@Injectable()
export class DomainSuggestions {
  private readonly mailboxes: BatchedReads<string, readonly DomainSuggestion[]>;

  constructor(database: Database) {
    this.mailboxes = new BatchedReads(database, readMailboxes, ORGANIZATIONS_AT_ONCE);
  }

  /** Domains that the organization could add and has not, those of most members first. */
  async suggestFor(organizationId: string): Promise<DomainSuggestion[]> {
    const found = await this.mailboxes.load(organizationId);
    return found.filter(({ name }) => parseDomainName(name).ok).slice(0, SUGGESTED);
  }
}

/** How many members have their mailbox in which domain that the organization has not added. */
const mailboxesOf = (id: string): string => `
  select name, count(*)::integer as members from (
    select substring(u.email from '[^@]*$') as name from memberships m join users u on u.id = m.user_id
    where m.organization_id = ${id} and u.email_verified_at is not null and u.deactivated_at is null) as mailboxes
  where not exists (select from domains d where d.organization_id = ${id} and d.name = mailboxes.name)
  group by name order by members desc, name limit ${LOOKED_AT}`;

async function readMailboxes(
  reader: EntityManager,
  organizationIds: readonly string[],
): Promise<(readonly DomainSuggestion[])[]> {
  const queries = organizationIds.map(
    (_, place) => `(select ${place} as place, * from (${mailboxesOf(`$${place + 1}`)}))`,
  );
  const rows = await reader.query<(DomainSuggestion & { readonly place: number })[]>(
    `${queries.join(' union all ')} order by place, members desc, name`,
    [...organizationIds],
  );
  const found = organizationIds.map((): DomainSuggestion[] => []);
  for (const { place, name, members } of rows) found[place]?.push({ name, members });
  return found;
}
