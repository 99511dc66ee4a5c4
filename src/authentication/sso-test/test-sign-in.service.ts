import { Injectable } from '@nestjs/common';
import { anonymous } from '../../policy/actor.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SignInSourceService } from '../../sso/sign-in-source.service.js';
import { SsoTestService } from '../../sso/testing/sso-test.service.js';
import type { SsoTestReport, SsoTestRun } from '../../sso/testing/sso-test.types.js';
import { ProviderFailures } from '../login-flow/provider-failures.service.js';
import { ProviderVisits } from '../login-flow/provider-visit.service.js';
import type { FirstVisit, Visit } from '../login-flow/provider-visit.types.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { TestReports } from './test-report.service.js';

/** A real sign-in at the provider, by settings that may not be in use yet. It opens no session and touches no account. */
@Injectable()
export class TestSignIn {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly visits: ProviderVisits,
    private readonly tests: SsoTestService,
    private readonly reports: TestReports,
    private readonly failures: ProviderFailures,
  ) {}

  /** @returns where to send the browser; null where it has failed already, which the run tells */
  async begin(visit: Omit<FirstVisit, 'key'>, run: SsoTestRun, returnTo: string): Promise<string | null> {
    const source = await this.sources.underTest(run.connectionId);
    const first = { ...visit, key: source?.key ?? run.connectionId };
    try {
      if (!source) throw new ProviderRefusal('PROVIDER_UNKNOWN', 'its domain is not proven');
      const purpose = { for: 'test', testRunId: run.id } as const;
      return await this.visits.begin(first, source, { returnTo, loginHint: null, issuer: null, purpose });
    } catch (error) {
      await this.tell(first, run, this.reports.ofRefusal(this.failures.refusalIn(error, first), source));
      return null;
    }
  }

  /**
   * @returns the page that tells what was found
   * @throws SignInRefused, with its reason on the trail, for what belongs to no test of this browser
   */
  async finish(visit: Visit): Promise<{ returnTo: string }> {
    const source = await this.sources.underTestByKey(visit.key);
    const back = source && (await this.visits.finish(visit, source));
    const run = back?.flow?.purpose.for === 'test' ? await this.tests.findById(back.flow.purpose.testRunId) : null;
    if (!source || !back?.flow || !run) {
      const failure = back && 'failure' in back ? back.failure : new ProviderRefusal('FLOW_UNKNOWN', 'no test');
      return this.failures.refuse(visit, source, failure);
    }
    const report =
      'failure' in back
        ? this.reports.ofRefusal(this.failures.refusalIn(back.failure, visit), source)
        : await this.reports.ofProof(source, back.proof);
    await this.tell(visit, run, report);
    return { returnTo: back.flow.returnTo };
  }

  private tell({ request }: Visit, run: SsoTestRun, report: SsoTestReport): Promise<void> {
    return this.tests.finish(anonymous(signInRequest(request).origin), run, report);
  }
}
