import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { MemberService } from '../../organizations/members/member.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import type { PageModels } from '../../platform/http/pages/page-models.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { hasSecondFactor } from '../../policy/proof.js';
import { RelyingParty } from '../strategies/passkey/relying-party.service.js';
import type { Prover } from './factor-proof.service.js';
import { SecondFactorService } from './second-factor.service.js';

/** What went wrong, or right, before the page is shown. */
type News = Pick<PageModels['second-factors'], 'alert' | 'errors' | 'notice'>;

/** Shows people their second factors, from whichever form they come. */
@Injectable()
export class SecondFactorsView {
  constructor(
    private readonly pages: PageRenderer,
    private readonly factors: SecondFactorService,
    private readonly members: MemberService,
    private readonly organizations: OrganizationService,
    private readonly relyingParty: RelyingParty,
  ) {}

  async send(response: Response, visitor: Prover, news: News = {}, status = 200): Promise<void> {
    const { list, recoveryCodesLeft } = await this.factors.listOf(visitor.user.id);
    const hasProven = visitor.actor.proof !== null && hasSecondFactor(visitor.actor.proof);
    const html = this.pages.render('second-factors', {
      ...news,
      factors: list,
      recoveryCodesLeft,
      passkeysPossible: this.relyingParty.hasPasskeys,
      mustProve: list.length > 0 && !hasProven,
      askedBy: hasProven ? [] : await this.askedBy(visitor),
    });
    sendPage(response, html, status);
  }

  private async askedBy({ user, actor }: Prover): Promise<string[]> {
    const ids = (await this.members.listOfUser(user.id)).map(({ organizationId }) => organizationId);
    const objections = await Promise.all(ids.map((id) => actor.objectionOf(id)));
    const asking = ids.filter((_, index) => objections[index]?.code === 'SECOND_FACTOR_REQUIRED');
    return (await this.organizations.listByIds(asking)).map(({ name }) => name);
  }
}
