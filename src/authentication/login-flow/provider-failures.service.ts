import { Injectable } from '@nestjs/common';
import { logProblem, toAppError } from '../../platform/http/problem.js';
import { Logger } from '../../platform/logging/logger.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import type { Visit } from './provider-visit.types.js';

/** What went wrong at a provider, in the words of a refusal. */
@Injectable()
export class ProviderFailures {
  constructor(private readonly logger: Logger) {}

  /** What is no refusal is a defect or an outage of ours, and goes to the log. */
  refusalIn(error: unknown, { request, key }: Visit): ProviderRefusal {
    if (error instanceof ProviderRefusal) return error;
    const problem = toAppError(error);
    logProblem(this.logger, problem, request, `sign-in through ${key}`);
    return new ProviderRefusal('UNEXPECTED', problem.code);
  }
}
