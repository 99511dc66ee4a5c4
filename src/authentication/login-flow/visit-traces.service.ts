import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { ConnectionOwner, SignInSource } from '../../sso/sources/sign-in-source.types.js';
import type { SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import type { TracePurpose } from '../../sso/tracing/sign-in-trace.types.js';
import { SignInTraces } from '../../sso/tracing/sign-in-traces.service.js';
import { LoginFlowService } from './login-flow.service.js';
import type { FlowPurpose } from './login-flow.types.js';
import type { Visit } from './provider-visit.types.js';

const purposes: Readonly<Record<FlowPurpose['for'], TracePurpose>> = {
  signIn: 'SIGN_IN',
  confirm: 'CONFIRM',
  link: 'LINK',
  test: 'TEST',
};

/** The trace of a visit, from whatever is known of it. */
@Injectable()
export class VisitTraces {
  constructor(
    private readonly traces: SignInTraces,
    private readonly flows: LoginFlowService,
  ) {}

  /** Of a visit that begins an attempt. @param source null where nobody signs in there now */
  ofBeginning(
    visit: Visit,
    owner: ConnectionOwner | null,
    source: SignInSource | null,
    purpose: FlowPurpose,
  ): SignInTraceLog {
    return this.traces.logOf(factsOf(visit, owner, source, purpose), 'begin');
  }

  /** Of a visit that comes back: what it was begun for is found with its flow. */
  ofReturn(visit: Visit, owner: ConnectionOwner | null, source: SignInSource | null): SignInTraceLog {
    return this.traces.logOf(factsOf(visit, owner, source, null), 'finish');
  }

  /** Finds the attempt of a visit that has failed before its flow was used up. */
  async recognise({ request, key, browser }: Visit, trace: SignInTraceLog): Promise<void> {
    const { state } = request.query;
    if (trace.isBegun || browser === null || typeof state !== 'string') return;
    const carried = await this.flows.traceOf(state, key, browser);
    if (carried) trace.cameBack(carried);
  }

  /** Ends a trace in one commit with `work`. */
  along<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.traces.along(work);
  }
}

function factsOf(
  { request, key, address }: Visit,
  owner: ConnectionOwner | null,
  source: SignInSource | null,
  purpose: FlowPurpose | null,
) {
  return {
    organizationId: owner?.organizationId ?? null,
    connectionId: owner?.connectionId ?? null,
    connectionKey: owner && key,
    purpose: purpose ? purposes[purpose.for] : 'SIGN_IN',
    testRunId: purpose?.for === 'test' ? purpose.testRunId : null,
    redirectUri: source?.[address] ?? null,
    requestId: request.requestId ?? '',
  } as const;
}
