import { Injectable } from '@nestjs/common';
import { logProblem, toAppError } from '../../platform/http/problem.js';
import { Logger } from '../../platform/logging/logger.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import type { SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { SignInRefused } from '../sign-in/sign-in-refused.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { strategies } from '../strategies/strategies.js';
import type { Visit } from './provider-visit.types.js';
import { VisitTraces } from './visit-traces.service.js';

/** What went wrong at a provider, in the words of a refusal, on the trail, and in the trace of the attempt. */
@Injectable()
export class ProviderFailures {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly signIn: SignInService,
    private readonly traces: VisitTraces,
    private readonly logger: Logger,
  ) {}

  /** What is no refusal is a defect or an outage of ours, and goes to the log. */
  refusalIn(error: unknown, { request, key }: Visit): ProviderRefusal {
    if (error instanceof ProviderRefusal) return error;
    const problem = toAppError(error);
    logProblem(this.logger, problem, request, `sign-in through ${key}`);
    return new ProviderRefusal('UNEXPECTED', problem.code);
  }

  /**
   * Puts what went wrong on the trail once, and into the attempt's trace: of the connection's organization, or of the instance.
   * @throws SignInRefused
   */
  async refuse(visit: Visit, source: SignInSource | null, error: unknown, trace: SignInTraceLog): Promise<never> {
    await this.traces.recognise(visit, trace);
    if (error instanceof SignInRefused) {
      const { reason } = error;
      await this.traces.along((tx) => trace.refused(tx, { reason, detail: null, email: null }));
      throw error;
    }
    const { reason, detail, check } = this.refusalIn(error, visit);
    const organizationId = source?.organizationId ?? (await this.sources.ownerOf(visit.key))?.organizationId ?? null;
    const attempt = {
      method: source ? strategies[source.protocol].method : 'oidc',
      connection: keyOf(visit, source),
      email: null,
      organizationId,
      detail,
      trace,
      check,
    };
    return this.signIn.refuse(signInRequest(visit.request).origin, attempt, reason);
  }
}

/** What a stranger wrote into the address is no name to keep. */
function keyOf({ key }: Visit, source: SignInSource | null): string | null {
  return source?.key ?? (/^[a-z0-9.-]{1,300}$/.test(key) ? key : null);
}
