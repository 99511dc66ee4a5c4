import { Injectable } from '@nestjs/common';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { Config } from '../../platform/config/config.js';
import { formOf, listForms, type ProviderForm } from '../providers/forms.js';
import { guideFor } from '../providers/vendor-form.js';
import { connectionKey, guideValuesOf } from '../sources/source-addresses.js';
import type { SsoProvider } from '../connections/sso-connection.types.js';

/** A vendor's form for one domain: the steps and addresses are those of the connection that it shall become. */
export interface SetupGuide extends ProviderForm {
  readonly key: string;
  readonly callbackUrl: string;
  readonly initiateUrl: string;
  readonly signOutUrl: string | null;
  readonly backchannelLogoutUrl: string | null;
  readonly entityId: string | null;
}

/** Tells how to register Gatehouse at a vendor, before there is a connection: its addresses are known beforehand. */
@Injectable()
export class SsoGuideService {
  constructor(
    private readonly domains: DomainService,
    private readonly config: Config,
  ) {}

  /** The vendors in the order in which to offer them. */
  list(): ProviderForm[] {
    return listForms();
  }

  /** @throws NOT_FOUND */
  async guide(domainId: string, provider: SsoProvider): Promise<SetupGuide> {
    const { name: domain } = await this.domains.get(domainId);
    const form = formOf(provider);
    const key = connectionKey(domain, form.keySuffix);
    const values = guideValuesOf(this.config.rootUrl, key);
    const speaksOidc = form.protocol === 'oidc';
    return {
      ...form,
      key,
      callbackUrl: values.callbackUrl,
      initiateUrl: values.initiateUrl,
      signOutUrl: speaksOidc ? values.signOutUrl : null,
      backchannelLogoutUrl: speaksOidc ? values.backchannelLogoutUrl : null,
      entityId: form.protocol === 'saml' ? values.entityId : null,
      steps: guideFor(form, values),
    };
  }
}
