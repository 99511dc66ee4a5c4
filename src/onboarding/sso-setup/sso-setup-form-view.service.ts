import { Injectable } from '@nestjs/common';
import type { AppError } from '../../platform/errors/app-error.js';
import { problemsForForm } from '../../platform/http/pages/form-problems.js';
import type { SsoSetupField, SsoSetupFormPage } from '../../platform/http/pages/sso-setup-pages.js';
import { SsoCandidateService } from '../../sso/connections/sso-candidate.service.js';
import type { ConnectionSettings, SsoConnection, SsoProvider } from '../../sso/connections/sso-connection.types.js';
import { SsoGuideService, type SetupGuide } from '../../sso/configuration/sso-guide.service.js';
import { addressIn } from './sso-setup-address.js';
import { toldProblem, type Typed } from './sso-setup-form.js';
import type { SetupVisit } from './sso-setup-link.types.js';
import { SsoSetupService } from './sso-setup.service.js';

/** A vendor's form for a domain of a link. */
export interface SetupForm {
  readonly guide: SetupGuide;
  readonly domain: SsoSetupFormPage['domain'];
  /** The connection that it changes; null where it makes one. */
  readonly connection: SsoConnection | null;
}

/** Shows what to do at a vendor, and asks for what is brought back. Made from the vendor's form, whatever is in it. */
@Injectable()
export class SsoSetupFormView {
  constructor(
    private readonly setup: SsoSetupService,
    private readonly guides: SsoGuideService,
    private readonly candidates: SsoCandidateService,
  ) {}

  /** @throws NOT_FOUND for a domain that is not the link's */
  async find(visit: SetupVisit, domainId: string, provider: SsoProvider): Promise<SetupForm> {
    const domain = await this.setup.getDomain(visit, domainId);
    const connections = await this.setup.connectionsOf(visit, domain);
    const connection = connections.find((candidate) => candidate.provider === provider) ?? null;
    return { domain, connection, guide: await this.guides.guide(domain.id, provider) };
  }

  /** @param typed and what was wrong with it, where the form was sent */
  async page(path: string, form: SetupForm, typed?: Typed, problem?: AppError): Promise<SsoSetupFormPage> {
    const { guide, domain, connection } = form;
    const { alert, errors: found = {} } = problemsForForm(problem);
    const errors = withoutPart(found);
    const saved = connection && (await this.settingsOf(connection));
    const isAsked = (field: string) => guide.fields.some(({ name }) => name === field);
    const elsewhere = Object.entries(errors).filter(([field]) => !isAsked(field));
    return {
      path,
      backUrl: addressIn(path, domain.id),
      domain: { id: domain.id, name: domain.name },
      provider: guide.provider,
      name: guide.provider === 'CUSTOM' ? 'another OpenID provider' : guide.name,
      steps: guide.steps.map((step) => partsOf(step, guide)),
      guideUrl: guide.guideUrl,
      closed: closedBecause(connection),
      notice: saved ? 'It is saved. What you leave empty stays as it is.' : undefined,
      alert: alert !== undefined && problem ? toldProblem(problem) : elsewhere.map(([, words]) => words)[0],
      fields: guide.fields.map((field) => toldField(field, { typed, saved, error: errors[field.name] })),
    };
  }

  /** What the next save starts from. */
  private async settingsOf(connection: SsoConnection): Promise<Saved> {
    const candidate = (await this.candidates.listOf([connection.id])).get(connection.id);
    const { issuer, clientId, saml }: ConnectionSettings = candidate ?? connection;
    return { issuer, clientId, name: connection.name, metadataUrl: saml?.metadataUrl ?? '' };
  }
}

/** The fields of SAML are in a part of `configureSso` of their own, which a form has not. */
function withoutPart(errors: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).map(([field, words]) => [field.replace(/^saml\./, ''), words]));
}

type Saved = Readonly<Record<'issuer' | 'clientId' | 'name' | 'metadataUrl', string>>;

interface Told {
  readonly typed: Typed | undefined;
  readonly saved: Saved | null;
  readonly error: string | undefined;
}

const types = { TEXT: 'text', URL: 'url', SECRET: 'password', CHOICE: 'text' } as const;

/** What was typed is not lost, but for a secret, which never comes back. */
function toldField(field: SetupGuide['fields'][number], { typed, saved, error }: Told): SsoSetupField {
  const { name, label, kind, required, help, example, choices } = field;
  const optional = !required || saved !== null;
  const known = new Map<string, string>(Object.entries(saved ?? {}));
  return {
    name,
    label: optional && saved === null ? `${label} (optional)` : label,
    // A document is no line.
    type: name.endsWith('Xml') ? 'document' : types[kind],
    hint: example === undefined ? help : `${help} For example: ${example}`,
    optional,
    value: kind === 'SECRET' ? undefined : (typed?.[name] ?? known.get(name) ?? ''),
    error,
    choices: kind === 'CHOICE' ? (choices ?? []) : undefined,
  };
}

function closedBecause(connection: SsoConnection | null): string | undefined {
  return connection?.state === 'ACTIVE' ? 'It is in use, so it cannot be changed here. Ask your contact.' : undefined;
}

/** Our own addresses in a step, apart from its words. */
function partsOf(step: string, guide: SetupGuide): { text: string; copied: boolean }[] {
  const { callbackUrl, initiateUrl, signOutUrl, backchannelLogoutUrl, entityId } = guide;
  const known = [callbackUrl, initiateUrl, signOutUrl, backchannelLogoutUrl, entityId];
  const addresses = known.filter((url) => url !== null);
  const pattern = new RegExp(`(${addresses.map((url) => url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`);
  const parts = step.split(pattern).map((text) => ({ text, copied: addresses.includes(text) }));
  return parts.filter(({ text }) => text !== '');
}
