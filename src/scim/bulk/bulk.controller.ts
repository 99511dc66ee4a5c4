import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import { logProblem } from '../../platform/http/problem.js';
import { Logger } from '../../platform/logging/logger.js';
import { Requires } from '../../policy/requires.decorator.js';
import { scimErrorOf } from '../protocol/scim-problem.js';
import { sendScim } from '../protocol/send-scim.js';
import { CurrentScimClient } from '../scim-client.decorator.js';
import type { ScimClient } from '../scim-client.types.js';
import { readBulkRequest } from './bulk-request.js';
import { ScimBulkService, type BulkOutcome } from './bulk.service.js';

/** `/Bulk` (RFC 7644, 3.7). */
@Controller('api/scim/v2')
@Requires('scimToken')
export class ScimBulkController {
  constructor(
    private readonly bulk: ScimBulkService,
    private readonly refusals: RefusalService,
    private readonly logger: Logger,
  ) {}

  @Post('Bulk')
  @HttpCode(200)
  async run(
    @CurrentScimClient() client: ScimClient,
    @Body() body: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const outcomes = await this.bulk.run(client, readBulkRequest(body));
    for (const outcome of outcomes) await this.record(client, outcome, request);
    sendScim(response, 200, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: outcomes.map((outcome) => told(outcome, request.requestId ?? '')),
    });
  }

  /** Each refusal is on the trail and in the log as it would be by itself. */
  private async record(
    { actor, organizationId }: ScimClient,
    { operation, error }: BulkOutcome,
    request: Request,
  ): Promise<void> {
    if (!error) return;
    const name = `Bulk ${operation.method}`;
    logProblem(this.logger, error, request, name);
    await this.refusals.recordOperation(actor, name, error, { organizationId, projectId: null });
  }
}

function told({ operation, status, location, version, error }: BulkOutcome, requestId: string): object {
  const { method, bulkId } = operation;
  return {
    method,
    ...(bulkId === null ? {} : { bulkId }),
    ...(location === null ? {} : { location }),
    ...(version === null ? {} : { version }),
    status: String(status),
    ...(error ? { response: scimErrorOf(error, requestId) } : {}),
  };
}
