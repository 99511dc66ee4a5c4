import { Injectable } from '@nestjs/common';
import { Not, type SelectQueryBuilder } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { randomId } from '../platform/crypto/digest.js';
import { rowsBy, type BatchedReads } from '../platform/database/batched-reads.js';
import { Database, type Tx } from '../platform/database/database.js';
import { TenantRepository } from '../platform/database/tenant-repository.js';
import { AppError, invalid } from '../platform/errors/app-error.js';
import { page, type Connection, type PageRequest } from '../platform/graphql/connection.js';
import { NestedList } from '../platform/graphql/nested-list.js';
import { slugOf } from '../platform/text/slug.js';
import type { Actor, Reach } from '../policy/actor.js';
import type { Permission } from '../policy/permissions.js';
import type { ScopeLocator } from '../policy/requires.decorator.js';
import { ProjectEntity } from './project.entity.js';
import { projectCreated, projectUpdated } from './project.events.js';
import type { Project, ProjectScope } from './project.types.js';

interface NewProject {
  readonly name: string;
  /** Made from the name unless given. */
  readonly slug?: string | null | undefined;
  /** Only for a project that configuration names; a new one otherwise. */
  readonly id?: string;
}

interface AmongProjects {
  readonly organizationId: string;
  readonly permission: Permission;
  readonly among: Reach;
}

interface ProjectChange {
  readonly name?: string | null | undefined;
  readonly slug?: string | null | undefined;
}

@Injectable()
export class ProjectService implements ScopeLocator {
  private readonly byId: BatchedReads<string, Project | null>;
  private readonly visible: NestedList<Reach & { readonly organizationId: string }, ProjectEntity>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {
    this.byId = rowsBy(database, ProjectEntity, 'id');
    this.visible = new NestedList(database, {
      rows: ProjectEntity,
      as: 'project',
      parent: { organizationId: 'text', everywhere: 'boolean', projectIds: 'text[]' },
      where: `project.organization_id = parent."organizationId" and case when parent.everywhere
        then project.id <> all(parent."projectIds") else project.id = any(parent."projectIds") end`,
      order: { column: 'project.id', of: (row) => row.id },
    });
  }

  async scopeOf(id: string): Promise<ProjectScope | null> {
    const project = await this.findById(id);
    return project && { organizationId: project.organizationId, projectId: project.id };
  }

  findById(id: string): Promise<Project | null> {
    return this.byId.load(id);
  }

  /** @throws NOT_FOUND, for a project of another organization too */
  get({ organizationId, projectId }: ProjectScope): Promise<Project> {
    return new TenantRepository(this.database.reader, ProjectEntity, organizationId).get({ id: projectId });
  }

  /** The projects of an organization that the actor may see: one in which their role is NONE is not among them. */
  async list(actor: Actor, organizationId: string, request: PageRequest): Promise<Connection<Project>> {
    const { everywhere, projectIds } = await actor.projectsWith('project.read', organizationId);
    return this.visible.page({ organizationId, everywhere, projectIds }, request);
  }

  /** The projects among some that the actor may see, and in which they hold a permission. */
  async listAmong(
    actor: Actor,
    { organizationId, permission, among }: AmongProjects,
    request: PageRequest,
  ): Promise<Connection<Project>> {
    const query = this.database.reader
      .createQueryBuilder(ProjectEntity, 'project')
      .where('project.organization_id = :organizationId', { organizationId });
    const seen = await actor.projectsWith('project.read', organizationId);
    const allowed = await actor.projectsWith(permission, organizationId);
    [among, seen, allowed].forEach((reach, index) => narrowToReach(reach, `reach${index}`, query));
    return page(query, request, { column: 'project.id', of: (row) => row.id }, (row): Project => row);
  }

  /** @throws CONFLICT when the organization has a project of this slug */
  async create(actor: Actor, organizationId: string, input: NewProject): Promise<Project> {
    const id = input.id ?? randomId();
    const project: Project = {
      id,
      organizationId,
      name: input.name,
      slug: input.slug ?? slugOf(input.name, id),
      createdAt: this.clock.now(),
    };
    return this.database.transaction(async (tx) => {
      const inserted = await tx
        .createQueryBuilder()
        .insert()
        .into(ProjectEntity)
        .values(project)
        .orIgnore()
        .returning('id')
        .execute();
      if ((inserted.raw as unknown[]).length === 0) throw slugTaken();
      await this.audit.record(tx, actor, projectCreated, project);
      return project;
    });
  }

  /** @throws CONFLICT when another project of the organization has the slug; VALIDATION_FAILED when nothing is to change */
  async update(actor: Actor, scope: ProjectScope, change: ProjectChange): Promise<Project> {
    const name = change.name ?? null;
    const slug = change.slug ?? null;
    if (name === null && slug === null) throw invalid('name', 'Give a new name, a new slug, or both.');
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, scope);
      const after: Project = { ...before, name: name ?? before.name, slug: slug ?? before.slug };
      if (await isTaken(tx, after)) throw slugTaken();
      await tx.update(ProjectEntity, { id: after.id }, { name: after.name, slug: after.slug });
      await this.audit.record(tx, actor, projectUpdated, { before, after });
      return after;
    });
  }

  /** The project as nobody else can change it until the transaction ends. @throws NOT_FOUND */
  async lock(tx: Tx, { organizationId, projectId }: ProjectScope): Promise<Project> {
    const project = await tx.findOne(ProjectEntity, {
      where: { organizationId, id: projectId },
      lock: { mode: 'for_no_key_update' },
    });
    if (!project) throw new AppError('NOT_FOUND');
    return project;
  }
}

/** @param name of the parameter that the ids get in the query */
function narrowToReach(
  { everywhere, projectIds }: Reach,
  name: string,
  query: SelectQueryBuilder<ProjectEntity>,
): void {
  query.andWhere(everywhere ? `project.id <> all(:${name})` : `project.id = any(:${name})`, { [name]: projectIds });
}

const slugTaken = (): AppError => new AppError('CONFLICT', { message: 'This slug is taken.' });

function isTaken(tx: Tx, { organizationId, slug, id }: Project): Promise<boolean> {
  return tx.existsBy(ProjectEntity, { organizationId, slug, id: Not(id) });
}
