import { Injectable } from '@nestjs/common';
import { ApiKeyService } from '../api-keys/api-key.service.js';
import { DeletionStore } from '../organizations/deletion/deletion-store.service.js';
import { Config } from '../platform/config/config.js';
import { ConfigError } from '../platform/config/config-error.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Actor } from '../policy/actor.js';
import { ProjectService } from '../projects/project.service.js';

/** The project that the `INIT_PROJECT_…` settings name, with the pair of keys that the application holds already. */
@Injectable()
export class HeadlessProjectService {
  constructor(
    private readonly projects: ProjectService,
    private readonly keys: ApiKeyService,
    private readonly deletions: DeletionStore,
    private readonly config: Config,
  ) {}

  /** Makes the project, and takes the pair over, where they are not there. */
  async make(actor: Actor): Promise<void> {
    const { organization, project } = this.config.init;
    if (!organization || !project) return;
    if (await this.isDeleted(organization.id, project.id)) return;
    if (!(await this.projects.findById(project.id))) {
      await this.projects.create(actor, organization.id, { id: project.id, name: project.name });
    }
    const scope = await this.projects.scopeOf(project.id);
    if (!project.keyPair || scope?.organizationId !== organization.id) return;
    await this.keys.adopt(actor, scope, project.name, project.keyPair).catch(asConfigError);
  }

  /** Somebody has deleted it, and may want it back: a start is not to take its place. */
  private async isDeleted(organizationId: string, projectId: string): Promise<boolean> {
    return (await this.deletions.isWaiting(projectId)) || this.deletions.isWaiting(organizationId);
  }
}

/** A half that no request could show stops the start, with the setting's name. */
function asConfigError(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'VALIDATION_FAILED') throw error;
  const half = error.fields[0]?.field === 'publicKey' ? 'PUBLIC' : 'SECRET';
  throw new ConfigError(`INIT_PROJECT_${half}_KEY`, 'a key as docs/api-keys.md describes it', { cause: error });
}
