import { OrganizationSsoSetupLinksResolver, SsoSetupLinkResolver } from './sso-setup-link.resolver.js';
import { SsoSetupFormView } from './sso-setup-form-view.service.js';
import { SsoSetupLinkRevocation } from './sso-setup-link-revocation.service.js';
import { SsoSetupLinkSender } from './sso-setup-link-sender.service.js';
import { SsoSetupLinkService } from './sso-setup-link.service.js';
import { SsoSetupService } from './sso-setup.service.js';
import { SsoSetupView } from './sso-setup-view.service.js';
import { SsoSetupVisits } from './sso-setup-visit.service.js';

/** Setup links: made by members, and what whoever has one may do. */
export const ssoSetupProviders = [
  SsoSetupLinkService,
  SsoSetupLinkRevocation,
  SsoSetupLinkSender,
  SsoSetupLinkResolver,
  OrganizationSsoSetupLinksResolver,
  SsoSetupVisits,
  SsoSetupService,
  SsoSetupView,
  SsoSetupFormView,
];
