import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { MemberService } from '../organizations/members/member.service.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { Config } from '../platform/config/config.js';
import { PageRenderer } from '../platform/http/pages/page-renderer.js';
import { sendPage } from '../platform/http/pages/send-page.js';
import { callerOf } from '../policy/current.decorators.js';
import { Public } from '../policy/requires.decorator.js';
import { SessionService } from '../sessions/session.service.js';
import { UserService } from '../users/user.service.js';

const methods = {
  password: 'Password',
  oidc: 'OpenID Connect',
  oauth2: 'OAuth 2.0',
  saml: 'SAML',
  passkey: 'Passkey',
} as const;

/** Who is signed in, how, and where they belong. */
@Controller()
export class ConsolePage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly users: UserService,
    private readonly sessions: SessionService,
    private readonly members: MemberService,
    private readonly organizations: OrganizationService,
    private readonly config: Config,
  ) {}

  @Get()
  @Public('leads on to where the caller belongs')
  home(@Req() request: Request, @Res() response: Response): void {
    response.redirect(303, callerOf(request).actor.kind === 'user' ? '/console' : '/sign-in');
  }

  @Get('console')
  @Public('shows the caller their own account, and leads everybody else to the sign-in page')
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { actor, sessionId } = callerOf(request);
    const session = sessionId === null ? null : await this.sessions.findById(sessionId);
    if (!session) {
      response.redirect(303, '/sign-in?returnTo=%2Fconsole');
      return;
    }
    const user = await this.users.get(session.userId);
    const html = this.pages.render('console', {
      user,
      session: {
        method: methods[session.method],
        expiresAt: session.expiresAt,
        ...(session.connection === null ? {} : { connection: session.connection }),
      },
      organizations: await this.organizationsOf(user.id),
      instanceAdministrator: actor.isInstanceAdministrator,
      ...(this.config.explorer ? { explorerUrl: '/graphiql' } : {}),
    });
    sendPage(response, html);
  }

  private async organizationsOf(userId: string): Promise<{ name: string; slug: string; role: string }[]> {
    const memberships = await this.members.listOfUser(userId);
    const organizations = await this.organizations.listByIds(memberships.map(({ organizationId }) => organizationId));
    return organizations.map(({ id, name, slug }) => ({
      name,
      slug,
      role: memberships.find(({ organizationId }) => organizationId === id)?.role ?? 'NONE',
    }));
  }
}
