import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { randomId } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { SetAside, type LeftOut } from '../../platform/database/set-aside/set-aside.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { page, type Connection, type PageOrder, type PageRequest } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { DeletionEntity } from './deletion.entity.js';
import { organizationsRestorableBy, projectsRestorable } from './may-restore.js';
import type { Deletion, DeletionCondition, Doomed, ProjectRestorer } from './deletion.types.js';

const MINUTES_OF_A_DAY = 24 * 60;

const tableOf = ({ projectId }: Pick<Deletion, 'projectId'>): string =>
  projectId === null ? 'organizations' : 'projects';

const byId: PageOrder<DeletionEntity> = { column: 'deletion.id', of: (row) => row.id };

/**
 * Organizations and projects that are deleted and can still come back. Their rows are in no table that anything else
 * reads, so that they are gone for everybody at once and for every query, those that are yet to be written among them.
 */
@Injectable()
export class DeletionStore {
  private readonly projects: NestedList<ProjectRestorer & { readonly now: Date }, DeletionEntity>;

  constructor(
    private readonly database: Database,
    private readonly setAside: SetAside,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {
    this.projects = new NestedList(database, {
      rows: DeletionEntity,
      as: 'deletion',
      parent: {
        organizationId: 'text',
        everything: 'boolean',
        userId: 'text',
        role: 'text',
        sufficient: 'text[]',
        now: 'timestamptz',
      },
      where: `deletion.gone_at > parent.now and ${projectsRestorable((name) => `parent."${name}"`)}`,
      order: byId,
    });
  }

  /** Until when what is deleted now can come back; null where it cannot at all. */
  graceEnd(): Date | null {
    const days = this.config.deletionGraceDays;
    return days === 0 ? null : this.clock.inMinutes(days * MINUTES_OF_A_DAY);
  }

  /** Deletes it with all that is in it: for good, or until it is brought back. */
  async delete(tx: Tx, actor: Actor, doomed: Doomed): Promise<void> {
    const { organizationId, projectId, goneAt } = doomed;
    const [table, root] = [tableOf(doomed), projectId ?? organizationId];
    if (goneAt === null) {
      await tx.query(`delete from ${table} where id = $1`, [root]);
      return;
    }
    const id = randomId();
    await tx.insert(DeletionEntity, {
      id,
      ...doomed,
      goneAt,
      withinOrganizationId: projectId === null ? null : organizationId,
      formerMemberIds: [],
      deletedBy: actor.label,
      deletedAt: this.clock.now(),
    });
    await this.setAside.take(tx, id, table, root);
  }

  /** Whether an organization or a project of this id can still come back. */
  async isWaiting(id: string): Promise<boolean> {
    const rows = await this.database.rows(
      'select from deletions where coalesce(project_id, organization_id) = $1 and gone_at > $2',
      [id, this.clock.now()],
    );
    return rows.length > 0;
  }

  /**
   * Whether the slug is kept for an organization that can still come back. It is free to those who may bring that one back,
   * as it always was: anybody else could pass themselves off as it, to links and to settings that name it.
   */
  async keepsSlug(actor: Actor, slug: string): Promise<boolean> {
    const own = organizationsRestorableBy(actor);
    return this.waiting()
      .andWhere('deletion.project_id is null and deletion.slug = :slug', { slug })
      .andWhere(`(${own.sql}) is not true`, own.parameters)
      .getExists();
  }

  /** Those that can still come back and meet the condition, in no order that means anything. */
  list(only: DeletionCondition, request: PageRequest): Promise<Connection<Deletion>> {
    const query = this.waiting().andWhere(only.sql, only.parameters);
    return page(query, request, byId, (row): Deletion => row);
  }

  /** The projects of an organization that can still come back, and that somebody may bring back. */
  listProjects(restorer: ProjectRestorer, request: PageRequest): Promise<Connection<Deletion>> {
    return this.projects.page({ ...restorer, now: this.clock.now() }, request);
  }

  /** The one that meets the condition, which nobody else brings back or purges until the transaction ends. */
  lock(tx: Tx, only: DeletionCondition): Promise<Deletion | null> {
    return this.waiting(tx).andWhere(only.sql, only.parameters).setLock('pessimistic_write').getOne();
  }

  /** As `lock`, one of the projects of `listProjects`. */
  lockProject(tx: Tx, restorer: ProjectRestorer, projectId: string): Promise<Deletion | null> {
    const sql = `${projectsRestorable((name) => `:${name}`)} and deletion.project_id = :projectId`;
    return this.lock(tx, { sql, parameters: { ...restorer, projectId } });
  }

  /**
   * Brings back what was deleted, and ends the grace.
   * @param slug the name in addresses that it is to have; null for the one that it had
   * @throws CONFLICT when the slug has been taken meanwhile
   */
  async putBack(tx: Tx, deletion: Deletion, slug: string | null): Promise<LeftOut> {
    const table = tableOf(deletion);
    if (slug !== null) await this.setAside.change(tx, deletion.id, table, { slug });
    const leftOut = await this.setAside.putBack(tx, deletion.id, table);
    if (leftOut[table]) {
      throw new AppError('CONFLICT', { message: 'Its slug was taken meanwhile. Give another as `slug`.' });
    }
    await tx.delete(DeletionEntity, { id: deletion.id });
    return leftOut;
  }

  /** Somebody leaves an organization: to its deleted projects they do not come back with them, though they may join anew. */
  async forgetMember(tx: Tx, organizationId: string, userId: string): Promise<void> {
    await tx.query(
      `with forgotten as (
         update deletions set roles = roles - $2, former_member_ids = array_append(former_member_ids, $2)
         where within_organization_id = $1 returning id
       )
       delete from set_aside_rows where deletion_id in (select id from forgotten) and row ->> 'user_id' = $2`,
      [organizationId, userId],
    );
  }

  /** Where a deleted project would come back to; null for one that cannot. */
  async organizationOfProject(projectId: string): Promise<string | null> {
    const deletion = await this.waiting().andWhere('deletion.project_id = :projectId', { projectId }).getOne();
    return deletion?.organizationId ?? null;
  }

  private waiting(manager = this.database.reader) {
    return manager
      .createQueryBuilder(DeletionEntity, 'deletion')
      .where('deletion.gone_at > :now', { now: this.clock.now() });
  }
}

/**
 * A person says by typing it that they mean this one. What a program types proves nothing, so it may leave it out.
 * @param typed the name or the slug; null: nothing
 * @throws VALIDATION_FAILED when a person has typed nothing, or anybody something else; it says what to type to those who
 *   may read it
 */
export async function refuseUnconfirmed(
  actor: Actor,
  typed: string | null,
  { name, slug, ...scope }: Scope & Pick<Doomed, 'name' | 'slug'>,
): Promise<void> {
  if (typed === null ? actor.kind !== 'user' : [name, slug].includes(typed)) return;
  const toRead = scope.projectId === null ? 'organization.read' : 'project.read';
  const mayRead = (await actor.permissionsIn(scope)).has(toRead);
  throw invalid('confirmation', `Type the name or the slug of what is to be deleted${mayRead ? `: ${slug}` : ''}.`);
}
