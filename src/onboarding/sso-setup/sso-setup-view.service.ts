import { Injectable } from '@nestjs/common';
import type { Domain, ProofPlace } from '../../organizations/domains/domain.types.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import type { AppError } from '../../platform/errors/app-error.js';
import { problemsForForm } from '../../platform/http/pages/form-problems.js';
import type { SsoSetupConnection, SsoSetupPage } from '../../platform/http/pages/sso-setup-pages.js';
import { toldCause } from '../../sso/diagnosis/sign-in-cause.types.js';
import { SsoCandidateService } from '../../sso/connections/sso-candidate.service.js';
import type { SsoCandidate, SsoConnection } from '../../sso/connections/sso-connection.types.js';
import { SsoGuideService, type SetupGuide } from '../../sso/configuration/sso-guide.service.js';
import { SsoTestService } from '../../sso/testing/sso-test.service.js';
import type { SsoTestRun } from '../../sso/testing/sso-test.types.js';
import { addressIn } from './sso-setup-address.js';
import { toldProblem } from './sso-setup-form.js';
import type { SetupVisit } from './sso-setup-link.types.js';
import { SsoSetupService } from './sso-setup.service.js';

/** What came of the form that was sent. */
export interface Sent {
  readonly problem?: AppError | undefined;
  /** The name of a domain, as typed. */
  readonly name?: string | undefined;
}

/** Some of what was found is enough to see what is wrong. */
const SHOWN_RECORDS = 5;

/** Tells whoever has a link where they stand: worked out from what is there, each time. */
@Injectable()
export class SsoSetupView {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly setup: SsoSetupService,
    private readonly guides: SsoGuideService,
    private readonly candidates: SsoCandidateService,
    private readonly tests: SsoTestService,
  ) {}

  /** @param chosen the domain to look at; by default, and where it is not the link's, the one that was added last */
  async overview(visit: SetupVisit, path: string, chosen: string, sent: Sent = {}): Promise<SsoSetupPage> {
    const [{ name: organization }, domains] = await Promise.all([
      this.organizations.get(visit.organizationId),
      this.setup.domainsOf(visit),
    ]);
    const last = domains.find(({ id }) => id === visit.domainIds.at(-1));
    const domain = domains.find(({ id }) => id === chosen) ?? last ?? domains[0];
    const { alert, errors } = problemsForForm(sent.problem);
    return {
      path,
      organization,
      expiresAt: visit.expiresAt,
      alert: alert === undefined || !sent.problem ? alert : toldProblem(sent.problem),
      domain: domain && toldDomain(domain, this.setup.placesOf(domain)),
      others: domains.filter((other) => other !== domain).map(({ id, name }) => ({ name, url: addressIn(path, id) })),
      add: visit.mayAddDomains ? { name: sent.name ?? '', error: errors?.name } : undefined,
      providers: this.guides.list().map((form) => ({ provider: form.provider, name: vendorName(form) })),
      connections: domain ? await this.connectionsOf(visit, path, domain) : [],
    };
  }

  private async connectionsOf(visit: SetupVisit, path: string, domain: Domain): Promise<SsoSetupConnection[]> {
    const connections = await this.setup.connectionsOf(visit, domain);
    const ids = connections.map(({ id }) => id);
    const [candidates, tests] = await Promise.all([this.candidates.listOf(ids), this.tests.latestOf(ids)]);
    const names = new Map(this.guides.list().map((form) => [form.provider, vendorName(form)]));
    return connections.map((connection) => {
      const { id, provider, name, state } = connection;
      const candidate = candidates.get(id);
      const vendor = names.get(provider) ?? name;
      const run = tests.get(id);
      const passed = (candidate ?? connection).testedAt !== null;
      return {
        id,
        name: name === vendor ? name : `${name} (${vendor})`,
        standing: standingOf(connection, candidate),
        editUrl: state === 'ACTIVE' ? undefined : addressIn(path, domain.id, provider),
        passed,
        test: run && toldTest(run, passed),
      };
    });
  }
}

function toldDomain({ id, name, status, diagnosis, lastCheckedAt }: Domain, places: readonly ProofPlace[]) {
  return {
    id,
    name,
    state: status === 'VERIFIED' ? 'PROVEN' : status === 'PENDING' ? 'WAITING' : 'GONE',
    records: places.map(({ proof, name: at, value }) => ({
      type: proof,
      name: at,
      shortName: proof === 'FILE' ? undefined : at.slice(0, -`.${name}`.length),
      value,
    })),
    look:
      diagnosis && lastCheckedAt
        ? { at: lastCheckedAt, message: diagnosis.message, found: diagnosis.found.slice(0, SHOWN_RECORDS) }
        : undefined,
  } as const;
}

function standingOf({ state }: SsoConnection, candidate: SsoCandidate | undefined): string {
  switch (state) {
    case 'DRAFT':
      return 'saved, and not tested yet.';
    case 'TESTED':
      return 'saved and tested. Your contact can switch it on.';
    case 'ACTIVE':
      return 'in use. Ask your contact to change it.';
    case 'ENFORCED':
      return candidate
        ? 'in use. New settings are saved beside it, until your contact lets them take over.'
        : 'in use. What you save waits beside it, until your contact lets it take over.';
    case 'DISABLED':
      return 'switched off.';
  }
}

/** @param passed whether the settings are still those that a test has passed with */
function toldTest({ outcome, report, startedAt: at }: SsoTestRun, passed: boolean): SsoSetupConnection['test'] {
  switch (outcome) {
    case 'PENDING':
      return { at, words: 'The test waits to be run, in the tab that was opened.', failed: false };
    case 'EXPIRED':
      return { at, words: 'Nobody has run the test to its end. Start another one.', failed: true };
    case 'PASSED':
      return passed
        ? { at, words: 'The test passed.', failed: false }
        : { at, words: 'The test passed, and the settings were changed since. Test them again.', failed: true };
    case 'FAILED': {
      const { explanation, remedy } = toldCause(report?.reason ?? 'UNEXPECTED', report?.detail ?? null);
      return { at, words: `The test failed. ${explanation ?? ''}`, remedy: remedy ?? undefined, failed: true };
    }
  }
}

/** A vendor as somebody chooses one: `CUSTOM` calls itself what people read on the way there. */
function vendorName({ provider, name }: Pick<SetupGuide, 'provider' | 'name'>): string {
  return provider === 'CUSTOM' ? 'Another OpenID provider' : name;
}
