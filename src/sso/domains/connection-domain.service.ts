import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { DomainService } from '../../organizations/domains/domain.service.js';
import type { VerifiedDomain } from '../../organizations/domains/domain.types.js';
import { Database } from '../../platform/database/database.js';
import { ConnectionDomainEntity } from './connection-domain.entity.js';

/** The domains that connections speak for, as far as their organization has proven them. */
@Injectable()
export class ConnectionDomains {
  constructor(
    private readonly database: Database,
    private readonly domains: DomainService,
  ) {}

  /** Ids of the domains by connection, proven or not. In one statement, however many. */
  async idsOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.database.reader.findBy(ConnectionDomainEntity, { connectionId: In([...connectionIds]) });
    return new Map(
      connectionIds.map((id) => [
        id,
        rows.filter(({ connectionId }) => connectionId === id).map(({ domainId }) => domainId),
      ]),
    );
  }

  /**
   * The proven domains by connection. In two statements, however many; in one where all speak for the one known domain.
   * @param known proven, and not to be asked for again
   */
  async provenOf(
    connectionIds: readonly string[],
    known?: VerifiedDomain,
  ): Promise<ReadonlyMap<string, readonly VerifiedDomain[]>> {
    const ids = await this.idsOf(connectionIds);
    const unknown = new Set([...ids.values()].flat().filter((id) => id !== known?.id));
    const others = unknown.size === 0 ? [] : await this.domains.listVerifiedByIds([...unknown]);
    const proven = known ? [known, ...others] : others;
    return new Map([...ids].map(([id, ofIt]) => [id, proven.filter((domain) => ofIt.includes(domain.id))]));
  }
}
