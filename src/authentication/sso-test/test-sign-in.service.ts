import { Injectable } from '@nestjs/common';
import { anonymous } from '../../policy/actor.js';
import type { Check } from '../../sso/protocols/check.types.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import { SsoTestService } from '../../sso/testing/sso-test.service.js';
import type { SsoTestReport, SsoTestRun } from '../../sso/testing/sso-test.types.js';
import type { SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import { ProviderFailures } from '../login-flow/provider-failures.service.js';
import { ProviderVisits, type ComeBack } from '../login-flow/provider-visit.service.js';
import type { FirstVisit, Visit } from '../login-flow/provider-visit.types.js';
import { VisitTraces } from '../login-flow/visit-traces.service.js';
import { accountCheck } from '../sign-in/account-check.js';
import { toldEmail } from '../sign-in/told-email.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { TestReports } from './test-report.service.js';

interface Finding {
  readonly report: SsoTestReport;
  readonly check: Check | undefined;
}

/** A real sign-in at the provider, by settings that may not be in use yet. It opens no session and touches no account. */
@Injectable()
export class TestSignIn {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly visits: ProviderVisits,
    private readonly tests: SsoTestService,
    private readonly reports: TestReports,
    private readonly failures: ProviderFailures,
    private readonly traces: VisitTraces,
  ) {}

  /** @returns where to send the browser; null where it has failed already, which the run tells */
  async begin(visit: Omit<FirstVisit, 'key'>, run: SsoTestRun, returnTo: string): Promise<string | null> {
    const source = await this.sources.underTest(run.connectionId);
    const first = { ...visit, key: source?.key ?? run.connectionId };
    const purpose = { for: 'test', testRunId: run.id } as const;
    const trace = this.traces.ofBeginning(first, source, source, purpose);
    try {
      if (!source) throw new ProviderRefusal('PROVIDER_UNKNOWN', 'its domain is not proven');
      return await this.visits.begin(first, source, { returnTo, loginHint: null, issuer: null, purpose }, trace);
    } catch (error) {
      const refusal = this.failures.refusalIn(error, first);
      await this.tell(first, run, { report: this.reports.ofRefusal(refusal, source), check: refusal.check }, trace);
      return null;
    }
  }

  /**
   * @returns the page that tells what was found
   * @throws SignInRefused, with its reason on the trail, for what belongs to no test of this browser
   */
  async finish(visit: Visit): Promise<{ returnTo: string }> {
    const source = await this.sources.underTestByKey(visit.key);
    const trace = this.traces.ofReturn(visit, source, source);
    const back = source && (await this.visits.finish(visit, source, trace));
    const run = back?.flow?.purpose.for === 'test' ? await this.tests.findById(back.flow.purpose.testRunId) : null;
    if (!source || !back?.flow || !run) {
      const failure = back && 'failure' in back ? back.failure : new ProviderRefusal('FLOW_UNKNOWN', 'no test');
      return this.failures.refuse(visit, source, failure, trace);
    }
    await this.tell(visit, run, await this.foundBy(visit, source, back), trace);
    return { returnTo: back.flow.returnTo };
  }

  private async foundBy(visit: Visit, source: SignInSource, back: ComeBack): Promise<Finding> {
    if ('failure' in back) {
      const refusal = this.failures.refusalIn(back.failure, visit);
      return { report: this.reports.ofRefusal(refusal, source), check: refusal.check };
    }
    const report = await this.reports.ofProof(source, back.proof);
    return { report, check: report.reason === null ? undefined : accountCheck(source, back.proof, report.reason) };
  }

  private tell({ request }: Visit, run: SsoTestRun, { report, check }: Finding, trace: SignInTraceLog): Promise<void> {
    const { reason, detail } = report;
    const email = toldEmail(report.email);
    return this.traces.along(async (tx) => {
      if (reason === null) {
        trace.reached('ACCOUNT_JUDGED');
        await trace.succeeded(tx, email);
      } else await trace.refused(tx, { reason, detail, email, check });
      await this.tests.finish(anonymous(signInRequest(request).origin), run, report);
    });
  }
}
