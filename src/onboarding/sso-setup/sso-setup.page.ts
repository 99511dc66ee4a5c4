import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { RefusalService } from '../../access/refusal.service.js';
import { formField } from '../../platform/http/form.js';
import { asProblem } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { originOf } from '../../policy/request-origin.js';
import { Public } from '../../policy/requires.decorator.js';
import { ssoProviders, type SsoProvider } from '../../sso/connections/sso-connection.types.js';
import { addressIn } from './sso-setup-address.js';
import { SsoSetupFormView, type SetupForm } from './sso-setup-form-view.service.js';
import { settingsFrom, type Typed } from './sso-setup-form.js';
import type { SetupVisit } from './sso-setup-link.types.js';
import { SsoSetupView, type Sent } from './sso-setup-view.service.js';
import { SsoSetupVisits } from './sso-setup-visit.service.js';
import { SsoSetupService } from './sso-setup.service.js';

const why = 'the address is the proof: it is given to whoever shall set single sign-on up';

/** Whole metadata fits in; a field beyond its own rules is refused by them. */
const LONGEST_FIELD = 100_000;

/** The pages of a setup link: add the record, fill in the form, run the test. */
@Controller('sso-setup/:token')
export class SsoSetupPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly visits: SsoSetupVisits,
    private readonly setup: SsoSetupService,
    private readonly view: SsoSetupView,
    private readonly forms: SsoSetupFormView,
    private readonly refusals: RefusalService,
  ) {}

  @Get()
  @Public(why)
  show(@Req() request: Request, @Res() response: Response, @Param('token') token: string): Promise<void> {
    return this.by(request, response, token, (visit, path) =>
      this.tell(response, visit, path, queryField(request, 'domain')),
    );
  }

  /** `name` */
  @Post('domain')
  @Public(why)
  addDomain(@Req() request: Request, @Res() response: Response, @Param('token') token: string): Promise<void> {
    return this.by(request, response, token, async (visit, path) => {
      const name = formField(request, 'name');
      const domain = await this.attempt(visit, 'addDomain', () => this.setup.addDomain(visit, name));
      if (domain instanceof AppError) await this.tell(response, visit, path, '', { problem: domain, name });
      else response.redirect(303, addressIn(path, domain.id));
    });
  }

  /** `domain` */
  @Post('check')
  @Public(why)
  check(@Req() request: Request, @Res() response: Response, @Param('token') token: string): Promise<void> {
    return this.by(request, response, token, async (visit, path) => {
      const id = formField(request, 'domain');
      const problem = await this.attempt(visit, 'verifyDomain', () => this.setup.checkDomain(visit, id));
      if (problem instanceof AppError) await this.tell(response, visit, path, id, { problem });
      else response.redirect(303, addressIn(path, id));
    });
  }

  @Get('provider')
  @Public(why)
  guide(@Req() request: Request, @Res() response: Response, @Param('token') token: string): Promise<void> {
    return this.by(request, response, token, async (visit, path) => {
      const form = await this.findForm(visit, queryField(request, 'domain'), queryField(request, 'provider'));
      await this.ask(response, path, form);
    });
  }

  /** `domain provider`, and the fields of the vendor's form */
  @Post('provider')
  @Public(why)
  save(@Req() request: Request, @Res() response: Response, @Param('token') token: string): Promise<void> {
    return this.by(request, response, token, async (visit, path) => {
      const form = await this.findForm(visit, formField(request, 'domain'), formField(request, 'provider'));
      const { guide, domain, connection } = form;
      const typed = Object.fromEntries(
        guide.fields.map(({ name }) => [name, formField(request, name, LONGEST_FIELD).trim()]),
      );
      const saved = await this.attempt(visit, 'configureSso', async () =>
        this.setup.configure(visit, await settingsFrom(guide, domain.id, typed, connection !== null)),
      );
      if (saved instanceof AppError) await this.ask(response, path, form, typed, saved);
      else response.redirect(303, addressIn(path, domain.id));
    });
  }

  /** `connection`. A form's answer may not lead to another origin, where the test goes on to: a page in between may. */
  @Post('test')
  @Public(why)
  test(@Req() request: Request, @Res() response: Response, @Param('token') token: string): Promise<void> {
    return this.by(request, response, token, async (visit, path) => {
      const id = formField(request, 'connection');
      const url = await this.attempt(visit, 'testSso', () => this.setup.startTest(visit, id));
      if (url instanceof AppError) await this.tell(response, visit, path, '', { problem: url });
      else sendPage(response, this.pages.render('continue', { to: url, destination: 'your identity provider' }));
    });
  }

  private async by(
    request: Request,
    response: Response,
    token: string,
    answer: (visit: SetupVisit, path: string) => Promise<void>,
  ): Promise<void> {
    const visit = await this.visits.open(token, originOf(request));
    if (visit) await answer(visit, `/sso-setup/${token}`);
    else this.tellOver(response);
  }

  /** @throws NOT_FOUND, which no page of the link tells */
  private async findForm(visit: SetupVisit, domainId: string, provider: string): Promise<SetupForm> {
    const form = await this.attempt(visit, 'ssoSetupGuide', async () =>
      this.forms.find(visit, domainId, providerIn(provider)),
    );
    if (form instanceof AppError) throw form;
    return form;
  }

  /** What a page can tell is on the organization's trail, as it is of members. */
  private async attempt<T>(visit: SetupVisit, operation: string, work: () => Promise<T>): Promise<T | AppError> {
    const result = await work().catch(asProblem);
    const scope = { organizationId: visit.organizationId, projectId: null };
    if (result instanceof AppError) await this.refusals.recordOperation(visit.actor, operation, result, scope);
    return result;
  }

  private async tell(response: Response, visit: SetupVisit, path: string, domain: string, sent?: Sent): Promise<void> {
    const page = await this.view.overview(visit, path, domain, sent);
    sendPage(response, this.pages.render('sso-setup', page), sent?.problem?.status ?? 200);
  }

  private async ask(
    response: Response,
    path: string,
    form: SetupForm,
    typed?: Typed,
    problem?: AppError,
  ): Promise<void> {
    const page = await this.forms.page(path, form, typed, problem);
    sendPage(response, this.pages.render('sso-setup-form', page), problem?.status ?? 200);
  }

  /** In the same words for a link that never was. */
  private tellOver(response: Response): void {
    const explanation =
      'It may be incomplete, too old, or withdrawn. Whoever gave it to you can make a new one; what was set up by it is kept.';
    sendPage(response, this.pages.render('problem', { title: 'This link does not work', explanation }), 410);
  }
}

function queryField(request: Request, name: string): string {
  const value = request.query[name];
  return typeof value === 'string' ? value : '';
}

/** @throws NOT_FOUND */
function providerIn(text: string): SsoProvider {
  const provider = ssoProviders.find((known) => known === text);
  if (provider === undefined) throw new AppError('NOT_FOUND');
  return provider;
}
