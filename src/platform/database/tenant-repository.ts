import type { EntityManager, EntityTarget, FindOptionsWhere, ObjectLiteral, Repository } from 'typeorm';
import { AppError } from '../errors/app-error.js';

interface OfOrganization extends ObjectLiteral {
  organizationId: string;
}

/**
 * The rows of one organization and of no other. Making one demands the organization's id and throws on an empty one,
 * so a query that forgot its tenant fails loudly instead of reading everybody's rows.
 */
export class TenantRepository<Entity extends OfOrganization> {
  private readonly repository: Repository<Entity>;

  constructor(
    manager: EntityManager,
    target: EntityTarget<Entity>,
    private readonly organizationId: string,
  ) {
    if (!organizationId) throw new Error('A tenant repository needs the id of an organization');
    this.repository = manager.getRepository(target);
  }

  find(where: Partial<Omit<Entity, 'organizationId'>> = {}): Promise<Entity[]> {
    return this.repository.findBy(this.scoped(where));
  }

  findOne(where: Partial<Omit<Entity, 'organizationId'>>): Promise<Entity | null> {
    return this.repository.findOneBy(this.scoped(where));
  }

  /** @throws NOT_FOUND in the same words for a foreign row and for none */
  async get(where: Partial<Omit<Entity, 'organizationId'>>): Promise<Entity> {
    const found = await this.findOne(where);
    if (!found) throw new AppError('NOT_FOUND');
    return found;
  }

  private scoped(where: object): FindOptionsWhere<Entity> {
    return { ...where, organizationId: this.organizationId } as FindOptionsWhere<Entity>;
  }
}
