import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { toAppError } from '../../platform/http/problem.js';
import { textOf, type Document } from '../protocol/document.js';
import type { ResourceEndpoint } from '../protocol/resource-endpoint.types.js';
import { scimError } from '../protocol/scim-error.js';
import { locationIn, versionIn } from '../protocol/version.js';
import type { ScimClient } from '../scim-client.types.js';
import { ScimEndpoints } from '../scim-endpoints.service.js';
import { withoutBulkIds, type BulkOperation, type BulkRequest } from './bulk-request.js';

/** What has become of one operation. */
export interface BulkOutcome {
  readonly operation: BulkOperation;
  readonly status: number;
  readonly location: string | null;
  readonly version: string | null;
  readonly error: AppError | null;
}

const nothingWanted = { attributes: ['id', 'meta'], excludedAttributes: [] };

/** Many operations in one request (RFC 7644, 3.7): each in a commit of its own, in the order in which they are told. */
@Injectable()
export class ScimBulkService {
  constructor(private readonly endpoints: ScimEndpoints) {}

  /** @returns what has become of each that was tried; it never throws for one of them */
  async run(client: ScimClient, { operations, failOnErrors }: BulkRequest): Promise<BulkOutcome[]> {
    const made = new Map<string, string>();
    const outcomes: BulkOutcome[] = [];
    let errors = 0;
    for (const operation of operations) {
      const outcome = await this.tried(client, operation, made);
      outcomes.push(outcome);
      if (outcome.error) errors += 1;
      if (errors >= failOnErrors) break;
    }
    return outcomes;
  }

  private async tried(client: ScimClient, operation: BulkOperation, made: Map<string, string>): Promise<BulkOutcome> {
    try {
      const { status, resource } = await this.done(client, operation, made);
      if (operation.bulkId !== null && resource) made.set(operation.bulkId, textOf(resource.id) ?? '');
      const known = { location: resource && locationIn(resource), version: resource && versionIn(resource) };
      return { operation, status, ...known, error: null };
    } catch (thrown) {
      const error = toAppError(thrown);
      return { operation, status: error.status, location: null, version: null, error };
    }
  }

  private async done(
    client: ScimClient,
    { method, path, bulkId, version, data }: BulkOperation,
    made: ReadonlyMap<string, string>,
  ): Promise<{ status: number; resource: Document | null }> {
    const [endpoint, id] = this.target(path, made);
    const body = withoutBulkIds(data, made);
    if (method === 'POST' && id === null) {
      if (bulkId === null) throw scimError('invalidSyntax', 'A POST needs a bulkId.');
      return { status: 201, resource: await endpoint.create(client, body, nothingWanted) };
    }
    if (id === null || !['PUT', 'PATCH', 'DELETE'].includes(method))
      throw scimError(
        'invalidSyntax',
        'method must be POST to a type, or PUT, PATCH or DELETE to one of its resources.',
      );
    if (method === 'DELETE') {
      await endpoint.remove(client, id, version);
      return { status: 204, resource: null };
    }
    if (method === 'PUT') await endpoint.replace(client, id, body, version);
    else await endpoint.patch(client, id, body, version);
    return { status: 200, resource: await endpoint.get(client, id, nothingWanted) };
  }

  /** @throws NOT_FOUND for a type that there is not; invalidValue, as SCIM calls it, for an unknown bulkId */
  private target(path: string, made: ReadonlyMap<string, string>): [ResourceEndpoint, string | null] {
    const [, name = '', id] = /^\/(\w+)(?:\/(.+))?$/s.exec(path) ?? [];
    return [this.endpoints.named(name), id === undefined ? null : String(withoutBulkIds(id, made))];
  }
}
