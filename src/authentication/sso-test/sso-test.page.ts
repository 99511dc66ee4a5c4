import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomToken } from '../../platform/crypto/digest.js';
import type { SsoTestPage as Model } from '../../platform/http/pages/sso-pages.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { Public } from '../../policy/requires.decorator.js';
import { toldCause } from '../../sso/diagnosis/sign-in-cause.types.js';
import { SsoTestService } from '../../sso/testing/sso-test.service.js';
import type { SsoTestReport, SsoTestRun } from '../../sso/testing/sso-test.types.js';
import { FlowCookie } from '../login-flow/flow-cookie.service.js';
import { leaveFor } from '../login-flow/login-outcome.js';
import { TestSignIn } from './test-sign-in.service.js';

/** The address of a test: leads to the identity provider at first, and shows what came back from then on. */
@Controller('sso-test')
export class SsoTestPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly tests: SsoTestService,
    private readonly testing: TestSignIn,
    private readonly flow: FlowCookie,
  ) {}

  @Get(':token')
  @Public('the address is the proof: it was shown once, to whoever asked for the test')
  async visit(@Req() request: Request, @Res() response: Response, @Param('token') token: string): Promise<void> {
    const run = await this.tests.findByToken(token);
    if (run?.outcome !== 'PENDING') {
      this.show(response, run);
      return;
    }
    const browser = this.flow.read(request) ?? randomToken();
    const visit = { request, address: 'callbackUrl', browser } as const;
    const url = await this.testing.begin(visit, run, `/sso-test/${token}`);
    if (url === null) {
      this.show(response, await this.tests.findByToken(token));
      return;
    }
    this.flow.write(response, browser);
    leaveFor(response, url);
  }

  private show(response: Response, run: SsoTestRun | null): void {
    const page = run?.report ? this.pages.render('sso-test', modelOf(run, run.report)) : this.over();
    sendPage(response, page, run?.report ? 200 : 410);
  }

  /** In the same words for an address that never was. */
  private over(): string {
    const explanation = 'A test can be run for half an hour. Start another one from where you set single sign-on up.';
    return this.pages.render('problem', { title: 'That test is over', explanation });
  }
}

/** Who is a member, and as what, is for members to know: whoever tests by a setup link is not told. */
function modelOf({ ofCandidate, setupLinkId }: SsoTestRun, report: SsoTestReport): Model {
  const { reason, detail, email, name, subject, issuer, domains, emailMatches, claims, account, role, joins } = report;
  const { cause, explanation, remedy } = toldCause(reason, detail);
  return {
    ofCandidate,
    cause: cause === null ? undefined : { code: cause, explanation, remedy, detail: detail ?? undefined },
    person: issuer === null ? undefined : { email, name, subject, issuer },
    domains,
    emailMatches,
    ...(setupLinkId === null ? { account, role, joins } : { account: null, role: null, joins: null }),
    claims: Object.entries(claims).map(([claim, value]) => ({ claim, value: told(value) })),
  };
}

const told = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
